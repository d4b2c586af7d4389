"""Whatever the on-call tool, Redis and processes do: its last word on each key is right, and no id has two contents."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from jobs.alert import Alert, Status
from jobs.audit import Draft, Kind
from jobs.ports import LedgerUnavailable
from tests.fakes.hosts import WorkerDied
from tests.world import make_world
from workers.alerts import Alerter, Delivered, Later
from workers.alerts.route import Outcome


class Tool:
    """An on-call tool: it may be away, lose its answer, or be the last thing that a process sees."""

    def __init__(self) -> None:
        self.taken: list[Alert] = []
        self.does: list[str] = []

    def send(self, alert: Alert) -> Outcome:
        do = self.does.pop(0) if self.does else "take"
        if do != "refuse":
            self.taken.append(alert)
        if do == "die":
            raise WorkerDied
        return Delivered() if do == "take" else Later(reason="no answer")


class AnyNight(RuleBasedStateMachine):
    """One cluster, two chronicles."""

    def __init__(self) -> None:
        super().__init__()
        self.world = make_world()
        self.world.ledger.append("shop", [Draft(id="first", kind=Kind.DRIFT, evidence={})])
        self.tool = Tool()
        self.alerters = [self._fresh(0), self._fresh(1)]
        self.alerters[0].tick()
        self.count, self.is_open, self.number = 0, False, 0

    def _fresh(self, which: int) -> Alerter:
        clock = self.world.clock
        return Alerter(
            ledger=self.world.ledger,
            route=self.tool,
            inventory=self.world.inventory,
            holder=f"holder {which}",
            monotonic=clock.monotonic,
            now=clock.now,
        )

    def _tell(self, kind: Kind, seconds: float | None = None, **evidence: Any) -> None:
        self.number += 1
        incident = f"shop-{self.count}"
        draft = Draft(
            id=f"d{self.number}", kind=kind, incident=incident, seconds=seconds, evidence=evidence
        )
        self._well()
        self.world.ledger.append("shop", [draft])

    def _well(self) -> None:
        """Redis strikes nobody but chronicles."""
        self.world.ledger.fail(10**9, "before", WorkerDied())

    @rule()
    def goes_on(self) -> None:
        """An incident opens, or the open one ends."""
        if self.is_open:
            self._tell(Kind.CONCLUDED, seconds=30, reason="all follow")
        else:
            self.count += 1
            self._tell(Kind.OPENED, before="pg1", why="nobody holds the leader key")
        self.is_open = not self.is_open

    @rule(sort=st.sampled_from(["verdict", "ack", "alarm"]))
    def is_said(self, sort: str) -> None:
        """While it is open."""
        if not self.is_open:
            return
        if sort == "verdict":
            self._tell(Kind.VERDICT, verdict="not-yet", reason=f"nobody leads {self.number}")
        elif sort == "ack":
            self._tell(Kind.ACKNOWLEDGED, by="dba", note="on it")
        else:
            self._tell(Kind.ALARM, what="two-primaries", reason=f"two {self.number}")

    @rule(does=st.lists(st.sampled_from(["refuse", "take", "keep silent", "die"]), max_size=4))
    def the_tool(self, does: list[str]) -> None:
        """What it does next: takes an alert or not, and says so or not."""
        self.tool.does += does

    @rule(step=st.integers(1, 6), when=st.sampled_from(["before", "after"]), dies=st.booleans())
    def redis(self, step: int, when: Any, *, dies: bool) -> None:
        """A step of it is the last of a process, or is not answered."""
        error = WorkerDied() if dies else LedgerUnavailable("no answer")
        self.world.ledger.fail(step, when, error)

    @rule(which=st.integers(0, 1), seconds=st.sampled_from([1.0, 5.0, 61.0, 130.0]))
    def looks(self, which: int, seconds: float) -> None:
        """One of them looks, some time later."""
        self.world.clock.pass_by(seconds)
        try:
            self.alerters[which].tick()
        except WorkerDied:
            self.alerters[which] = self._fresh(which)

    def teardown(self) -> None:
        """All is well again for long enough."""
        self.tool.does.clear()
        self._well()
        for n in range(12):
            self.looks(n % 2, 61.0)
        last = {a.key: a for a in self.tool.taken if a.status is not Status.ACKNOWLEDGED}
        now = f"shop-{self.count}"
        still = [k for k, a in last.items() if a.status is not Status.RESOLVED]
        assert still == ([now] if self.is_open else []), last
        contents: dict[str, tuple[object, ...]] = {}
        for one in self.tool.taken:
            said = (one.status, one.key, one.severity, one.summary)
            assert contents.setdefault(one.id, said) == said


TestAnyNight = AnyNight.TestCase
TestAnyNight.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)


def test_a_chronicle_that_slept_reads_anew_how_far_another_one_came() -> None:
    """It holds the lease again, having missed that it lost it: what it knew is yesterday's."""
    night = AnyNight()
    night.goes_on()
    night.goes_on()
    night.looks(which=1, seconds=61.0)
    night.goes_on()
    night.goes_on()
    night.redis(step=4, when="before", dies=False)
    night.looks(which=1, seconds=1.0)
    night.teardown()
