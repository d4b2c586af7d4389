"""A thread is made of entries alone: few replies, stable keys, nobody else's markup, within Slack's limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from jobs.audit import Draft, Entry, Kind
from jobs.slack.layout import AMBER, GREEN, GREY, RED, Site
from jobs.slack.limits import mistakes
from jobs.slack.reading import read
from jobs.slack.replies import MOST
from jobs.slack.tale import Hearing
from jobs.slack.thread import Thread, thread_of
from tests.fakes.ledger_parts import Chain
from tests.tale import START, Tale, failover

SITE = Site(url="https://pgbaton.example.com")
LATER = START + 10_000


def thread(entries: Sequence[Entry], *, now: float = LATER, site: Site = SITE) -> Thread:
    hearing = Hearing.of("shop-7")
    for entry in entries:
        hearing.take(entry)
    told = hearing.told()
    assert told is not None
    return thread_of(told, site, now=now)


def sorts(one: Thread) -> list[str]:
    return [reply.key.partition(":")[0] for reply in one.replies]


def words(one: Thread) -> str:
    """All that a person may read of it."""
    messages = [one.root, *(reply.message for reply in one.replies)]
    return "\n".join(line for message in messages for line in read(message))


def sound(one: Thread) -> None:
    """Slack takes all of it."""
    for message in (one.root, *(reply.message for reply in one.replies)):
        assert not mistakes(message, key="k")


def test_a_failover_in_few_replies() -> None:
    """Who leads, who failed, who looked, how it ended: with times and the audit trail's head."""
    tale = failover()
    one = thread(tale.entries)
    assert sorts(one) == ["verdict", "proof", "fail", "ack", "end"]
    newest = tale.entries[-1]
    assert f"entry {newest.seq} {newest.hash}" in read(one.root)[-1]
    assert f"entry {newest.seq} {newest.hash}" in read(one.replies[-1].message)[-1]
    assert one.colour == GREEN
    assert "Not at once: web2 (2 tries)." in words(one)
    sound(one)


def test_keys_are_the_same_whenever_the_thread_is_made() -> None:
    """After each entry, the replies so far are the first ones of the whole thread, in order."""
    entries = failover().entries
    whole = [reply.key for reply in thread(entries).replies]
    for upto in range(1, len(entries) + 1):
        if not any(e.facts["kind"] == Kind.OPENED for e in entries[:upto]):
            continue
        now = entries[upto - 1].at / 1e6
        told = [reply.key for reply in thread(entries[:upto], now=now).replies]
        assert told == whole[: len(told)]


def test_colours_follow_the_state() -> None:
    """Red without a proven leader, amber while hosts are moved, red again for an alarm, then green."""
    tale = Tale().opened(0).verdict(0, "not-yet", "no leader key")
    assert thread(tale.entries).colour == RED
    tale.verdict(3, "confirmed", "pg2 leads", member="pg2").planned(3, "web1", "web2")
    assert thread(tale.entries).colour == AMBER
    tale.host(4, "web1").alarm(5, "two writable primaries", "stop pg1")
    assert thread(tale.entries).colour == RED
    tale.host(6, "web2").concluded(7, 7)
    assert thread(tale.entries).colour == GREEN


def test_a_standby_cluster_is_grey() -> None:
    """Nothing had to be done, and nobody is to be woken."""
    tale = Tale().opened(0).verdict(0, "unknown", "etcd is silent")
    tale.verdict(4, "standby", "follows another").tell(
        4, Kind.CONCLUDED, seconds=4.0, reason="follows another", verdict="standby"
    )
    one = thread(tale.entries)
    assert one.colour == GREY
    assert sorts(one) == ["end"]


