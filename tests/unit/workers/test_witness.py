"""Evidence is gathered within one deadline, whoever is silent."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from jobs.claims import LeaderKey, MemberRecord, RestAnswer, RestClaim, SqlAnswer, SqlClaim, Unknown
from jobs.judge import Policy, judge
from jobs.ports import ScopeRef
from jobs.verdict import Confirmed
from tests.fakes.clock import FakeClock
from tests.fakes.dcs import FakeDcs
from tests.world import member
from workers.witness import Sight, Witnesses


@dataclass
class Slow:
    """Patroni or PostgreSQL that takes all the time it is given."""

    clock: FakeClock
    answer: RestClaim | SqlClaim
    given: list[float] = field(default_factory=list)

    def ask(self, record: MemberRecord, *, timeout: float) -> object:
        self.given.append(timeout)
        return self.answer


@pytest.fixture
def dcs() -> FakeDcs:
    """pg1 leads, pg2 follows."""
    dcs = FakeDcs()
    for name, address in (("pg1", "10.0.0.1"), ("pg2", "10.0.0.2")):
        dcs.put_member("shop", member(name, address))
    dcs.elect("shop", "pg1")
    return dcs


def test_slow_etcd_leaves_the_others_what_is_left(dcs: FakeDcs) -> None:
    """What the first look takes is not added to what the probes may take."""
    clock = FakeClock()
    dcs.after_look = lambda: clock.pass_by(0.6)
    rest = Slow(clock, RestAnswer(role="primary", state="running"))
    sql = Slow(clock, SqlAnswer(in_recovery=False, read_only=False))
    claims = witnesses(dcs, rest, sql, clock).gather("shop", timeout=2.0, everyone=True)
    assert rest.given == pytest.approx([0.9])
    assert sql.given == pytest.approx([0.9, 0.9])
    assert [other.name for other in claims.others] == ["pg2"]
    assert not isinstance(claims.after, Unknown | None)


def test_a_leadership_that_ends_while_members_are_asked_shows(dcs: FakeDcs) -> None:
    """etcd is asked again after the members answered, so the claims hold both leaderships."""
    clock = FakeClock()
    dcs.after_look = lambda: dcs.elect("shop", "pg2")
    rest = Slow(clock, RestAnswer(role="primary", state="running"))
    sql = Slow(clock, SqlAnswer(in_recovery=False, read_only=False))
    claims = witnesses(dcs, rest, sql, clock).gather("shop", timeout=2.0)
    assert not isinstance(claims.before, Unknown)
    assert claims.before.leader is not None
    assert isinstance(claims.after, LeaderKey)
    assert (claims.before.leader.member, claims.after.member) == ("pg1", "pg2")
    assert claims.after.epoch > claims.before.leader.epoch


def test_a_renamed_member_is_asked_once_by_its_new_name(dcs: FakeDcs) -> None:
    """Its former name at the same address is no member that etcd forgot: else a leader that was renamed
    would be told as its own second primary."""
    clock = FakeClock()
    dcs.put_member("shop", member("pg3", "10.0.0.3"))
    remembered = [member("old", "10.0.0.1"), member("old2", "10.0.0.2"), member("lost", "10.0.0.9")]
    there = RestAnswer(role="primary", state="running", system_identifier="7301", pg_timeline=1)
    rest, sql = Slow(clock, there), Slow(clock, SqlAnswer(in_recovery=False, read_only=False))
    claims = witnesses(dcs, rest, sql, clock).gather(
        "shop", timeout=1.0, everyone=True, remembered=remembered
    )
    assert {one.name for one in claims.others} == {"pg2", "pg3", "lost"}
    verdict = judge(claims, policy=Policy())
    assert isinstance(verdict, Confirmed)
    assert {one.name for one in verdict.leadership.others} == {"pg2", "pg3", "lost"}


def witnesses(dcs: FakeDcs, rest: Slow, sql: Slow, clock: FakeClock) -> Witnesses:
    sight = Sight(
        scope=ScopeRef(cluster="shop", namespace="service", scope="shop"),
        dcs=dcs,
        rest=rest,  # type: ignore[arg-type]
        sql=sql,  # type: ignore[arg-type]
    )
    return Witnesses({"shop": sight}, clock=clock.monotonic)
