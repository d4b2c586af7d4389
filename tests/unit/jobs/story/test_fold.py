"""Entries become a story: each target's way, the newest fence only, and nothing of the neighbours'."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jobs.audit import GENESIS, Entry, Kind, canonical
from jobs.event import CALLBACK, LEADER_KEY
from jobs.story import Story, fold
from jobs.story.fact import fact_of
from jobs.story.signals import MOST, Signals

SYSTEM = "7412345678901234567"


def entry(
    seq: int,
    kind: Kind,
    incident: str | None = "shop-2",
    *,
    at: float | None = None,
    **evidence: Any,
) -> Entry:
    """An entry at its number in seconds, unless `at` says else."""
    body = {"id": f"e{seq}", "kind": str(kind), "incident": incident, "seconds": None}
    when = int((seq if at is None else at) * 1e6)
    text = canonical({**body, "evidence": evidence})
    return Entry(seq=seq, at=when, body=text, prev=GENESIS, hash=f"{seq}")


def opened(seq: int, incident: str = "shop-2", *, at: float | None = None) -> Entry:
    return entry(seq, Kind.OPENED, incident, at=at, before="pg1", epoch=5, why="no leader key")


def fence(epoch: int) -> dict[str, object]:
    return {"system": SYSTEM, "pg_timeline": epoch, "epoch": epoch}


def confirmed(seq: int, epoch: int, member: str = "pg2") -> Entry:
    return entry(
        seq,
        Kind.VERDICT,
        verdict="confirmed",
        reason=f"{member} leads",
        member=member,
        fence=fence(epoch),
    )


def planned(seq: int, *hosts: str) -> Entry:
    return entry(seq, Kind.PLANNED, job="j", fence="f", hosts=dict.fromkeys(hosts, 1))


def host(seq: int, name: str, outcome: str = "changed", *, epoch: int = 9, **more: Any) -> Entry:
    blank = {"behind": None, "member": "pg2", "reason": "", "remedy": "", "restarted": ["store"]}
    return entry(
        seq, Kind.HOST, host=name, outcome=outcome, fence=fence(epoch), **{**blank, **more}
    )


def concluded(seq: int, incident: str = "shop-2", *, at: float | None = None) -> Entry:
    said: Mapping[str, object] = {"verdict": "confirmed", "reason": "pg2 leads"}
    return entry(seq, Kind.CONCLUDED, incident, at=at, **said)


def gone(seq: int, *, at: float | None = None) -> Entry:
    data = {"member": None, "epoch": None}
    return entry(seq, Kind.EVENT, None, at=at, type=LEADER_KEY, sender="watch", data=data)


def told(*entries: Entry) -> Story:
    story = fold(entries, "shop-2")
    assert story is not None
    return story


def test_what_never_opened_is_no_story() -> None:
    """Entries of an incident without its opening, or none at all."""
    assert fold([], "shop-2") is None
    assert fold([confirmed(1, 9), concluded(2)], "shop-2") is None


def test_a_target_goes_from_planned_to_held() -> None:
    """Outcome, restarts, attempts and failures; a bar for each attempt, from its planning on."""
    story = told(
        opened(1),
        confirmed(2, 9),
        planned(3, "web2", "web1"),
        host(4, "web1", "unreachable", reason="no answer", restarted=[]),
        host(5, "web2"),
        planned(6, "web1"),
        host(7, "web1"),
    )
    web1, web2 = story.targets
    assert (web2.target, web2.outcome, web2.holds, web2.attempts) == ("web2", "changed", True, 1)
    assert (web1.attempts, web1.failures, web1.restarted) == (2, 1, ("store",))
    assert [(b.begun, b.ended, b.text) for b in web1.bars] == [
        (3.0, 4.0, "unreachable: no answer"),
        (6.0, 7.0, "changed"),
    ]
    assert (story.times.first_host, story.times.last_host) == (5.0, 7.0)
    assert story.held == 2


def test_writes_are_resumed_with_the_last_application() -> None:
    """Not before every host's own check has passed; a NodeBalancer is no application."""
    known = [opened(1), confirmed(2, 9), planned(3, "web1", "web2", "nodebalancer:front")]
    part = [host(4, "web1"), entry(5, Kind.BALANCER, balancer="front", outcome="landed")]
    assert told(*known, *part).times.writes_resumed is None
    end = told(*known, *part, host(6, "web2"))
    assert (end.times.writes_resumed, end.times.last_host) == (6.0, 6.0)