def test_fifty_hosts_that_fail_alike_are_one_reply() -> None:
    """With six of their names, the count, and what to do; the alarms about each add nothing."""
    tale = Tale().opened(0).verdict(0, "confirmed", "pg2 leads", member="pg2")
    for n in range(50):
        tale.host(
            1 + n / 100, f"web{n}", outcome="unreachable", reason="no route", remedy="plug it in"
        )
    chain = tale.chain
    for n in range(50):
        draft = Draft(
            id=f"shop-7:alarm:left:web{n}:20:unreachable",
            kind=Kind.ALARM,
            incident="shop-7",
            evidence={"reason": f"web{n} does not follow yet", "remedy": "plug it in"},
        )
        chain.append([draft], at=round((START + 2) * 1e6))
    one = thread(tale.entries)
    assert sorts(one) == ["proof", "fail"]
    text = words(one)
    assert "web0, web1, web2, web3, web4, web5 and 44 more do not follow yet (unreachable)" in text
    assert text.count("What to do: plug it in") == 1
    sound(one)


def test_each_way_of_failing_is_told_once_a_leadership() -> None:
    """A retry that fails alike is silent; another way, or another leader, is news."""
    tale = Tale().opened(0).verdict(0, "confirmed", "pg2 leads", member="pg2")
    for at in (1, 11, 31):
        tale.host(at, "web1", outcome="unreachable", reason="no route")
    tale.host(60, "web1", outcome="failed", reason="the check said 502")
    tale.verdict(90, "confirmed", "pg3 leads", member="pg3", epoch=30)
    tale.host(91, "web1", outcome="failed", reason="the check said 502")
    assert sorts(thread(tale.entries)) == ["proof", "fail", "fail", "proof", "fail"]


def test_verdicts_that_pass_are_not_told() -> None:
    """A hundred changes in a minute, none of which stood: only who leads in the end."""
    tale = Tale().opened(0)
    for n in range(100):
        tale.verdict(n * 0.6, ("not-yet", "unknown")[n % 2], f"reason {n}")
    tale.verdict(60, "confirmed", "pg2 leads", member="pg2")
    assert sorts(thread(tale.entries)) == ["proof"]


def test_a_verdict_that_stands_is_told_when_it_has_stood() -> None:
    """Not before: by the clock alone where nothing else happens; once however often its reason changes."""
    tale = Tale().opened(0).verdict(0, "unknown", "etcd has no quorum")
    early = thread(tale.entries, now=START + 4.9)
    assert (sorts(early), early.waits) == ([], True)
    late = thread(tale.entries, now=START + 5)
    assert (sorts(late), late.waits) == (["verdict"], False)


def test_a_leader_that_comes_back_leads_again() -> None:
    """PostgreSQL crashed and came back: nobody took over."""
    tale = Tale().opened(0, before="pg1").verdict(0, "contradicted", "pg1 is not running")
    tale.verdict(9, "confirmed", "pg1 leads", member="pg1")
    assert "pg1 is proven to lead again" in words(thread(tale.entries))


def test_what_an_operator_does_meanwhile_belongs_to_it() -> None:
    """A pause, its end and a lifted fence, though they name no incident; not before and not after it."""
    tale = Tale().tell(-5, Kind.PAUSED, own=False, by="dba", why="before")
    tale.opened(0).verdict(0, "confirmed", "pg2 leads", member="pg2")
    tale.tell(1, Kind.PAUSED, own=False, by="dba", why="racks", until="2026-11-25T20:00:00Z")
    tale.tell(2, Kind.RESUMED, own=False, by="dba", why="racks")
    tale.tell(3, Kind.FENCE_LIFTED, own=False, by="dba", host="web1", how="reset-fence", why="etcd")
    tale.concluded(4, 4).tell(5, Kind.PAUSED, own=False, by="dba", why="after")
    one = thread(tale.entries)
    assert sorts(one) == ["proof", "paused", "resumed", "lifted", "end"]
    assert "dba" in words(one)


def test_a_takeover_names_the_hosts() -> None:
    """A worker died in the middle."""
    tale = Tale().opened(0).verdict(0, "confirmed", "pg2 leads", member="pg2")
    tale.tell(9, Kind.TAKEN_OVER, seconds=9.1, job="j", hosts=["web1", "nodebalancer:front"])
    assert "after 9.1 s of silence: web1, NodeBalancer front" in words(thread(tale.entries))


