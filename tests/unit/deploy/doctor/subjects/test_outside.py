import pytest

from deploy.doctor.subjects.outside import (
    Ping,
    RoadSeen,
    SlackSeen,
    Tried,
    judge_linode,
    judge_road,
    judge_slack,
)
from tests.unit.deploy.doctor.subjects.told import DARK, told, words

URL = "https://10.0.0.9/events"
GOOD = Ping(sender="pg1", url=URL, status=202, recorded=True)


def road(*pings: Ping, keyless: tuple[str, ...] = ()) -> RoadSeen:
    return RoadSeen(pings=pings, keyless=keyless, urls=(URL,))


def test_a_ping_that_is_recorded_is_green() -> None:
    """The whole road: signed, believed, in the trail."""
    report = judge_road(road(GOOD))
    assert (told(report), report.fine) == ({}, ("1 of 1 signed pings recorded (pg1)",))


@pytest.mark.parametrize(
    ("status", "recorded", "name", "colour"),
    [
        (None, None, "webhook-down", "red"),
        (401, None, "sender-unknown", "red"),
        (202, False, "webhook-astray", "red"),
        (202, None, "not-seen", "amber"),
        (503, None, "webhook-503", "red"),
        (429, None, "webhook-answer", "amber"),
    ],
)
def test_a_ping_that_is_not(
    status: int | None, *, recorded: bool | None, name: str, colour: str
) -> None:
    """What the webhook answered decides; that it says yes is not enough."""
    ping = Ping(sender="pg1", url=URL, status=status, detail="no", recorded=recorded)
    assert told(judge_road(road(ping))) == {name: colour}


def test_senders_with_the_same_answer_are_named_together() -> None:
    """One webhook that is down is one line."""
    down = [Ping(sender=s, url=URL, status=None, detail="refused") for s in ("pg1", "watch")]
    report = judge_road(road(*down))
    assert len(report.findings) == 1
    assert words(report, "webhook-down").startswith(f"{URL} and pg1 and watch: refused")


def test_senders_whose_key_is_elsewhere_are_not_seen() -> None:
    """Amber, with their names."""
    report = judge_road(road(GOOD, keyless=("pg2",)))
    assert told(report) == {"not-seen": "amber"}
    assert "pg2" in words(report, "not-seen")


def test_senders_that_were_heard_are_believed() -> None:
    """An event in the trail is a signature that was good: green, and said."""
    seen = RoadSeen(pings=(GOOD,), keyless=("pg2",), urls=(URL,), heard=frozenset({"pg2"}))
    report = judge_road(seen)
    assert told(report) == {}
    assert report.fine == ("1 of 1 signed pings recorded (pg1)", "heard before: pg2")


def test_no_address_is_red() -> None:
    """Nobody can tell anything."""
    assert told(judge_road(RoadSeen(pings=()))) == {"no-webhook": "red"}


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (None, {}),
        (DARK, {"not-seen": "amber"}),
        (SlackSeen(tries=[Tried(what="the token")], scopes=frozenset({"chat:write"})), {}),
        (SlackSeen(tries=[Tried(what="the token")]), {}),
        (SlackSeen(tries=[Tried(what="t")], scopes=frozenset({"x"})), {"slack-scope": "red"}),
        (SlackSeen(tries=[Tried(what="t", unseen=DARK, refused=True)]), {"slack-refused": "red"}),
        (SlackSeen(tries=[Tried(what="t", unseen=DARK)]), {"not-seen": "amber"}),
    ],
)  # fmt: skip
def test_slack(seen: SlackSeen | None, expected: dict[str, str]) -> None:
    """A refusal is red, silence is amber, and a token that may not post is red at once."""
    assert told(judge_slack(seen)) == expected


def test_linode_tells_area_by_area() -> None:
    """What the token may not is red with what it hurts; the rest is said to be well."""
    report = judge_linode([Tried(what="linodes"), Tried(what="events", unseen=DARK, refused=True)])
    assert (told(report), report.fine) == (
        {"linode-refused": "red"},
        ("the token may look at linodes",),
    )
    assert words(report, "linode-refused") == "events: nobody answers → open the way"
