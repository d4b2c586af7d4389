"""A chronicle over a pgbaton in memory and a Slack in memory: without it each test would build both."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from jobs.audit import Draft, Kind
from jobs.slack.layout import Site
from jobs.slack.limits import mistakes
from jobs.slack.reading import read
from tests.fakes.hosts import WorkerDied
from tests.fakes.messenger import FakeMessenger, Said
from tests.world import World, make_world
from workers.chronicle.books import Books
from workers.chronicle.poster import Poster

HASH = re.compile("[0-9a-f]{64}")

EVERY = 0.5
"""Seconds between two looks."""


@dataclass(slots=True)
class Stage:
    """`world` is what happens, `slack` what people read, `poster` who tells it."""

    world: World = field(default_factory=make_world)
    slack: FakeMessenger = field(init=False)
    poster: Poster = field(init=False)
    most: int = 5
    lives: int = 0

    def __post_init__(self) -> None:
        self.slack = FakeMessenger(now=self.world.clock.now)
        self.poster = self.fresh()

    def fresh(self, holder: str = "one") -> Poster:
        """A poster as it begins, with nothing in memory."""
        self.lives += 1
        books = Books(
            ledger=self.world.ledger,
            clock=self.world.clock,
            holder=holder,
            name="slack:C0INCIDENTS",
            clusters=tuple(self.world.inventory.clusters),
            site=Site(url="https://pgbaton.example.com"),
        )
        return Poster(books=books, messenger=self.slack, most=self.most)

    def run(self, seconds: float) -> None:
        """Looks go on for a while, and nothing happens in the world."""
        for _ in range(int(seconds / EVERY)):
            self.poster.tick()
            self.world.clock.pass_by(EVERY)

    def outlive(self, seconds: float) -> None:
        """The same, where the process may die and is started anew each time."""
        for _ in range(int(seconds / EVERY)):
            try:
                self.poster.tick()
            except WorkerDied:
                self.slack.live()
                self.poster = self.fresh()
            self.world.clock.pass_by(EVERY)

    def told(self) -> list[tuple[str, str | None, str]]:
        """All that stands as people read it, with the key of what it answers; hashes differ from one
        world to the next."""
        keys = {one.ts: one.key for one in self.slack.said}
        return [
            (one.key, keys.get(one.thread or ""), HASH.sub("#", "\n".join(read(one.message))))
            for one in self.slack.said
        ]

    def lives_through(self, night: Callable[[World, Callable[[float], None]], None]) -> None:
        """Something happens while looks go on."""
        night(self.world, self.run)

    def acknowledge(self, incident: str, *, by: str, note: str) -> None:
        """`pgbaton ack`, as its entry."""
        cluster = incident.rpartition("-")[0]
        draft = Draft(
            id=f"acknowledged:{self.world.clock.now()}",
            kind=Kind.ACKNOWLEDGED,
            incident=incident,
            evidence={"by": by, "note": note},
        )
        self.world.ledger.append(cluster, [draft])

    def root(self, incident: str) -> Said:
        """The one root of an incident."""
        found = [one for one in self.slack.roots if one.key.startswith(f"{incident}@")]
        assert len(found) == 1, [one.key for one in self.slack.roots]
        return found[0]

    def replies(self, incident: str) -> list[str]:
        """The sorts of an incident's replies, in order."""
        own = self.slack.thread(self.root(incident).ts)[1:]
        return [one.key.partition("/")[2].partition(":")[0] for one in own]

    def check(self) -> None:
        """No key stands twice, and Slack would take every content there ever was."""
        keys = [one.key for one in self.slack.said]
        assert len(keys) == len(set(keys)), keys
        for one in self.slack.said:
            for content in one.contents:
                assert not mistakes(content, key=one.key), (one.key, mistakes(content))


def settled() -> Stage:
    """A stage whose cluster's first incident was told, with its hosts at pg1."""
    stage = Stage()
    stage.world.settle()
    stage.run(10)
    return stage
