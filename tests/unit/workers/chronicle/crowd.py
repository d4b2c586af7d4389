"""Many clusters, each with an incident by hand: a bad hour for everybody at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from jobs.audit import Draft, Kind
from jobs.slack.layout import Site
from tests.fakes.clock import FakeClock
from tests.fakes.ledger import FakeLedger
from tests.fakes.messenger import FakeMessenger
from workers.chronicle.books import Books
from workers.chronicle.poster import Poster


@dataclass(slots=True)
class Crowd:
    """Clusters c1, c2, …; incidents open and end as a test says."""

    clusters: Sequence[str]
    clock: FakeClock = field(default_factory=FakeClock)
    ledger: FakeLedger = field(init=False)
    slack: FakeMessenger = field(init=False)
    poster: Poster = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = FakeLedger(clock=self.clock)
        self.slack = FakeMessenger(now=self.clock.now)
        self.poster = self.fresh()

    def fresh(self) -> Poster:
        books = Books(
            ledger=self.ledger,
            clock=self.clock,
            holder="one",
            name="slack:C0",
            clusters=self.clusters,
            site=Site(url="https://pgbaton.example.com"),
        )
        return Poster(books=books, messenger=self.slack)

    def opens(self, cluster: str) -> None:
        """Its first incident."""
        reason = "nobody holds the leader key"
        self._tell(cluster, Kind.OPENED, before="pg1", why=reason)
        self._tell(cluster, Kind.VERDICT, verdict="not-yet", reason=reason)

    def ends(self, cluster: str, *, seconds: float = 30) -> None:
        fence = {"system": "1", "pg_timeline": 2, "epoch": 9}
        self._tell(
            cluster, Kind.VERDICT, verdict="confirmed", reason="leads", member="pg2", fence=fence
        )
        self._tell(cluster, Kind.CONCLUDED, seconds=seconds, reason="all follow")

    def run(self, seconds: float) -> None:
        for _ in range(int(seconds * 2)):
            self.poster.tick()
            self.clock.pass_by(0.5)

    def _tell(
        self, cluster: str, kind: Kind, seconds: float | None = None, **evidence: object
    ) -> None:
        incident = f"{cluster}-1"
        draft = Draft(
            id=f"{incident}:{kind}:{self.clock.now()}:{evidence.get('verdict')}",
            kind=kind,
            incident=incident,
            seconds=seconds,
            evidence=evidence,
        )
        self.ledger.append(cluster, [draft])
