"""One trail, a place for its anchors and a chronicle: without it, two tests would each build the same."""

from __future__ import annotations

from dataclasses import replace

from jobs.anchor import Server
from jobs.audit import Draft, Kind
from tests.fakes.anchors import FakeAnchors
from tests.fakes.clock import FakeClock
from tests.fakes.ledger import FakeLedger
from workers.anchoring import Anchoring

FIRST = Server(run="a" * 40, replid="1" * 40, offset=1000)


class Stage:
    """One cluster's trail, a place, and a chronicle that looks each second."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.ledger = FakeLedger(clock=self.clock, server=FIRST)
        self.place = FakeAnchors()
        self.anew()

    def anew(self) -> None:
        """The chronicle is started again."""
        self.anchoring = Anchoring(self.ledger, {"shop": self.place}, clock=self.clock)

    def says(self, *names: str, kind: Kind = Kind.EVENT) -> None:
        """Entries are written; Redis' history goes on by 100 bytes each."""
        for name in names:
            self.ledger.append("shop", [Draft(id=name, kind=kind)])
            server = self.ledger.server
            assert server is not None
            self.ledger.server = replace(server, offset=server.offset + 100)

    def passes(self, seconds: int = 1) -> None:
        for _ in range(seconds):
            self.clock.pass_by(1)
            self.anchoring.tick()

    def loses(self, count: int) -> None:
        """The trail's end is gone, as after a failover to a replica that lagged."""
        chain = self.ledger.store.of("shop").chain
        del chain.entries[-count:]

    def fails_over(self, lost: int) -> None:
        """The promoted replica never received the last `lost` entries."""
        server = self.ledger.server
        assert server is not None
        self.loses(lost)
        had = server.offset - 100 * lost
        self.ledger.server = Server(
            run="b" * 40, replid="2" * 40, offset=had, replid2=server.replid, second=had + 1
        )

    @property
    def heads(self) -> list[int]:
        return [a.seq for a in self.place.placed("shop") if a.kind == "head"]

    def kinds(self) -> list[str]:
        return [e.facts["kind"] for e in self.ledger.entries("shop")]


def cut(stage: Stage) -> None:
    """The same run, an entry less."""
    stage.loses(1)