FOREIGN = "<!channel> *bold* <https://evil.example|here> `x` &lt; <@U1>\n>quote \u202e" + "y" * 5000


def test_nobody_elses_words_become_markup() -> None:
    """Names, reasons, remedies, notes, outcomes: whatever stands there rings nobody and links nowhere."""
    tale = Tale().opened(0, before=FOREIGN, why=FOREIGN).verdict(0, "unknown", FOREIGN)
    tale.alarm(6, FOREIGN, FOREIGN).verdict(7, "confirmed", FOREIGN, member=FOREIGN)
    tale.planned(7, "web1").host(8, "web1", outcome="failed", reason=FOREIGN, remedy=FOREIGN)
    tale.tell(8, Kind.PAUSED, by=FOREIGN, why=FOREIGN, until=FOREIGN)
    tale.tell(8, Kind.FENCE_LIFTED, by=FOREIGN, host=FOREIGN, how=FOREIGN, why=FOREIGN)
    tale.tell(9, Kind.TAKEN_OVER, seconds=1.0, job="j", hosts=[FOREIGN])
    tale.acknowledged(12, FOREIGN, FOREIGN)
    for entries in (tale.entries, tale.concluded(13, 13).entries):
        one = thread(entries)
        sound(one)
        for message in (one.root, *(reply.message for reply in one.replies)):
            raw = str([message.text, *(b for b in message.blocks if b["type"] != "header")])
            assert "<!channel" not in raw
            assert "<@" not in raw
            assert "<https://evil" not in raw
            assert "*bold*" not in raw


@pytest.mark.parametrize("evidence", [{}, {"outcome": None}, {"verdict": 3}, {"hosts": "x"}])
@pytest.mark.parametrize("kind", list(Kind))
def test_an_entry_that_nobody_can_read_is_passed_over(kind: Kind, evidence: dict[str, Any]) -> None:
    """Whatever its kind and whatever it lacks, the thread around it is told."""
    tale = Tale().opened(0).verdict(0, "confirmed", "pg2 leads", member="pg2")
    tale.tell(1, kind, **evidence).acknowledged(2, "dba", "seen")
    one = thread(tale.entries)
    assert "ack" in sorts(one)
    sound(one)


def test_a_thread_has_an_end() -> None:
    """A bad week is cut at a bound, which says so; who looked and how it ended is told all the same."""
    tale = Tale().opened(0)
    for n in range(200):
        tale.alarm(n * 600, f"alarm {n}")
    tale.acknowledged(200 * 600, "dba", "seen")
    tale.concluded(200 * 600 + 1, 120_001)
    one = thread(tale.entries, now=START + 10**6)
    assert len(one.replies) == MOST + 3
    assert sorts(one)[-3:] == ["more", "ack", "end"]


def test_without_pages_a_command_shows_the_incident() -> None:
    """There is no link to nowhere."""
    one = thread(failover().entries, site=Site())
    assert "pgbaton show shop-7" in words(one)
    assert "http" not in str(one.root.blocks)


def test_an_incident_that_never_opened_has_no_thread() -> None:
    """Its opening was lost with Redis: what is left is on the page."""
    hearing = Hearing.of("shop-7")
    chain = Chain()
    draft = Draft(
        id="a", kind=Kind.ACKNOWLEDGED, incident="shop-7", evidence={"by": "a", "note": "b"}
    )
    chain.append([draft], at=1)
    hearing.take(chain.entries[0])
    assert hearing.told() is None


def test_a_tale_is_made_once_for_its_newest_entry() -> None:
    """Asked again it is the very same; each further entry makes it anew, as it would be from the beginning."""
    entries, hearing = failover().entries, Hearing.of("shop-7")
    for count, entry in enumerate(entries, start=1):
        hearing.take(entry)
        afresh = Hearing.of("shop-7")
        for one in entries[:count]:
            afresh.take(one)
        assert hearing.told() == afresh.told()
        assert hearing.told() is hearing.told()
