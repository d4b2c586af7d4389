"""The files of different machines fit together: etcd, Patroni, PostgreSQL and HAProxy find each other by TLS alone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.blueprint import Blueprint, RenderedFile
from deploy.keyring import wanted
from deploy.keyring.authority import certificates
from deploy.keyring.opening import opened
from deploy.keyring.renewing import renew
from deploy.lab.patroni import PatroniProgram
from tests import parts
from tests.contract.render.laying import Laid, lay
from tests.contract.render.running import Client, asking, end_of, running
from tests.ground import NOW, Ground, made
from tests.waiting import until as wait

MEMBERS = {"pg1": "127.77.1.11", "pg2": "127.77.1.12"}
ENVIRON = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
pytestmark = pytest.mark.timeout(150)
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
        wait(lambda: "true" in client.ask(healthy), what=end_of(folder / "e1.log"), seconds=40)
        members = {m: _member(blueprints[m], folder / m, at) for m, at in MEMBERS.items()}
        yield Site(folder=folder, members=members, client=client, ground=ground)


def _etcd(laid: Laid, folder: Path, machine: str) -> AbstractContextManager[int]:
    laid.at("/var/lib/etcd").mkdir(parents=True)
    config = laid.at("/etc/etcd/etcd.conf.yml")
    # Told to end, the last ones would wait 7 s for somebody to take over.
    command, log = ("etcd", "--config-file", config), folder / f"{machine}.log"
    return running(*command, log=log, environ=ENVIRON, ending=signal.SIGKILL)


def _member(blueprint: Blueprint, root: Path, address: str) -> Laid:
    """The files of one of several members on this machine."""
    laid = Laid(root=root)
    _replace(laid, address, blueprint.files)
    for name in OWNED:
        (root / name).mkdir(parents=True)
        shutil.chown(root / name, "postgres", "postgres")
    return laid


def _replace(laid: Laid, address: str, files: Iterable[RenderedFile]) -> None:
    """Each member at its own address alone, and without a watchdog: that one is the machine's. Its hook does
    nothing: there is no webhook, and what delivers to it would outlive the test."""
    for file in files:
        laid.put(file, user="postgres")
    laid.at("/usr/local/bin/pgbaton-hook").write_text("#!/bin/sh\n")
    config = laid.at("/etc/patroni/config.yml")
    text = config.read_text().replace("0.0.0.0", address)
    config.write_text(text.replace('mode: "automatic"', 'mode: "off"'))


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Two members that run: their processes, and the leader's address."""

    site: Site
    pids: Mapping[str, int]
    leader: str

    @property
    def at(self) -> str:
        return MEMBERS[self.leader]

    def answers(self, pair: Path | None = None) -> bool:
        """Whether the leader tells who it is: us, or the holder of that pair."""
        return '"role"' in self.site.client.ask(f"https://{self.at}:8008/patroni", pair=pair)

    def reload(self, *, until: Callable[[], bool]) -> None:
        """Put the leader's files as they are rendered now, and tell Patroni."""
        files = self.site.ground.rendered()[self.leader].files
        _replace(self.site.members[self.leader], self.at, files)
        os.kill(self.pids[self.leader], signal.SIGHUP)
        wait(until, what=end_of(self.site.folder / f"{self.leader}.log"), seconds=30)


@pytest.fixture(scope="module")
def cluster(site: Site) -> Iterator[Cluster]:
    """Give a cluster of Debian's Patroni, whose replica has found its leader."""
    parts.require("postgres")
    with ExitStack() as stack:
        pids = {m: stack.enter_context(_patroni(site, m, at)) for m, at in site.members.items()}
        log = site.folder / "pg1.log"
        wait(lambda: _roles(site) == ["master", "replica"], what=end_of(log), seconds=90)
        leader = next(m for m in MEMBERS if _role(site, m) == "master")
        yield Cluster(site=site, pids=pids, leader=leader)
        for pid in pids.values():  # both at once: each takes a while
            os.kill(pid, signal.SIGTERM)


