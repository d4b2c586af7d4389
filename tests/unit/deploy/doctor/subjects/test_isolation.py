"""Whether a stale primary could be stopped, member by member."""

from deploy.doctor.subjects.isolation import ExileSeen, judge_isolation
from jobs.remote import HostFailure
from jobs.stopping import StopReply
from tests.unit.deploy.doctor.subjects.told import DARK, told, words

READY = StopReply(outcome="ready", reason="a stale primary could be stopped here")


def test_members_that_are_ready_are_green() -> None:
    """All of them in one sentence."""
    seen = judge_isolation("shop", [ExileSeen(name=n, reply=READY) for n in ("pg1", "pg2")])
    assert told(seen) == {}
    assert seen.fine == ("pg1 and pg2: a stale primary could be stopped",)


def test_who_could_not_be_stopped_is_red_and_named() -> None:
    """A key that is refused, a folder that is missing: each with what lifts it; what nobody saw is amber."""
    login = HostFailure(kind="login", reason="refuses user postgres", remedy="pgbaton push")
    unready = StopReply(outcome="failed", reason="its folder is missing", remedy="pgbaton push")
    members = [
        ExileSeen(name="pg1", reply=login),
        ExileSeen(name="pg2", reply=unready),
        ExileSeen(name="pg3", reply=DARK),
    ]
    seen = judge_isolation("shop", members)
    assert told(seen) == {
        "isolation-login": "red",
        "isolation-unready": "red",
        "not-seen": "amber",
    }
    assert words(seen, "isolation-login") == "pg1: refuses user postgres → pgbaton push"
    assert words(seen, "isolation-unready") == "pg2: its folder is missing → pgbaton push"
