"""The double says no where Slack does: else what passes here would fail at night."""

import json
from typing import Any

import pytest
import requests

from tests.contract.slack import shapes
from tests.contract.slack.double import Double

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}


def _say(double: Double, **more: Any) -> dict[str, Any]:
    answer = double.ask("chat.postMessage", json={"channel": double.space.channel, **more})
    found: dict[str, Any] = answer.json()
    return found


def test_names_are_unique_and_grow(double: Double) -> None:
    """Many in one instant, and with a clock that goes back."""
    double.space.clock = iter([1_700_000_000.0, 1_700_000_000.0, 1_600_000_000.0] * 2).__next__
    names = [_say(double, text="x")["ts"] for _ in range(3)]
    assert names == ["1700000000.000000", "1700000000.000100", "1700000000.000200"]


def test_forms_and_json_mean_the_same(double: Double) -> None:
    """Lists and objects stand in form fields as JSON."""
    named = {"event_type": "pgbaton", "event_payload": {"key": "k"}}
    form = {"blocks": json.dumps([SECTION]), "metadata": json.dumps(named), "text": "a"}
    place = {"channel": double.space.channel}
    first = double.ask("chat.postMessage", data={**place, **form}).json()["message"]
    second = _say(double, text="a", blocks=[SECTION], metadata=named)["message"]
    assert {**first, "ts": ""} == {**second, "ts": ""}


def test_what_only_reads_takes_no_json(double: Double) -> None:
    """Slack does not look into such a body, and misses the channel."""
    body = {"channel": double.space.channel}
    assert double.ask("conversations.history", json=body).json()["error"] == "channel_not_found"
    assert double.ask("conversations.history", data=body).json()["ok"]


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({}, "not_authed"),
        ({"Authorization": "Bearer xoxb-nobody"}, "invalid_auth"),
        ({"Authorization": "Basic eA=="}, "not_authed"),
    ],
)
def test_strangers_are_refused(double: Double, headers: dict[str, str], error: str) -> None:
    """With 200, as all of Slack's errors come."""
    answer = requests.post(f"{double.slack.url}/auth.test", headers=headers, timeout=20)
    assert (answer.status_code, answer.json()) == (200, {"ok": False, "error": error})


