"""Which servers speak TLS by the inventory, so that each one's certificate is looked at as a client sees it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from deploy.doctor.evidence import Unseen
from deploy.doctor.report import Report
from deploy.doctor.seeing.certificates import Server, ask_postgres, see_certificate
from deploy.doctor.seeing.etcd import tls_of
from deploy.doctor.seeing.patroni import api_of
from deploy.doctor.shared import Shared
from deploy.doctor.subjects.certificates import judge_certificates
from deploy.doctor.subjects.keys import judge_keys
from deploy.keyring import Keyring, expiries
from jobs.claims import MemberRecord
from workers.tls import Tls


def examine_certificates(shared: Shared) -> Report:
    """What they show."""
    around = shared.around
    servers = [*_servers(shared)]
    shown = dict(around.fleet.each(servers, see_certificate))
    return judge_certificates([shown[s] for s in servers], now=around.now())


def examine_keys(shared: Shared, keyring: Keyring) -> Report:
    """What lies in the keyring, by the keyring's own judgement."""
    around = shared.around
    now = dt.datetime.fromtimestamp(around.now(), dt.UTC)
    return judge_keys(expiries(keyring, around.inventory, now))


def _servers(shared: Shared) -> Iterator[Server]:
    inventory = shared.around.inventory
    for etcd in inventory.etcd.values():
        for endpoint in etcd.endpoints:
            yield from _at(f"etcd {urlsplit(endpoint).netloc}", endpoint, tls_of(etcd.tls))
    ca = Path(inventory.webhook.ca) if inventory.webhook.ca else None
    for url in inventory.webhook.urls:
        yield from _at(f"webhook {urlsplit(url).netloc}", url, Tls(ca=ca))
    yield from _at("redis", inventory.redis.url, tls_of(inventory.redis.tls))
    if inventory.pages.url is not None:
        yield from _at("pages", inventory.pages.url, Tls(ca=ca))
    for name in inventory.clusters:
        yield from _members(shared, name)


def _members(shared: Shared, name: str) -> Iterator[Server]:
    """Each member's REST API where it is https, and its PostgreSQL where the cluster has a CA or the probe
    insists on TLS."""
    cluster, view = shared.around.inventory.clusters[name], shared.view(name)
    strict = cluster.rest.ca is not None or cluster.probe.sslmode.startswith(("require", "verify"))
    for member in () if isinstance(view, Unseen) else view.members:
        if not isinstance(member, MemberRecord):
            continue
        yield from _at(f"Patroni {member.name}", api_of(member), tls_of(cluster.rest))
        parts = urlsplit(member.conn_url)
        if strict and parts.hostname:
            files = cluster.probe.tls if cluster.probe.tls.ca else cluster.rest
            yield Server(
                place=f"PostgreSQL {member.name}",
                host=unquote(parts.hostname),
                port=parts.port or 5432,
                tls=Tls(ca=Path(files.ca) if files.ca else None),
                greet=ask_postgres,
            )


def _at(place: str, url: str, tls: Tls) -> Iterator[Server]:
    """The server of an address that speaks TLS; none of any other."""
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "rediss": 6379}.get(parts.scheme)
    if parts.scheme in {"https", "rediss"} and parts.hostname and port:
        yield Server(place=place, host=parts.hostname, port=port, tls=tls)