def test_a_cluster_is_reached_by_tls_alone(cluster: Cluster) -> None:
    """The databases of the inventory are there; REST asks for a certificate, and PostgreSQL for TLS."""
    site, at = cluster.site, cluster.at
    assert "role" not in site.client.ask(f"https://{at}:8008/patroni", known=False)
    assert _asked(site, at, 5433, "verify-full", database="shop") == "shop|t"
    assert _asked(site, at, 5433, "verify-full", database="reports") == "shop|t"
    assert "no encryption" in _asked(site, at, 5433, "disable", database="shop")


def test_no_password_stands_in_a_log(cluster: Cluster) -> None:
    """Not even of a PostgreSQL that was told to log every statement."""
    site = cluster.site
    secrets = [p.read_text().strip() for p in (site.ground.keyring.folder / "secrets").iterdir()]
    logs = [*site.folder.glob("*.log"), *site.folder.glob("*/var/log/postgresql/*")]
    said = "".join(log.read_text(errors="replace") for log in logs)
    assert "CREATE TABLE" in said or "SELECT" in said
    assert [secret for secret in secrets if secret in said] == []


def test_the_mux_leads_to_the_leader(cluster: Cluster) -> None:
    """It asks Patroni with a certificate of its own, and leaves TLS to PostgreSQL and its client."""
    site, at = cluster.site, cluster.at
    with _mux(site, cluster.leader, at):
        log, url = site.folder / "mux.log", f"http://{at}:5432/primary"
        wait(lambda: "running" in site.client.ask(url), what=end_of(log), seconds=30)
        wait(
            lambda: _asked(site, at, 5432, "verify-full", database="shop") == "shop|t",
            end_of(log),
            seconds=30,
        )


def test_rest_follows_certificates_and_authorities_by_a_reload(
    cluster: Cluster, tmp_path: Path, measured: Callable[[str], None]
) -> None:
    """As a rotation puts them there: whom a second CA signed is answered once that CA is there, a renewed
    certificate is shown, and a CA that left counts no more. Patroni does not start anew meanwhile, and whoever
    asks it all the while waits for a moment at most."""
    keyring, other = cluster.site.ground.keyring, made(tmp_path / "other").keyring.folder
    stranger, bundle = other / "certificates/pgbaton.client", keyring.folder / "ca.pem"
    one = bundle.read_text()
    both = one + (other / "ca.pem").read_text()
    with asking(cluster.answers) as pauses:
        assert not cluster.answers(stranger)
        bundle.write_text(both)
        cluster.reload(until=lambda: cluster.answers(stranger))
        with opened(keyring.folder) as vault:
            asked = wanted(cluster.site.ground.inventory)
            leaf = next(x for x in asked.leaves if x.stem == f"{cluster.leader}.patroni")
            list(renew(vault, [leaf], NOW, days=90))
        issued = certificates(keyring.certificate(leaf.name, leaf.purpose).cert)[0].serial_number
        cluster.reload(until=lambda: cluster.site.client.shown(cluster.at, 8008) == issued)
        bundle.write_text(one)
        cluster.reload(until=lambda: not cluster.answers(stranger))
        assert cluster.answers()
    measured(f"Patroni's REST API through three reloads: longest pause {max(pauses):.2f} s")
    assert max(pauses) < 3


def _patroni(site: Site, member: str, laid: Laid) -> AbstractContextManager[int]:
    config, log = laid.at("/etc/patroni/config.yml"), site.folder / f"{member}.log"
    who = ("--reuid=postgres", "--regid=postgres", "--init-groups")
    return running("setpriv", *who, "/usr/bin/patroni", config, log=log, environ=ENVIRON)


def _role(site: Site, member: str) -> str | None:
    said = site.client.json(f"https://{MEMBERS[member]}:8008/patroni")
    return str(said.get("role")) if said.get("state") == "running" else None


def _roles(site: Site) -> list[str]:
    return sorted(filter(None, (_role(site, member) for member in MEMBERS)))


def _mux(site: Site, member: str, address: str) -> AbstractContextManager[int]:
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
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, env=environ)
    return done.stdout.strip() or done.stderr
