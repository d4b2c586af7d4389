"""The files of different machines fit together: etcd, Patroni, PostgreSQL and HAProxy find each other by TLS alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.blueprint import Blueprint
from deploy.lab.patroni import PatroniProgram
from tests import parts
from tests.contract.render.laying import Laid, lay
from tests.contract.render.running import Client, running, until
from tests.ground import Ground

MEMBERS = {"pg1": "127.77.1.11", "pg2": "127.77.1.12"}
ENVIRON = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
OWNED = ("var/lib/postgresql", "var/log/postgresql", "var/spool/pgbaton", "run/postgresql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Three etcd that run, the members' files, and a client."""

    folder: Path
    members: Mapping[str, Laid]
    client: Client
    ground: Ground


@pytest.fixture(scope="module")
def site(ground: Ground, blueprints: Mapping[str, Blueprint]) -> Iterator[Site]:
    parts.require_root()
    with tempfile.TemporaryDirectory(prefix="pgbaton-site-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        client = Client.on(lay(blueprints["control"], folder / "control"))
        for machine in ("e1", "e2", "e3"):
            stack.enter_context(_etcd(lay(blueprints[machine], folder / machine), folder, machine))
        healthy = "https://127.77.1.1:2379/health"
        until(lambda: "true" in client.ask(healthy), seconds=20, log=folder / "e1.log")
        members = {m: _member(blueprints[m], folder / m, at) for m, at in MEMBERS.items()}
        yield Site(folder=folder, members=members, client=client, ground=ground)


def _etcd(laid: Laid, folder: Path, machine: str) -> AbstractContextManager[None]:
    laid.at("/var/lib/etcd").mkdir(parents=True)
    config = laid.at("/etc/etcd/etcd.conf.yml")
    return running("etcd", "--config-file", config, log=folder / f"{machine}.log", environ=ENVIRON)


def _member(blueprint: Blueprint, root: Path, address: str) -> Laid:
    """The files of one of several members on this machine: each at its own address, without a watchdog."""
    laid = lay(blueprint, root, user="postgres")
    for name in OWNED:
        (root / name).mkdir(parents=True)
        shutil.chown(root / name, "postgres", "postgres")
    config = laid.at("/etc/patroni/config.yml")
    text = config.read_text().replace("0.0.0.0", address)
    config.write_text(text.replace('mode: "automatic"', 'mode: "off"'))
    return laid


def test_etcd_answers_whom_it_knows_alone(site: Site) -> None:
    """pgbaton's certificate, which has no common name, is served by the JSON gateway; without one nobody is."""
    url, body = "https://127.77.1.2:2379/v3/kv/range", '{"key":"YQ=="}'
    assert '"cluster_id"' in site.client.ask(url, body=body)
    assert "cluster_id" not in site.client.ask(url, body=body, known=False)
    assert "cluster_id" not in site.client.ask(url.replace("https", "http"), body=body)


@pytest.mark.parametrize("version", [3, 4])
def test_patroni_finds_no_fault(site: Site, version: int) -> None:
    """`patroni --validate-config`, by Debian's own and by a newer one, which both look whether etcd is there."""
    if version == 4 and not os.environ.get("PGBATON_LAB_VENV"):
        parts.absent("the lab's environment is not named: run ./dev test")
    config, program = (
        site.members["pg1"].at("/etc/patroni/config.yml"),
        PatroniProgram(version=version),
    )
    assert _validated(program.path, config) == (0, "")
    wrong = site.folder / "wrong.yml"
    wrong.write_text(config.read_text().replace('mode: "off"', 'mode: "sometimes"'))
    assert _validated(program.path, wrong)[0] != 0


def _validated(program: str, config: Path) -> tuple[int, str]:
    command = [program, "--validate-config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, env=ENVIRON)
    return done.returncode, done.stdout + done.stderr


def test_a_cluster_comes_up_and_is_reached_by_tls_alone(site: Site) -> None:
    """Two members become leader and replica with Debian's Patroni; the databases of the inventory are there; REST
    asks for a certificate, PostgreSQL for TLS, and the mux leads to the leader with TLS untouched."""
    parts.require("postgres")
    with ExitStack() as stack:
        for member, laid in site.members.items():
            stack.enter_context(_patroni(site, member, laid))
        until(
            lambda: _roles(site) == ["master", "replica"], seconds=40, log=site.folder / "pg1.log"
        )
        leader = next(m for m in MEMBERS if _role(site, m) == "master")
        at = MEMBERS[leader]
        assert "role" not in site.client.ask(f"https://{at}:8008/patroni", known=False)
        assert _asked(site, at, 5433, "verify-full", database="shop") == "shop|t"
        assert _asked(site, at, 5433, "verify-full", database="reports") == "shop|t"
        assert "no encryption" in _asked(site, at, 5433, "disable", database="shop")
        stack.enter_context(_mux(site, leader, at))
        url = f"http://{at}:5432/primary"
        until(lambda: "running" in site.client.ask(url), seconds=10, log=site.folder / "mux.log")
        until(
            lambda: _asked(site, at, 5432, "verify-full", database="shop") == "shop|t",
            seconds=10,
            log=site.folder / "mux.log",
        )


def _patroni(site: Site, member: str, laid: Laid) -> AbstractContextManager[None]:
    config, log = laid.at("/etc/patroni/config.yml"), site.folder / f"{member}.log"
    who = ("--reuid=postgres", "--regid=postgres", "--init-groups")
    return running("setpriv", *who, "/usr/bin/patroni", config, log=log, environ=ENVIRON)


def _role(site: Site, member: str) -> str | None:
    said = site.client.json(f"https://{MEMBERS[member]}:8008/patroni")
    return str(said.get("role")) if said.get("state") == "running" else None


def _roles(site: Site) -> list[str]:
    return sorted(filter(None, (_role(site, member) for member in MEMBERS)))


def _mux(site: Site, member: str, address: str) -> AbstractContextManager[None]:
    laid = site.members[member]
    laid.at("/run/haproxy").mkdir(exist_ok=True)
    config = laid.at("/etc/haproxy/haproxy.cfg")
    lines = config.read_text().replace("0.0.0.0:", f"{address}:").splitlines()
    own = ("chroot", "bind [::]")
    config.write_text("".join(f"{x}\n" for x in lines if not x.strip().startswith(own)))
    return running("haproxy", "-db", "-f", config, log=site.folder / "mux.log", environ=ENVIRON)


def _asked(site: Site, address: str, port: int, sslmode: str, *, database: str) -> str:
    """Who one is and whether by TLS, as PostgreSQL sees it; else its refusal."""
    query = "select current_user, ssl from pg_stat_ssl where pid = pg_backend_pid()"
    place = f"host={address} port={port} user=shop dbname={database} sslmode={sslmode}"
    environ = {
        **ENVIRON,
        "PGPASSWORD": site.ground.keyring.secret("database-shop-shop"),
        "PGSSLROOTCERT": str(site.client.tls / "ca.pem"),
    }
    command = ["psql", "-XAt", "-d", place, "-c", query]
    done = subprocess.run(command, capture_output=True, text=True, timeout=10, env=environ)
    return done.stdout.strip() or done.stderr
