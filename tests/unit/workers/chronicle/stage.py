"""A chronicle over a pgbaton in memory and a Slack in memory: without it each test would build both."""

from __future__ import annotations

from dataclasses import dataclass, field

from jobs.slack.layout import Site
from jobs.slack.limits import mistakes
from tests.fakes.hosts import WorkerDied
from tests.fakes.messenger import FakeMessenger, Said
from tests.world import World, make_world
from workers.chronicle.books import Books
from workers.chronicle.pace import Trouble
from workers.chronicle.poster import Poster

EVERY = 0.5
"""Seconds between two looks."""


@dataclass(slots=True)
class Stage:
    """`world` is what happens, `slack` what people read, `poster` who tells it."""

    world: World = field(default_factory=make_world)
    slack: FakeMessenger = field(init=False)
    poster: Poster = field(init=False)
    troubles: list[Trouble | None] = field(default_factory=list)
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
        return Poster(
            books=books, messenger=self.slack, most=self.most, troubled=self.troubles.append
        )

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
