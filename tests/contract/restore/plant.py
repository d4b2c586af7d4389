"""A whole pgbaton on loopback: real Redis, real etcd, real processes, a host behind a real sshd."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from jobs.audit import Entry
from jobs.claims import MemberRecord, RestAnswer
from jobs.ports import LedgerUnavailable, ScopeRef
from jobs.signatures import KeyPair, key_pair
from tests.contract.etcd.pens import SECONDS, EtcdPen
from tests.contract.etcd.server import Cluster
from tests.contract.hosts.machine import Machine, running_machine
from tests.contract.hosts.services import Service
from tests.contract.ledger.sentinels import hang_up
from tests.contract.ports import free
from tests.contract.probes.patroni_server import serving, status
from tests.contract.restore.inventory import INVENTORY
from tests.contract.webhook.stage import end
from tests.fakes.rest import body
from tests.parts import OF_THE_TESTS, ROOT
from tests.unit.webhook.ear import envelope, signed
from tests.waiting import until
from workers.etcd import Gateway
from workers.redis import Redis, RedisLedger, RedisSettings, connect

SHOP = ScopeRef(cluster="shop", namespace="/service/", scope="shop")
SYSTEM = "7711177461143934353"
BIN = Path(sys.executable).parent
PROCESSES = ("worker", "clock", "watch", "chronicle")


@dataclass(slots=True, kw_only=True)
class Plant:
    """pgbaton at work for cluster `shop`: members pg1 and pg2 lead when told to; web1 follows."""

    folder: Path
    settings: RedisSettings
    etcd: Cluster
    machine: Machine
    service: Service
    env_file: Path
    db1: KeyPair
    environ: Mapping[str, str]
    web: int
    ports: dict[str, int]
    roles: dict[str, str] = field(default_factory=dict)
    pg_timeline: int = 0
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    redis: Redis = field(init=False)
    ledger: RedisLedger = field(init=False)

    def __post_init__(self) -> None:
        """The same state as the processes', seen from a test."""
        self.redis = connect(self.settings)
        self.ledger = RedisLedger(self.redis, inventory="x")

    def lead(self, member: str) -> None:
        """The member takes the key, and answers as a primary."""
        self.pg_timeline += 1
        self.roles = {name: "primary" if name == member else "replica" for name in self.ports}
        self.take_key(member)

    def take_key(self, member: str) -> int:
        """The member takes the key, and nothing else happens; the epoch."""
        gateway = Gateway(self.etcd.endpoints)
        pen = EtcdPen(gateway, lambda: gateway)
        pen.elect(SHOP, member)
        key = pen.dcs.leader(SHOP, timeout=SECONDS)
        assert key is not None
        return key.epoch

    def start(self, *names: str) -> None:
        """Start processes by name; all of them where none is named."""
        for name in names or ("web", *PROCESSES):
            command = self._web() if name == "web" else [str(BIN / "pgbaton"), *self._args(name)]
            with (self.folder / f"{name}.log").open("ab") as log:
                self.running[name] = subprocess.Popen(
                    command, cwd=ROOT, env=self.environ, stdout=log, stderr=log
                )

    def settle(self) -> None:
        """All processes at work, pg1 leading, everything concluded; how long that takes measures no test."""
        self.start()
        self.lead("pg1")
        self.until_follows("pg1", within=90)
        until(self.at_work, seconds=60)

    def at_work(self) -> bool:
        """Every process has begun its work: who comes first makes the host follow, and waits for nobody."""
        logs = [self.folder / f"{name}.log" for name in PROCESSES]
        begun = all(f"{log.stem}.started" in log.read_text() for log in logs)
        with suppress(requests.RequestException):
            return begun and requests.get(f"http://127.0.0.1:{self.web}/readyz", timeout=20).ok
        return False

    def pgbaton(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What an operator types."""
        command = [str(BIN / "pgbaton"), *words]
        return subprocess.run(
            command, cwd=ROOT, env=self.environ, text=True, capture_output=True, timeout=60
        )

    def follows(self, member: str) -> bool:
        """The host names the member, and the incident is over."""
        named = f"DB_PORT={self.ports[member]}\n" in self.env_file.read_text()
        state = self.ledger.state("shop")
        settled = state.incident is None and state.settled.member == member
        return named and settled

    def until_follows(self, member: str, *, within: float) -> float:
        """Seconds until everything is done."""
        begun = time.monotonic()
        until(lambda: self._or_not_yet(lambda: self.follows(member)), seconds=within)
        return time.monotonic() - begun

    def until_accepted(self, id_: str, *, within: float) -> float:
        """Post an event until it is accepted, as a hook does; the seconds it took."""
        begun = time.monotonic()
        until(lambda: self.post(id_) == 202, seconds=within)
        return time.monotonic() - begun

    def post(self, id_: str) -> int:
        """Post one event of db1; the status, 0 for none."""
        raw = json.dumps(envelope(id=id_, subject="shop")).encode()
        headers = signed(id_, raw, self.db1.private, time.time())
        try:
            url = f"http://127.0.0.1:{self.web}/events"
            return requests.post(url, data=raw, headers=headers, timeout=20).status_code
        except requests.RequestException:
            return 0

    def entries(self) -> list[Entry]:
        return list(self.ledger.entries("shop"))

    def told(self, kind: str) -> list[dict[str, Any]]:
        """The evidence of every entry of one kind."""
        return [dict(e.facts["evidence"]) for e in self.entries() if e.facts["kind"] == kind]

    def dead(self) -> list[str]:
        """Processes that ended by themselves, with the end of their log."""
        return [
            f"{name}: {(self.folder / f'{name}.log').read_text()[-2000:]}"
            for name, process in self.running.items()
            if process.poll() is not None
        ]

    def answer(self, member: str) -> bytes:
        """What the member's Patroni says now."""
        said = RestAnswer(
            role=self.roles.get(member, "replica"),
            state="running",
            scope="shop",
            name=member,
            system_identifier=SYSTEM,
            pg_timeline=self.pg_timeline,
            version="4.1.4",
        )
        return body(said)

    def _or_not_yet(self, look: Callable[[], bool]) -> bool:
        try:
            return look()
        except LedgerUnavailable:
            return False

    def _web(self) -> list[str]:
        place = f"127.0.0.1:{self.web}"
        gunicorn = [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--threads", "8"]
        return [*gunicorn, "--no-control-socket", "--bind", place, "webhook.wsgi:app"]

    def _args(self, name: str) -> Sequence[str]:
        return (name, "--port", str(free()[0])) if name == "chronicle" else (name,)


@contextmanager
def planted(folder: Path, settings: RedisSettings, etcd: Cluster) -> Iterator[Plant]:
    """Everything prepared, nothing of pgbaton started; whatever was started ends."""
    with ExitStack() as stack:
        machine = stack.enter_context(running_machine())
        plant = _prepared(folder, settings, etcd, machine)
        for member, port in plant.ports.items():
            stack.enter_context(_listening(port))
            url = stack.enter_context(serving(_patroni(plant, member)))
            _register(plant, member, url)
        try:
            yield plant
        finally:
            for process in plant.running.values():
                process.kill()
            for process in plant.running.values():
                end(process)
            hang_up(plant.redis)


def _prepared(folder: Path, settings: RedisSettings, etcd: Cluster, machine: Machine) -> Plant:
    service, env_file = machine.service(), machine.file(b"APP=shop\nDB_PORT=1\n")
    watch, db1 = (key_pair(secrets.token_bytes(32)) for _ in range(2))
    web, *ports = free(3)
    text = INVENTORY.format(
        redis=settings.url,
        etcd=etcd.endpoints[0],
        web=web,
        watch=watch.public,
        db1=db1.public,
        ssh=machine.port,
        host_key=machine.host_key,
        service=service.name,
        file=env_file,
    )
    file = folder / "inventory.toml"
    file.write_text(text)
    environ = {
        **OF_THE_TESTS,
        "PATH": os.environ["PATH"],
        "PYTHONSAFEPATH": "1",
        "PGBATON_INVENTORY": str(file),
        "PGBATON_SENDER_KEY_WATCH": watch.private,
        "PGBATON_SSH_KEY": str(machine.key_file),
    }
    return Plant(
        folder=folder,
        settings=settings,
        etcd=etcd,
        machine=machine,
        service=service,
        env_file=env_file,
        db1=db1,
        environ=environ,
        web=web,
        ports=dict(zip(("pg1", "pg2"), ports, strict=True)),
    )


def _register(plant: Plant, member: str, url: str) -> None:
    gateway = Gateway(plant.etcd.endpoints)
    pen = EtcdPen(gateway, lambda: gateway)
    pen.initialize(SHOP, SYSTEM)
    conn_url = f"postgres://127.0.0.1:{plant.ports[member]}/postgres"
    api_url = f"{url}/patroni"
    pen.record(SHOP, MemberRecord(name=member, conn_url=conn_url, api_url=api_url, state="running"))


def _patroni(plant: Plant, member: str) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        status(200, plant.answer(member))(connection)

    return answer


@contextmanager
def _listening(port: int) -> Iterator[None]:
    """A PostgreSQL that can be reached, which is all that a host asks of it."""
    listener = socket.create_server(("127.0.0.1", port))
    try:
        yield
    finally:
        listener.close()
