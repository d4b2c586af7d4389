"""A message as Slack wants it, and as bare text."""

import pytest

from jobs.slack.message import Message
from jobs.slack.payload import TEXT_ALONE, bare, key_of, payload

FULL = "x" * TEXT_ALONE


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("short &amp; sweet", "short &amp; sweet"),
        (FULL, FULL),
        (FULL + "y", FULL),
        ("&lt;" + FULL, ("&lt;" + FULL)[:TEXT_ALONE]),
        (FULL[:-3] + "&amp;y", FULL[:-3]),
        (FULL[:-1] + "&amp;", FULL[:-1]),
        (FULL[:-5] + "&amp;y", FULL[:-5] + "&amp;"),
        ("&amp;" + FULL[:-20] + "<https://example.org|label>", "&amp;" + FULL[:-20]),
    ],
    ids=["short", "full", "one more", "entity first", "cut", "cut early", "whole", "link"],
)
def test_bare_text_is_cut_between_words_of_slacks(text: str, sent: str) -> None:
    """An entity or a link that does not fit is left out whole, and nothing before it."""
    assert bare(Message(text=text))["text"] == sent


def test_the_key_comes_back() -> None:
    """What is sent as metadata is found again as the key."""
    assert key_of(payload(Message(text="x"), key="shop/1")) == "shop/1"
    assert "metadata" not in payload(Message(text="x"))


@pytest.mark.parametrize(
    "found",
    [
        None,
        7,
        {},
        {"metadata": None},
        {"metadata": {"event_type": "other", "event_payload": {"key": "k"}}},
        {"metadata": {"event_type": "pgbaton"}},
        {"metadata": {"event_type": "pgbaton", "event_payload": {"key": 7}}},
    ],
    ids=str,
)
def test_what_is_not_ours_has_no_key(found: object) -> None:
    """Anything may come back."""
    assert key_of(found) is None


def test_a_colour_without_blocks_is_text() -> None:
    """There is nothing to put a bar beside."""
    sent = payload(Message(text="x", colour="#000000"))
    assert (sent["text"], sent["attachments"]) == ("x", [])
