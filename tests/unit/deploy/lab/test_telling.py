"""What Slack and the on-call tool were told can be wrong in many ways: each test breaks one thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from deploy.lab.drill.history import AlertHeard, History, Injected, SlackMessage
from deploy.lab.drill.invariants.heard import unheard
from deploy.lab.drill.invariants.telling import untold
from jobs.audit import Draft, Kind
from tests.unit.deploy.lab import histories as h


def slack(*messages: SlackMessage) -> str:
    """What is said of a drill after which Slack holds these messages."""
    return "; ".join(untold(replace(h.GOOD, slack=messages)))


def changed(key: str, **changes: str) -> tuple[SlackMessage, ...]:
    """Slack's good messages, those whose key has this in it changed."""
    return tuple(replace(m, **changes) if key in m.key else m for m in h.GOOD.slack)


def of(history: History, key: str) -> SlackMessage:
    [found] = [m for m in history.slack if m.key.endswith(key)]
    return found


def test_a_whole_thread_is_told() -> None:
    """Two incidents, each a first message, a proof and an end."""
    assert slack(*h.GOOD.slack) == ""
    assert len(h.GOOD.slack) == 6


@pytest.mark.parametrize("key", ["/proof:3", "/end:5", "/proof:8", "/end:10"])
def test_a_missing_reply_is_found(key: str) -> None:
    """Whichever it is."""
    gone = of(h.GOOD, key)
    said = slack(*(m for m in h.GOOD.slack if m != gone))
    assert f"{key[1:]} (at" in said
    assert "is told 0 times" in said


def test_a_doubled_reply_is_found() -> None:
    """Posted again after a crash, it stands twice."""
    twin = replace(of(h.GOOD, "/proof:8"), ts="120.900000")
    assert "is told 2 times" in slack(*h.GOOD.slack, twin)


def test_replies_in_the_wrong_order_are_found() -> None:
    """The end before the proof is no story."""
    assert "end:10 is told before proof:8" in slack(*changed("/proof:8", ts="130.000000"))


def test_a_first_message_that_was_left_open_is_found() -> None:
    """It was never edited to its end."""
    left = changed("shop-36@120", text="pg2 is proven to lead, 0 of 1 target follows")
    said = slack(*left)
    assert "does not say that it is over" in said
    assert "does not note the trail's last entry" in said


def test_another_hash_is_found() -> None:
    """Slack notes what the chain does not hold: one of them was changed."""
    good = of(h.GOOD, "/end:10").text
    forged = good.replace(h.ENTRIES[-1].hash, "0" * 64)
    assert "000000000000 for entry 10" in slack(*changed("/end:10", text=forged))


@pytest.mark.parametrize("count", [0, 2])
def test_not_one_first_message_is_found(count: int) -> None:
    """None, or a second one after a crash."""
    [root] = [m for m in h.GOOD.slack if m.key == "shop-36@120"]
    others = [m for m in h.GOOD.slack if m != root]
    roots = [replace(root, ts=f"{120 + n}.500000") for n in range(count)]
    assert f"shop-36 has {count} first messages" in slack(*others, *roots)


def test_what_the_trail_does_not_know_is_found() -> None:
    """A reply without an entry behind it is somebody's invention."""
    made_up = replace(of(h.GOOD, "/proof:8"), key="shop-36@120/alarm:99", ts="121.000000")
    assert "alarm:99 is told, and the trail knows nothing of it" in slack(*h.GOOD.slack, made_up)


def test_an_incident_that_never_was_is_found() -> None:
    """A thread without an incident in the trail."""
    [root] = [m for m in h.GOOD.slack if m.key == "shop-36@120"]
    said = slack(*h.GOOD.slack, replace(root, ts="150.000000", key="shop-99@150"))
    assert said == "Slack tells of shop-99, of which the trail knows nothing"


@pytest.mark.parametrize(("count", "said"), [(0, "entry 11"), (1, ""), (2, "told 2 times")])
def test_a_trouble_in_peace_is_told_once(count: int, said: str) -> None:
    """A NodeBalancer that leads nowhere opens no incident, and has a message of its own."""
    alarm = Draft(
        id="nodebalancer:front:down", kind=Kind.ALARM, evidence={"reason": "no node is UP"}
    )
    history = h.telling(h.GOOD, (*h.DRAFTS, (140.0, alarm)))
    notices = [
        SlackMessage(ts=f"{140 + n}.000000", thread=None, key="notice-shop-11@140", text="no node")
        for n in range(count)
    ]
    found = "; ".join(untold(replace(history, slack=(*history.slack, *notices))))
    assert said in found if said else not found


def test_without_an_incident_nothing_is_proven() -> None:
    """A drill in which nothing happened must not pass."""
    assert list(untold(replace(h.GOOD, entries=h.chain(h.DRAFTS[:1]))))


