"""The lesser mode: an incoming webhook, which answers in single words."""

import socket
from typing import Any

import pytest

from jobs.ports import Barred, Later, Told, Unfit
from jobs.slack.message import Message
from tests.contract.probes.patroni_server import drip, serving
from tests.contract.slack.double import Double
from tests.contract.slack.posted import posted
from tests.contract.threads import none_left
from tests.fakes.messenger import FakeCrier
from workers.slack.webhook import SlackWebhook
from workers.slack.wire import LARGEST

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}
CARD = Message(text="hello", blocks=(SECTION,), colour="#1a7f37")


def test_a_message_is_told() -> None:
    """In memory: it stands in order."""
    crier = FakeCrier()
    assert crier.post(CARD) == Told()
    assert crier.said == [CARD]


def test_a_message_is_posted(double: Double) -> None:
    """Over HTTP: with its card, in the channel, without a key."""
    assert double.webhook().post(CARD) == Told()
    (note,) = double.space.notes
    assert (note.now.attachments[0]["color"], note.metadata) == ("#1a7f37", None)


@pytest.mark.parametrize(
    ("faults", "kind", "word"),
    [
        ({"archived": True}, Barred, "unarchive"),
        ({"token": "account_inactive"}, Barred, "slack-webhook"),
        ({"limited": 7}, Later, "429"),
        ({"broken": "limited-without-words"}, Later, "429"),
        ({"broken": "500"}, Later, "500"),
        ({"broken": "html"}, Later, "without a word"),
        ({"broken": "empty"}, Later, "without a word"),
        ({"broken": "bytes"}, Later, "no text"),
        ({"broken": "charset"}, Later, "no text"),
        ({"down": "refused"}, Later, "refused"),
        ({"lost_replies": 1}, Later, "cannot be reached"),
    ],
    ids=lambda value: str(value)[:32],
)
def test_every_failure_is_a_value(
    double: Double, faults: dict[str, Any], kind: type, word: str
) -> None:
    """With what would mend it, where a person must."""
    double.hurt(**faults)
    found = double.webhook().post(CARD)
    assert isinstance(found, kind)
    assert word in str(found)


def test_a_lost_answer_is_doubtful(double: Double) -> None:
    """It cannot be read back, so the caller must decide between twice and never."""
    double.hurt(lost_replies=1)
    found = double.webhook().post(CARD)
    assert isinstance(found, Later)
    assert (found.doubtful, double.texts) == (True, ["hello"])


def test_an_answer_that_breaks_off_is_doubtful() -> None:
    """What came of it may look like all of it."""

    def answer(connection: socket.socket) -> None:
        posted(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok")

    with serving(answer) as origin:
        found = SlackWebhook(url=f"{origin}/services/x").post(CARD)
    assert isinstance(found, Later)
    assert found.doubtful


def test_an_answer_without_bounds_is_not_kept() -> None:
    """Faster than any drip: a process' memory is no place for it."""

    def answer(connection: socket.socket) -> None:
        posted(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b" " * LARGEST + b"ok")

    with serving(answer) as origin, none_left():
        found = SlackWebhook(url=f"{origin}/services/x").post(CARD)
    assert isinstance(found, Later)
    assert "no text" in found.reason


@pytest.mark.parametrize("first", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: "])
def test_an_answer_that_drips_ends_in_time(first: bytes) -> None:
    """With its connection: nobody would read the rest."""
    with serving(drip(first, b"x")) as origin, none_left():
        found = SlackWebhook(url=f"{origin}/services/x", timeout=0.5).post(CARD)
    assert isinstance(found, Later)
    assert found.doubtful


def test_a_wrong_address_is_told_without_being_shown(double: Double) -> None:
    """The address is a secret, also a wrong one."""
    wrong = double.slack.webhook[:-4] + "hook"  # no secret ends so: it is drawn in hex
    found = double.webhook(wrong).post(CARD)
    assert isinstance(found, Barred)
    assert "slack-webhook" in found.remedy
    assert wrong.rsplit("/", 1)[-1] not in repr(found)


@pytest.mark.parametrize(
    "url", ["hooks.slack.com/services/T/B/x", "ftp://x/y", "https://a b/c", " "]
)
def test_what_is_no_address_is_not_even_asked(double: Double, url: str) -> None:
    """A slip of the hand in a secret."""
    found = double.webhook(url).post(CARD)
    assert isinstance(found, Barred)


def test_what_slack_refuses_goes_out_as_text(double: Double) -> None:
    """As over a bot's token."""
    found = double.webhook().post(Message(text="sixty", blocks=(SECTION,) * 60))
    assert found == Told()
    assert double.texts == ["sixty"]
    double.hurt(error="invalid_blocks")
    assert isinstance(double.webhook().post(CARD), Later | Unfit)
