"""What Slack can do to the hand: every fault becomes a value in time, and no secret gets into a log."""

import time
from typing import Any

import pytest
from structlog.testing import capture_logs

from jobs.ports import Barred, Later, Posted
from jobs.slack.message import Message
from tests.contract.slack.double import Double
from tests.contract.threads import none_left
from workers.slack.refusal import LIMITED

HELLO = Message(text="hello")
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}
SIXTY = Message(text="sixty blocks", blocks=(SECTION,) * 60)


SENT = 2.5
"""Seconds within which a request has left us for certain, also where the machine stands still for two."""


def _until_it_stands(double: Double) -> None:
    """The message, though nobody waited for the answer."""
    until = time.monotonic() + 20
    while not double.texts and time.monotonic() < until:
        time.sleep(0.05)
    assert double.texts == ["hello"]


def _post(double: Double, message: Message = HELLO, **how: Any) -> object:
    return double.channel(**how).post(message, key="k")


@pytest.mark.parametrize(
    "how",
    [
        "500",
        "503",
        "html",
        "bad-gateway",
        "empty",
        "list",
        "number",
        "no-ts",
        "odd",
        "bytes",
        "charset",
        "gzip",
        "cut",
    ],
)
def test_what_is_no_answer_of_slacks_is_doubtful(double: Double, how: str) -> None:
    """Whoever answered may have passed the message on; nothing raises, nothing is tried again."""
    double.hurt(broken=how)
    found = _post(double)
    assert isinstance(found, Later)
    assert found.doubtful
    assert double.calls("chat.postMessage") == 1


@pytest.mark.parametrize("error", ["internal_error", "fatal_error"])
def test_an_error_inside_slack_is_doubtful(double: Double, error: str) -> None:
    """Its own documents say that some of it may have succeeded."""
    double.hurt(error=error)
    found = _post(double)
    assert isinstance(found, Later)
    assert (found.doubtful, error in found.reason) == (True, True)


def test_silence_ends_in_time(double: Double) -> None:
    """Connections that nobody answers hold us for the timeout and no longer; the message is doubtful."""
    double.hurt(down="hang")
    began = time.monotonic()
    found = _post(double, timeout=0.5)
    assert time.monotonic() - began < 3
    assert isinstance(found, Later)
    assert found.doubtful


def test_an_answer_that_drips_ends_in_time(double: Double) -> None:
    """Byte by byte, no single wait is long; the whole call has an end all the same, and its connection too."""
    double.hurt(broken="drip")
    with none_left():
        began = time.monotonic()
        found = _post(double, timeout=SENT)
        assert time.monotonic() - began < SENT + 3.5
    assert isinstance(found, Later)
    assert found.doubtful
    _until_it_stands(double)


def test_what_comes_late_is_not_waited_for(double: Double) -> None:
    """An answer after the timeout; the message stands all the same, and that is what doubtful says."""
    double.hurt(slow=SENT + 1)
    found = _post(double, timeout=SENT)
    assert isinstance(found, Later)
    assert found.doubtful
    _until_it_stands(double)


def test_a_429_without_words_has_a_sane_wait(double: Double) -> None:
    """No Retry-After, no body."""
    double.hurt(broken="limited-without-words")
    found = _post(double)
    assert isinstance(found, Later)
    assert (found.seconds, found.doubtful) == (LIMITED, False)


def test_the_rate_limit_of_a_channel_is_told(double: Double) -> None:
    """Five at once, then one in a hundred seconds: the sixth is told how long to wait, and is not posted."""
    double.slack.paces.change(0.01, 5)
    found = [_post(double) for _ in range(6)]
    assert [type(one) for one in found] == [Posted] * 5 + [Later]
    assert isinstance(found[-1], Later)
    assert 80 <= found[-1].seconds <= 100
    assert len(double.texts) == 5


def test_a_name_that_nobody_has_is_for_later(double: Double) -> None:
    """DNS fails: nothing was sent, for certain."""
    found = _post(double, url="http://slack.invalid/api")
    assert isinstance(found, Later)
    assert (found.doubtful, "slack.invalid" in found.reason) == (False, True)


@pytest.mark.parametrize(
    ("faults", "word"),
    [
        ({"token": "token_revoked"}, "slack-token"),
        ({"token": "account_inactive"}, "app is installed"),
        ({"archived": True}, "unarchive"),
        ({"member": False}, "/invite"),
        ({"scopes": "channels:history"}, "bot scope chat:write"),
        ({"error": "restricted_action"}, "administrator"),
    ],
    ids=["revoked", "inactive", "archived", "not invited", "scope", "restricted"],
)
def test_a_person_is_told_what_to_mend(double: Double, faults: dict[str, Any], word: str) -> None:
    """Each in words that name the thing."""
    double.hurt(**faults)
    found = _post(double)
    assert isinstance(found, Barred)
    assert word in found.remedy


def test_reading_back_needs_a_scope_of_its_own(double: Double) -> None:
    """Posting works without; what is missed is named."""
    double.hurt(scopes="chat:write")
    assert isinstance(_post(double), Posted)
    found = double.channel().written()
    assert isinstance(found, Barred)
    assert "channels:history" in found.remedy


def test_a_foreign_token_and_a_foreign_channel_are_told(double: Double) -> None:
    """Of another workspace, or mistyped."""
    assert isinstance(_post(double, token="xoxb-wrong"), Barred)
    assert isinstance(_post(double, channel="C0WRONG0001"), Barred)


@pytest.mark.parametrize("token", ["", "two words", "xoxb-1\nxoxb-2", "xoxb-ü"])
def test_what_is_no_token_is_not_even_sent(double: Double, token: str) -> None:
    """A line break in a header would be shown by an exception of Python's."""
    found = _post(double, token=token)
    assert isinstance(found, Barred)
    assert double.calls("chat.postMessage") == 0
    assert not token or token not in repr(found)


def test_the_token_is_in_no_log_and_no_reason(
    double: Double, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever goes wrong, and with every logger as loud as it can be."""
    caplog.set_level(0)
    told: list[object] = [double.channel(), double.webhook()]
    with capture_logs() as logs:
        for faults in ({}, {"broken": "html"}, {"error": "invalid_auth"}, {"down": "refused"}):
            double.hurt(**faults)
            told += [_post(double, SIXTY), double.channel().written()]
            told += [double.webhook().post(SIXTY)]
    secrets = (double.token, double.slack.access.webhook)
    assert not [s for s in secrets if s in caplog.text or s in repr(logs) or s in repr(told)]
    assert logs