def test_a_newer_fence_begins_anew() -> None:
    """Proven, held and resumed under it; what a late job tells of the older one does not count."""
    first = [opened(1), confirmed(2, 9), planned(3, "web1"), host(4, "web1")]
    again = [confirmed(5, 12, "pg3"), planned(6, "web1"), host(7, "web1", epoch=9)]
    story = told(*first, *again)
    assert (story.epochs, story.times.verified) == ((9, 12), 5.0)
    assert (story.times.first_host, story.targets[0].holds) == (None, False)
    story = told(*first, *again, host(8, "web1", epoch=12))
    assert (story.times.first_host, story.times.last_host) == (8.0, 8.0)


def test_who_falls_back_does_not_hold() -> None:
    """A target that held and then failed is no longer the first host."""
    base = [opened(1), confirmed(2, 9), planned(3, "web1", "web2"), host(4, "web1")]
    story = told(*base, host(5, "web2"), host(6, "web1", "failed", reason="gone"))
    assert (story.times.first_host, story.held) == (5.0, 1)


def test_a_job_that_gave_way_says_nothing() -> None:
    """Neither an attempt nor a failure."""
    base = [opened(1), confirmed(2, 9), planned(3, "web1"), host(4, "web1")]
    story = told(*base, host(5, "web1", "superseded", reason="the epoch moved"))
    assert (story.targets[0].attempts, story.times.first_host) == (1, 4.0)


def test_no_host_to_move_means_writes_with_the_proof() -> None:
    """Only once it is over: until then some might have to move yet."""
    assert told(opened(1), confirmed(2, 5)).times.writes_resumed is None
    story = told(opened(1), confirmed(2, 5), concluded(3))
    assert (story.times.writes_resumed, story.times.elected) == (2.0, None)


def test_an_entry_that_cannot_be_read_is_passed_over() -> None:
    """Broken JSON, another kind, evidence of another shape: the others still tell."""
    broken = Entry(seq=2, at=2_000_000, body="{", prev="", hash="")
    shapeless = Entry(seq=3, at=3_000_000, body="[]", prev="", hash="")
    unknown = entry(4, Kind.OPENED)
    odd = Entry(seq=4, at=4_000_000, body=unknown.body.replace("opened", "odd"), prev="", hash="")
    bare = entry(5, Kind.HOST)
    story = told(opened(1), broken, shapeless, odd, bare, confirmed(6, 9))
    assert (story.member, story.targets, story.last) == ("pg2", (), 6)


def test_the_next_incidents_events_are_its_own() -> None:
    """Whoever loses the key after the end begins something new, whether it has opened yet or not."""
    story = told(gone(1), opened(2), confirmed(3, 9), concluded(4), gone(10), gone(40, at=11))
    assert story.holders == ((1.0, None),)


def test_what_came_before_the_next_opening_is_not_ours() -> None:
    """A callback of the next disaster, heard before its opening and without a word of the watch."""
    hook = {"action": "on_stop", "role": "primary", "member": "pg2"}
    callback = entry(6, Kind.EVENT, None, at=19.5, type=CALLBACK, sender="pg2", data=hook)
    entries = [opened(2), confirmed(3, 9), concluded(4), callback, opened(7, "shop-3", at=20)]
    signals = Signals()
    for one in entries:
        signals.take(fact_of(one), own=one.facts["incident"] == "shop-2")
    heard = signals.of_incident(told(*entries).times)
    assert [f.seq for f in heard] == [2, 3, 4]
    assert told(*entries).times.detected == 2.0


def test_what_the_incident_before_heard_is_not_ours() -> None:
    """Two incidents on each other's heels: the first one's events stay with it."""
    before = [opened(1, "shop-1", at=1), gone(2, at=1.5), concluded(3, "shop-1", at=2)]
    story = told(*before, gone(4, at=2.5), opened(5, at=3))
    assert (story.times.detected, story.holders) == (2.5, ((2.5, None),))


def test_a_long_incident_keeps_its_first_signals() -> None:
    """However long it lasts, what is kept is bounded."""
    signals = Signals()
    for number in range(MOST * 2):
        signals.take(fact_of(gone(number + 1)), own=False)
    assert [f.seq for f in signals.known] == list(range(1, MOST + 1))