def test_a_missing_scope_is_named(double: Double) -> None:
    """What is needed, what is there, and the headers that say the same."""
    double.hurt(scopes="chat:write")
    answer = double.ask("conversations.replies", data={"channel": double.space.channel})
    assert answer.json() == {
        "ok": False,
        "error": "missing_scope",
        "needed": "channels:history",
        "provided": "chat:write",
    }
    assert answer.headers["X-OAuth-Scopes"] == "chat:write"
    assert answer.headers["X-Accepted-OAuth-Scopes"] == "channels:history"


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "blocks": [SECTION] * 51}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "sektion"}]}, "invalid_blocks"),
        ({"text": "x", "blocks": "[{"}, "invalid_blocks"),
        ({"attachments": [{"blocks": [SECTION]}] * 21}, "too_many_attachments"),
        ({"attachments": [{"blocks": [{"type": "section"}]}]}, "invalid_blocks"),
        ({"text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_format"),
        (
            {"text": "x", "metadata": {"event_type": "a", "event_payload": {"k": "x" * 4000}}},
            "metadata_too_large",
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_slack_refuses_is_refused(double: Double, said: dict[str, Any], error: str) -> None:
    """By the name that Slack has for it; nothing is kept."""
    found = _say(double, **said)
    assert (found["ok"], found["error"], double.space.notes) == (False, error, [])


def test_an_edit_takes_less_text_than_a_post(double: Double) -> None:
    """4,000 characters, where a post takes 40,000."""
    long = "x" * 4001
    ts = _say(double, text=long)["ts"]
    body = {"channel": double.space.channel, "ts": ts, "text": long}
    assert double.ask("chat.update", json=body).json()["error"] == "msg_too_long"


def test_an_edit_keeps_what_it_does_not_name(double: Double) -> None:
    """Metadata and attachments stay; blocks go where only text is named."""
    named = {"event_type": "pgbaton", "event_payload": {"key": "k"}}
    card = {"blocks": [SECTION], "fallback": "f"}
    ts = _say(double, text="a", blocks=[SECTION], attachments=[card], metadata=named)["ts"]
    place = {"channel": double.space.channel, "ts": ts}
    message = double.ask("chat.update", json={**place, "text": "b"}).json()["message"]
    assert "blocks" not in message
    assert (message["metadata"], len(message["attachments"])) == (named, 1)
    assert message["edited"]["user"] == double.space.user


def test_what_answers_nothing_stands_by_itself(double: Double) -> None:
    """Slack un-threads in silence; where the thread has replies, a tombstone still takes them."""
    stray = _say(double, text="x", thread_ts="1700000000.000100")
    assert (stray["ok"], "thread_ts" in stray["message"]) == (True, False)
    root = _say(double, text="root")["ts"]
    _say(double, text="a", thread_ts=root)
    double.control("DELETE", f"/messages/{root}")
    assert _say(double, text="b", thread_ts=root)["message"]["thread_ts"] == root
    body = {"channel": double.space.channel, "ts": root}
    messages = double.ask("conversations.replies", data=body).json()["messages"]
    assert [m.get("subtype") for m in messages] == ["tombstone", None, None]


def test_pages_are_cut_by_limit_and_followed_by_cursor(double: Double) -> None:
    """Newest first in the channel, oldest first in a thread; a made-up cursor is refused."""
    names = [_say(double, text=str(n))["ts"] for n in range(5)]
    seen, cursor = [], ""
    for _ in range(3):
        body = {"channel": double.space.channel, "limit": 2, "cursor": cursor}
        page = double.ask("conversations.history", data=body).json()
        seen += [m["ts"] for m in page["messages"]]
        cursor = page.get("response_metadata", {}).get("next_cursor", "")
    assert (seen, cursor) == (names[::-1], "")
    body = {"channel": double.space.channel, "cursor": "%%%"}
    assert double.ask("conversations.history", data=body).json()["error"] == "invalid_cursor"


def test_metadata_is_told_only_to_who_asks_for_it(double: Double) -> None:
    """include_all_metadata."""
    named = {"event_type": "pgbaton", "event_payload": {"key": "k"}}
    _say(double, text="x", metadata=named)
    for asked, told in ((None, False), ("1", True), ("true", True), ("0", False)):
        body = {"channel": double.space.channel, "include_all_metadata": asked}
        (message,) = double.ask("conversations.history", data=body).json()["messages"]
        assert ("metadata" in message) == told


def test_too_much_is_429(double: Double) -> None:
    """About one post a second, and Retry-After says when; the other methods have their own limit."""
    double.control("POST", "/pace", {"per_second": 0.01, "burst": 1})
    place = {"channel": double.space.channel}
    assert double.ask("chat.postMessage", json={**place, "text": "a"}).json()["ok"]
    answer = double.ask("chat.postMessage", json={**place, "text": "b"})
    assert answer.status_code == 429
    assert 80 <= int(answer.headers["Retry-After"]) <= 100
    assert answer.json() == {"ok": False, "error": "ratelimited"}
    assert double.ask("conversations.history", data=place).json()["ok"]


def test_an_unknown_method_is_told(double: Double) -> None:
    """As Slack tells it."""
    found = double.ask("chat.whisper").json()
    assert found == {"ok": False, "error": "unknown_method", "req_method": "chat.whisper"}


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ([], "no object"),
        ({"ok": True, "channel": "C0PGBATON1"}, ".ts: is missing"),
        ({"ok": True, "channel": "C0PGBATON1", "ts": "7"}, "is not like"),
        ({"ok": True, "channel": "C0PGBATON1", "ts": 7}, "is not like"),
        ({"ok": True, "warning": "x"}, ".warning: is unknown"),
        ({"ok": False}, ".error: is missing"),
        ({"ok": False, "error": "Not Found"}, "is not like"),
    ],
)
def test_the_shapes_are_held_to(answer: Any, why: str) -> None:
    """What Slack would never say is objected to: these checks can fail."""
    assert [one for one in shapes.objections("chat.postMessage", answer) if why in one]
