"""A pgbaton whose every secret is known to the test, in the midst of parts that fail and talk."""

from __future__ import annotations

import base64
import json
import secrets
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from jobs.audit import Draft, Kind
from jobs.signatures import KeyPair, key_pair, secret_text
from tests.contract import ports
from tests.contract.etcd.server import Cluster, cluster
from tests.contract.ledger.server import RedisServer
from tests.contract.secrets.babbler import Babbler, babbling
from tests.parts import OF_THE_TESTS
from webhook.pages.credentials import password_hash
from workers.etcd import Gateway

INVENTORY = """
[redis]
url = "unix://{redis}"
username = "pgbaton"
[etcd.main]
endpoints = ["{etcd}"]
[etcd.locked]
endpoints = ["{etcd}"]
user = "pgbaton"
[linode]
url = "{babbler}/v4"
[slack]
channel = "C0PGBATON"
url = "{babbler}/api"
[alerts]
url = "{babbler}/alerts"
[heartbeat]
clock = "{babbler}/beat/{ping}"
watch = "{babbler}/beat/{ping}"
every = 1
[webhook]
urls = ["{babbler}/events"]
[timing]
drift = 2
[senders.watch]
clusters = ["shop", "crm"]
keys = ["{public}"]
[senders.probe]
clusters = ["shop"]
keys = ["{public}"]
[senders.old]
clusters = ["shop"]
hmac = true
[clusters.shop]
etcd = "main"
scope = "shop"
probe = {{ user = "monitor" }}
[clusters.crm]
etcd = "locked"
scope = "crm"
probe = {{ user = "monitor" }}
[hosts.web1]
address = "127.0.0.1"
port = {deaf}
host_keys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{zeros}"]
[applications.store]
cluster = "shop"
hosts = ["web1"]
services = [{{ name = "store" }}]
files = [{{ path = "/srv/store/.env", keys = {{ DB_HOST = "{{{{host}}}}" }} }}]
[nodebalancers.front]
cluster = "shop"
label = "nb-shop"
backends = {{ pg1 = "127.0.0.1" }}
[dns.db]
cluster = "shop"
domain = "example.com"
name = "db"
addresses = {{ pg1 = "10.0.0.1" }}
"""


@dataclass(frozen=True, kw_only=True)
class Site:
    """`planted` are the secrets by a name that may be shown; `environ` is what an operator gives."""

    planted: Mapping[str, str]
    environ: Mapping[str, str]
    redis: RedisServer
    babbler: Babbler
    folder: Path

    def found(self, places: Mapping[str, str]) -> Sequence[str]:
        """Where one of the secrets shows, in any spelling: never the secret itself."""
        return [
            f"{name} in {place}"
            for place, text in places.items()
            for name, secret in self.planted.items()
            if any(spelled in text for spelled in _spellings(secret))
        ]


def _spellings(secret: str) -> Iterator[str]:
    yield secret
    yield quote(secret, safe="")
    yield base64.b64encode(secret.encode()).decode().rstrip("=")
    yield json.dumps(secret)[1:-1]


def _plants(pair: KeyPair) -> dict[str, str]:
    """One secret of every kind, drawn anew."""
    random = secrets.token_urlsafe
    return {
        "redis-password": random(18),
        "etcd-locked-password": random(18),
        "probe-shop-password": random(18),
        "probe-crm-password": random(18),
        "linode-token": secrets.token_hex(32),
        "slack-token": f"xoxb-{secrets.randbelow(10**11)}-{random(18)}",
        "alert-key": secret_text(secrets.token_bytes(32)),
        "sender-old": secret_text(secrets.token_bytes(32)),
        "sender-key-watch": pair.private,
        "sender-key-probe": pair.private,
        "a login in conn_url": random(18),
        "what others say": random(18),
        "viewer password": random(18),
    }


@contextmanager
def planted(etcd: Path, redis: Path, folder: Path) -> Iterator[Site]:
    """Redis and etcd are real; the leader's record has a login in it; all else babbles."""
    pair = key_pair(secrets.token_bytes(32))
    plants = _plants(pair)
    (folder / "redis").mkdir()
    server = RedisServer(program=redis, folder=folder / "redis")
    with ExitStack() as stack:
        babbler = stack.enter_context(babbling(plants["what others say"]))
        one = stack.enter_context(cluster(etcd, folder))
        server.start()
        stack.callback(server.stop)
        _fill(one, server, babbler, plants)
        environ = _environ(folder, plants)
        Path(environ["PGBATON_INVENTORY"]).write_text(
            INVENTORY.format(
                redis=server.socket,
                etcd=one.endpoints[0],
                babbler=babbler.url,
                ping="ping",
                public=pair.public,
                deaf=ports.free()[0],
                zeros="A" * 43,
            )
        )
        ssh = {"ssh-key's content": (folder / "ssh-key").read_text().splitlines()[2]}
        yield Site(
            planted=plants | ssh, environ=environ, redis=server, babbler=babbler, folder=folder
        )


def _environ(folder: Path, plants: Mapping[str, str]) -> dict[str, str]:
    keygen = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "ssh-key")]
    subprocess.run(keygen, check=True, timeout=30)
    given = {
        "PGBATON_" + name.upper().replace("-", "_"): secret
        for name, secret in plants.items()
        if " " not in name
    }
    return {
        **OF_THE_TESTS,
        **given,
        "PGBATON_INVENTORY": str(folder / "inventory.toml"),
        "PGBATON_SSH_KEY": str(folder / "ssh-key"),
        "PGBATON_VIEWER_PASSWORD": password_hash(plants["viewer password"]),
        "SUDO_USER": "dba",
    }


def _fill(etcd: Cluster, redis: RedisServer, babbler: Babbler, plants: Mapping[str, str]) -> None:
    login = f"postgres://monitor:{plants['a login in conn_url']}@127.0.0.1:1/postgres"
    gateway = Gateway(etcd.endpoints)
    for scope in ("shop", "crm"):
        for name, api in (("pg1", f"{babbler.url}/patroni"), ("pg2", "nonsense")):
            record = json.dumps({"conn_url": login, "api_url": api, "proxy_url": login})
            gateway.put(f"/service/{scope}/members/{name}".encode(), record.encode(), timeout=20)
        lease = gateway.grant(seconds=600, timeout=20)
        gateway.put(f"/service/{scope}/leader".encode(), b"pg1", timeout=20, lease=lease)
    user = ("pgbaton", "reset", "on", f">{plants['redis-password']}", "~*", "&*", "+@all")
    redis.client().execute_command("ACL", "SETUSER", *user)  # type: ignore[no-untyped-call]


def draft(kind: Kind, **evidence: object) -> Draft:
    return Draft(
        id=f"{kind}-{secrets.token_hex(4)}", kind=kind, incident="shop-1", evidence=evidence
    )
