"""A desk of fakes: without it a test of a command would need Redis, etcd and hosts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from deploy.cli import main
from jobs.inventory import Inventory
from jobs.ports import Anchors, Balancers, Clock, Fleet, HostHand, Ledger, Noted, Records, Witness
from tests.fakes.anchors import FakeAnchors
from tests.fakes.clock import FakeClock
from tests.world import OneByOne, World


@dataclass(slots=True)
class FakeDesk:
    """A `Desk` over a World; tokens are numbers, so that entries have known ids."""

    world: World
    environ: Mapping[str, str] = field(default_factory=dict)
    by: str = "dba"
    anchors: Mapping[str, Anchors] = field(default_factory=lambda: {"shop": FakeAnchors()})
    threads: Noted | None = None
    clock: Clock = field(init=False)
    ledger: Ledger = field(init=False)
    _tokens: int = 0

    def __post_init__(self) -> None:
        self.clock, self.ledger = self.world.clock, self.world.ledger

    @property
    def inventory(self) -> Inventory:
        return self.world.inventory

    @property
    def witness(self) -> Witness:
        return self.world.witness

    @property
    def hosts(self) -> HostHand:
        return self.world.hosts

    @property
    def balancers(self) -> Balancers | None:
        return self.world.balancers

    @property
    def records(self) -> Records | None:
        return self.world.records

    @property
    def fleet(self) -> Fleet:
        return OneByOne()

    def token(self) -> str:
        self._tokens += 1
        return f"token{self._tokens}"


@dataclass(slots=True)
class BusyClock:
    """A clock during whose sleep the workers work: what an operator sees who waits."""

    clock: FakeClock
    meanwhile: Callable[[], Any]

    def now(self) -> float:
        return self.clock.now()

    def monotonic(self) -> float:
        return self.clock.monotonic()

    def sleep(self, seconds: float) -> None:
        self.clock.sleep(seconds)
        self.meanwhile()


@dataclass(slots=True)
class Operator:
    """Somebody who types `pgbaton …` in an empty folder."""

    desk: FakeDesk
    folder: Path

    @property
    def world(self) -> World:
        return self.desk.world

    def types(self, *words: str, answer: str | None = None) -> Result:
        """Run one command; what it prints, and its exit code."""
        return CliRunner().invoke(main, list(words), obj=self.desk, input=answer)

    def with_workers(self) -> None:
        """From now on the workers work whenever the operator waits."""
        self.desk.clock = BusyClock(self.world.clock, self.world.work)
