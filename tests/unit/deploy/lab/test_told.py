"""What the doubles outside hold becomes values, word for word and signature by signature."""

from __future__ import annotations

from typing import Any

from deploy.lab.drill.history import SlackMessage
from deploy.lab.drill.told import alerts, messages, of_cluster
from deploy.lab.keys import KeyPair
from deploy.lab.slack.threads import threads
from deploy.lab.slack.workspace import Workspace
from jobs.alert import Alert, Status, cloud_event
from jobs.signatures import Message as Signed
from jobs.signatures import headers
from jobs.slack.message import Message
from jobs.slack.payload import payload

WORDS = {"type": "section", "text": {"type": "mrkdwn", "text": "entry 7 `abc`"}}
ALERT = Alert(
    id="alert-1",
    status=Status.TRIGGERED,
    key="shop-2",
    severity="critical",
    summary="no leader",
    at=100.0,
    incident="shop-2",
    seq=7,
)


def test_every_visible_word_of_a_thread_is_read() -> None:
    """Of attachments too, each message below its own root; what a person says is not ours."""
    space = Workspace(clock=lambda: 100.0)
    message = Message(text="a coloured one", blocks=(WORDS,), colour="#d1242f")
    root = space.add(payload(message, key="shop-2@100"), thread=None, bot="B")
    space.add(payload(Message(text="plain"), key="shop-2@100/end:7"), thread=root.ts, bot="B")
    space.add({"text": "what is this?"}, thread=root.ts, bot=None)
    first, reply = messages(threads(space))
    assert (first.key, first.thread) == ("shop-2@100", None)
    assert "a coloured one" in first.text
    assert "entry 7 `abc`" in first.text
    assert (reply.key, reply.thread, reply.text) == ("shop-2@100/end:7", root.ts, "plain")
    assert reply.at > first.at == 100.0


def heard(signer: KeyPair, *, body: bytes = cloud_event(ALERT)) -> dict[str, Any]:
    """What the on-call tool notes of an alert that this key signed."""
    signed = Signed(id=ALERT.id, timestamp="100", body=cloud_event(ALERT))
    return {
        "headers": dict(headers(signed, [signer.whsk])),
        "body": body.decode(),
        "status": 202,
        "at": 5.0,
    }


def test_an_alert_is_held_to_its_signature() -> None:
    """Ours is genuine; another key's is not, nor is another body under our signature."""
    ours, other = KeyPair(), KeyPair()
    [good] = alerts([heard(ours)], ours)
    assert (good.id, good.status, good.incident, good.entry) == (
        "alert-1",
        "triggered",
        "shop-2",
        7,
    )
    assert good.genuine
    assert good.at == 5.0
    forged = cloud_event(ALERT).replace(b"no leader", b"all well!")
    assert [one.genuine for one in alerts([heard(other), heard(ours, body=forged)], ours)] == [
        False,
        False,
    ]


def test_an_empty_channel_holds_nothing() -> None:
    """Before the first incident."""
    assert messages(threads(Workspace())) == ()


def test_each_cluster_has_its_own_threads() -> None:
    """Incidents and notices are told apart by the keys of their first messages."""
    known = (
        SlackMessage(ts="1", thread=None, key="shop-2@100", text="shop"),
        SlackMessage(ts="2", thread=None, key="notice-north-7@100", text="north"),
        SlackMessage(ts="3", thread="1", key="shop-2@100/proof:4", text="proof"),
        SlackMessage(ts="4", thread="2", key="notice-north-7@100/alarm:7", text="alarm"),
    )
    assert [m.ts for m in of_cluster(known, "shop")] == ["1", "3"]
    assert [m.ts for m in of_cluster(known, "north")] == ["2", "4"]
