"""A small pgbaton with a real trail and real anchors, and the commands that an auditor types."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Self

from click.testing import CliRunner, Result

from deploy.cli import main
from deploy.cli.equipped import EquippedDesk
from jobs.audit import Draft, Kind
from tests.contract.etcd.server import Cluster
from tests.contract.ledger.server import RedisServer
from tests.parts import OF_THE_TESTS
from tests.waiting import PATIENCE
from workers.anchoring import Anchoring
from workers.etcd import Gateway
from workers.etcd.anchors import EtcdAnchors
from workers.redis import Redis, RedisLedger

INVENTORY = """
[redis]
url = "unix://{redis}"
[etcd.main]
endpoints = ["{etcd}"]
[audit]
anchor_prefix = "{prefix}"
[clusters.shop]
etcd = "main"
scope = "shop"
[clusters.crm]
etcd = "main"
scope = "crm"
"""
_numbers = count(1)


class DiedError(Exception):
    """The process ended here."""


@dataclass(frozen=True, slots=True)
class Mortal:
    """A hand whose process ends before or after one of its calls."""

    hand: object
    dies: str

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.hand, name)
        when, _, what = self.dies.partition(" ")
        return partial(self._call, found, when) if what == name else found

    def _call(self, found: Callable[..., object], when: str, *words: Any, **named: Any) -> object:
        if when == "after":
            found(*words, **named)
        raise DiedError(self.dies)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Anchors go below a prefix of this office's own."""

    server: RedisServer
    place: EtcdAnchors
    environ: Mapping[str, str]
    folder: Path

    @classmethod
    def at(cls, server: RedisServer, etcd: Cluster, folder: Path) -> Self:
        prefix, file = f"/audit{next(_numbers)}/", folder / "inventory.toml"
        told = INVENTORY.format(redis=server.socket, etcd=etcd.endpoints[0], prefix=prefix)
        file.write_text(told)
        return cls(
            server=server,
            place=EtcdAnchors(
                Gateway(etcd.endpoints), prefix=prefix, place="etcd main", timeout=PATIENCE
            ),
            environ={**OF_THE_TESTS, "PGBATON_INVENTORY": str(file), "SUDO_USER": "dba"},
            folder=folder,
        )

    def moved(self, server: RedisServer) -> Self:
        """The same office with another Redis in its inventory."""
        file = Path(self.environ["PGBATON_INVENTORY"])
        file.write_text(file.read_text().replace(str(self.server.socket), str(server.socket)))
        return replace(self, server=server)

    @property
    def redis(self) -> Redis:
        return self.server.client()

    @property
    def ledger(self) -> RedisLedger:
        return RedisLedger(self.redis, inventory="0123456789ab")

    def types(self, *words: str, dies: str = "") -> Result:
        """One command, as somebody types it; `dies` as "before place" or "after trim" of its hands."""
        desk = EquippedDesk(self.environ)
        if dies:
            dying: Any = desk
            dying.ledger = Mortal(desk.ledger, dies)
            dying.anchors = {name: Mortal(one, dies) for name, one in desk.anchors.items()}
        return CliRunner().invoke(main, list(words), obj=desk)

    def says(self, *names: str, cluster: str = "shop", incident: str | None = None) -> None:
        self.ledger.append(
            cluster, [Draft(id=one, kind=Kind.EVENT, incident=incident) for one in names]
        )

    def anchors(self) -> Anchoring:
        """What a chronicle does that was just started."""
        anchoring = Anchoring(self.ledger, dict.fromkeys(("shop", "crm"), self.place))
        for _ in range(2):
            anchoring.tick()
        return anchoring

    def grows(self, stages: Sequence[int] = (4, 8, 12), *, cluster: str = "shop") -> None:
        """A trail that is anchored at these numbers."""
        for last in stages:
            first = self.ledger.head(cluster).seq + 1
            self.says(*(f"{cluster} {n}" for n in range(first, last + 1)), cluster=cluster)
            self.anchors()