def test_an_incident_that_never_ended_is_found() -> None:
    """A drill ends with its incidents concluded, or its thread is not whole."""
    left = h.chain(h.drafts(without=Kind.CONCLUDED, at=122.1))
    assert any("it never ended" in fault for fault in untold(replace(h.GOOD, entries=left)))


def told_of(*drafts: tuple[float, Draft]) -> str:
    """What is said where the trail holds these and Slack tells proofs and ends alone."""
    entries = h.chain(sorted(drafts, key=lambda one: one[0]))
    return "; ".join(untold(replace(h.GOOD, entries=entries, slack=h.slack(entries))))


@pytest.mark.parametrize(("until", "told"), [(125.0, False), (126.0, True)])
def test_a_doubt_that_stood_must_be_told(until: float, *, told: bool) -> None:
    """Five seconds without a leader are worth a reply, fewer are not."""
    facts = {"verdict": "not-yet", "reason": "nobody holds the key"}
    doubt = Draft(id="doubt", kind=Kind.VERDICT, incident="shop-36", evidence=facts)
    before = h.drafts(without=Kind.CONCLUDED, at=122.1)
    said = told_of(*before, (120.6, doubt), (until, h.concluded("shop-36")))
    assert ("verdict:9 (at 125.600) is told 0 times" in said) == told


@pytest.mark.parametrize(
    ("kind", "sort"),
    [(Kind.ALARM, "alarm"), (Kind.TAKEN_OVER, "taken"), (Kind.ACKNOWLEDGED, "ack")],
)
def test_what_people_must_see_must_be_told(kind: Kind, sort: str) -> None:
    """An alarm, a take-over and an acknowledgement each have a reply."""
    draft = Draft(id="shop-36:it", kind=kind, incident="shop-36", evidence={})
    assert f"{sort}:9 (at 121.000) is told 0 times" in told_of(*h.DRAFTS, (121.0, draft))


def test_a_failure_must_be_told() -> None:
    """A host that did not follow at once is in the thread, alone or with others."""
    failed = h.host("shop1", "failed", h.SECOND)
    assert "did not follow at once" in told_of(*h.DRAFTS, (121.0, failed))


def test_alerts_and_signs_of_life_are_whole() -> None:
    """Both incidents began and ended, once each, signed."""
    assert list(unheard(h.GOOD)) == []


Break = Callable[[tuple[AlertHeard, ...]], tuple[AlertHeard, ...]]


@pytest.mark.parametrize(
    ("break_", "found"),
    [
        (lambda all_: all_[1:], "shop-13 is triggered was heard 0 times"),
        (lambda all_: all_[:-1], "shop-36 is resolved was heard 0 times"),
        (lambda all_: (*all_, all_[0]), "alert-2 came 2 times"),
        (lambda all_: (*all_, replace(all_[0], id="other")), "is triggered was heard 2 times"),
        (lambda all_: (replace(all_[0], genuine=False), *all_[1:]), "is not signed by us"),
    ],
    ids=["no-beginning", "no-end", "repeated", "told-twice", "forged"],
)
def test_a_wrong_alert_is_found(break_: Break, found: str) -> None:
    """Missing, doubled or forged."""
    assert found in "; ".join(unheard(replace(h.GOOD, alerts=break_(h.GOOD.alerts))))


@pytest.mark.parametrize(
    ("struck", "healed", "on", "allowed"),
    [
        (122.2, 130.0, ("redis", "redis"), True),
        (122.2, None, ("control", "chronicle"), True),
        (125.0, 130.0, ("redis", "redis"), False),
        (110.0, 115.0, ("redis", "redis"), False),
        (122.2, 130.0, ("control", "web"), False),
    ],
    ids=["redis", "chronicle", "too-late", "over-before", "somebody-else"],
)
def test_an_alert_comes_again_only_where_its_note_was_interrupted(
    struck: float, healed: float | None, on: tuple[str, ...], *, allowed: bool
) -> None:
    """Redis or the chronicle was struck within two seconds after the post, and was back before the next."""
    last = replace(h.GOOD.alerts[-1], at=122.1)
    alerts = (*h.GOOD.alerts[:-1], last, replace(last, at=131.0))
    fault = Injected(fault="Kill", title="somebody dies", at=struck, healed=healed, on=on)
    found = list(unheard(replace(h.GOOD, alerts=alerts, injected=(fault,))))
    assert found == ([] if allowed else [f"alert {last.id} came 2 times"])


def test_a_silent_process_is_found() -> None:
    """The dead-man's switch must have heard of both."""
    assert list(unheard(replace(h.GOOD, beats={"clock": (99.0,)}))) == [
        "watch gave no sign of life"
    ]
