"""Any number of misfortunes in any order: the invariants hold at every step, and all heals at the end."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from jobs.audit import Draft, Kind
from jobs.claims import RestAnswer, SqlAnswer
from jobs.event import CALLBACK, Event
from jobs.ports import LedgerUnavailable
from jobs.remote import HostFailure
from jobs.state import Pause
from tests.fakes.ledger_parts import Faults
from tests.unit.jobs.road.climate import ADDRESS, VERSIONS, Climate, LedgerDied
from tests.world import ENV, MEMBERS

pytestmark = pytest.mark.timeout(180)  # a busy machine is no failure

WRONG = b"APP=shop\nDB_HOST=10.9.9.9\nDB_PORT=5432\n"

members = st.sampled_from(sorted(MEMBERS))
hosts = st.sampled_from(sorted(ADDRESS))
effects = st.integers(1, 12)


class Storm(Climate):
    """What may befall them; each rule is one misfortune, or one turn for the better."""

    # Between two gusts: without these, most storms would never get beyond "etcd is away".

    @rule()
    def calms_down(self) -> None:
        self.heal()

    @rule(member=members, works=st.integers(0, 3))
    def fails_over_in_calm(self, member: str, works: int) -> None:
        """The common case, stopped before, between or after its jobs."""
        self.heal()
        self.world.fail_over(member)
        self.world.ledger.call("shop")
        for _ in range(works):
            self.work_one()

    @rule(seconds=st.sampled_from([2.0, 6.0, 20.0]))
    def lives_on(self, seconds: float) -> None:
        self.unless_redis_is_down(lambda: self.live_on(seconds))

    # The cluster's weather.

    @precondition(lambda self: self.world.dcs.unavailable is None)
    @rule(member=members)
    def fail_over(self, member: str) -> None:
        self.world.fail_over(member)

    @precondition(lambda self: self.world.dcs.unavailable is None)
    @rule()
    def leader_gone(self) -> None:
        self.world.dcs.delete_leader("shop")

    @rule(member=members)
    def is_promoting(self, member: str) -> None:
        self.world.witness.rest[member] = RestAnswer(
            role="replica", state="running", scope="shop", name=member, pg_timeline=1
        )
        self.world.witness.sql[member] = SqlAnswer(in_recovery=True, read_only=True)

    @rule(member=members)
    def writes_on(self, member: str) -> None:
        self.world.witness.sql[member] = SqlAnswer(
            in_recovery=False, read_only=False, pg_timeline=None
        )

    @rule(member=members)
    def answers_truly(self, member: str) -> None:
        self.world.witness.rest.pop(member, None)
        self.world.witness.sql.pop(member, None)
        self.world.witness.down.discard(member)

    @rule(member=members)
    def out_of_reach(self, member: str) -> None:
        self.world.witness.down.add(member)

    @rule()
    def etcd_down(self) -> None:
        self.world.dcs.break_down()

    @rule()
    def etcd_up(self) -> None:
        self.world.dcs.recover()

    # The hosts' weather.

    @rule(host=hosts)
    def host_down(self, host: str) -> None:
        self.host(host).down = HostFailure(kind="unreachable", reason="no route", remedy="wait")

    @rule(host=hosts, ill=st.sampled_from(["cache", "store", "looks-well"]))
    def host_fails(self, host: str, ill: str) -> None:
        self.host(host).failing.add(ill)

    @rule(host=hosts)
    def host_well(self, host: str) -> None:
        self.host(host).down = None
        self.host(host).failing.clear()

    @rule(host=hosts)
    def edited_by_hand(self, host: str) -> None:
        self.watched.edits[ADDRESS[host]] += 1
        self.host(host).files[ENV] = WRONG

    # The workers' weather.

    @rule()
    def work_one(self) -> None:
        job = self.world.ledger.line.take(at=self.world.clock.now())
        if job is not None:
            self.run(job)

    @rule()
    def work_some(self) -> None:
        for _ in range(4):
            self.work_one()

    @rule(effect=effects, finishes=st.booleans())
    def dies_on_a_host(self, effect: int, *, finishes: bool) -> None:
        self.watched.die_after(effect, host_finishes=finishes)
        self.work_some()
        self.watched.live()

    @rule(step=effects, when=st.sampled_from(["before", "after"]))
    def dies_around_a_step(self, step: int, when: Any) -> None:
        self.world.ledger.fail(step, when, LedgerDied())
        self.work_some()
        self.world.ledger._faults = Faults()

    @rule(step=effects, when=st.sampled_from(["before", "after"]))
    def loses_redis_at_a_step(self, step: int, when: Any) -> None:
        self.world.ledger.fail(step, when, LedgerUnavailable("away", "wait"))
        self.work_some()
        self.world.ledger._faults = Faults()

    @rule()
    def redis_down_for_a_while(self) -> None:
        self.world.ledger.break_down()
        self.work_one()
        self.world.clock.pass_by(7)
        self.world.ledger.unavailable = None

    @rule()
    def holds_a_job_up(self) -> None:
        job = self.world.ledger.line.take(at=self.world.clock.now())
        if job is not None:
            self.held.append(job)

    @precondition(lambda self: self.held)
    @rule(once_more=st.booleans(), which=st.integers(0, 9))
    def runs_a_held_job(self, which: int, *, once_more: bool) -> None:
        job = self.held[which % len(self.held)]
        self.run(job)
        if not once_more:
            self.held.remove(job)

    @rule(version=st.sampled_from(range(len(VERSIONS))))
    def reloads(self, version: int) -> None:
        self.reload(version)

    # What people and clocks do.

    @rule(seconds=st.sampled_from([0.5, 2.0, 5.0, 7.0, 12.0, 61.0]))
    def time_passes(self, seconds: float) -> None:
        self.world.clock.pass_by(seconds)

    @rule(number=st.integers(0, 3))
    def hears_an_event(self, number: int) -> None:
        event = Event(
            id=str(number), type=CALLBACK, sender="pg1", cluster="shop", time=None, data={}
        )
        draft = Draft(id=f"event:{number}", kind=Kind.EVENT, evidence={"type": CALLBACK})
        self.unless_redis_is_down(lambda: self.world.ledger.hear(event, draft))

    @rule()
    def clock_ticks(self) -> None:
        self.unless_redis_is_down(self.world.tick)

    @rule()
    def checks_drift(self) -> None:
        self.check_drift()

    @rule(seconds=st.sampled_from([1.0, 30.0, 600.0]))
    def pauses(self, seconds: float) -> None:
        pause = Pause(why="test", until=self.world.clock.now() + seconds, by="somebody")
        self.unless_redis_is_down(lambda: self.world.ledger.pause("shop", pause, ()))

    @rule()
    def resumes(self) -> None:
        self.unless_redis_is_down(lambda: self.world.ledger.pause("shop", None, ()))


TestStorm = Storm.TestCase
TestStorm.settings = settings(
    max_examples=200,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
