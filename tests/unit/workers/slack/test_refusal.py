"""Each of Slack's errors becomes one value, and no word of it holds the token."""

import socket
import ssl
from http.client import IncompleteRead, RemoteDisconnected
from urllib.error import URLError

import pytest

from jobs.ports import Barred, Later, Lost, Unfit
from workers.slack.errors import ERRORS
from workers.slack.refusal import LIMITED, LONGEST, PAUSE, Refusals

TOLD = Refusals(place="slack.com", secret="xoxb-1-very-secret")

WANTED: dict[str, tuple[type, str]] = {
    "ratelimited": (Later, ""),
    "rate_limited": (Later, ""),
    "message_limit_exceeded": (Later, ""),
    "service_unavailable": (Later, ""),
    "request_timeout": (Later, ""),
    "team_added_to_org": (Later, ""),
    "external_channel_migrating": (Later, ""),
    "invalid_cursor": (Later, ""),
    "fatal_error": (Later, "doubtful"),
    "internal_error": (Later, "doubtful"),
    "update_failed": (Later, "doubtful"),
    "rollup_error": (Later, "doubtful"),
    "message_not_found": (Lost, "message-not-found"),
    "thread_not_found": (Lost, "message-not-found"),
    "cannot_reply_to_message": (Lost, "message-not-found"),
    "restricted_action_thread_locked": (Lost, "message-not-found"),
    "edit_window_closed": (Lost, "edit-window-closed"),
    "cant_update_message": (Lost, "edit-window-closed"),
    "invalid_auth": (Barred, "slack-token"),
    "not_authed": (Barred, "slack-token"),
    "token_revoked": (Barred, "slack-token"),
    "token_expired": (Barred, "slack-token"),
    "not_allowed_token_type": (Barred, "slack-token"),
    "account_inactive": (Barred, "app is installed"),
    "team_not_found": (Barred, "app is installed"),
    "team_access_not_granted": (Barred, "app is installed"),
    "missing_scope": (Barred, "chat:write"),
    "is_archived": (Barred, "unarchive"),
    "is_inactive": (Barred, "unarchive"),
    "channel_is_archived": (Barred, "unarchive"),
    "channel_not_found": (Barred, "/invite"),
    "not_in_channel": (Barred, "/invite"),
    "no_permission": (Barred, "/invite"),
    "restricted_action": (Barred, "administrator"),
    "restricted_action_read_only_channel": (Barred, "administrator"),
    "restricted_action_thread_only_channel": (Barred, "administrator"),
    "restricted_action_non_threadable_channel": (Barred, "administrator"),
    "ekm_access_denied": (Barred, "administrator"),
    "access_denied": (Barred, "administrator"),
    "accesslimited": (Barred, "administrator"),
    "org_login_required": (Barred, "administrator"),
    "enterprise_is_restricted": (Barred, "administrator"),
    "two_factor_setup_required": (Barred, "administrator"),
    "action_prohibited": (Barred, "administrator"),
    "posting_to_general_channel_denied": (Barred, "administrator"),
    "no_service": (Barred, "slack-webhook"),
    "no_service_id": (Barred, "slack-webhook"),
    "no_team": (Barred, "slack-webhook"),
    "team_disabled": (Barred, "slack-webhook"),
    "invalid_token": (Barred, "slack-webhook"),
    "msg_too_long": (Unfit, ""),
    "msg_blocks_too_long": (Unfit, ""),
    "invalid_blocks": (Unfit, ""),
    "invalid_blocks_format": (Unfit, ""),
    "block_mismatch": (Unfit, ""),
    "invalid_attachments": (Unfit, ""),
    "too_many_attachments": (Unfit, ""),
    "attachment_payload_limit_exceeded": (Unfit, ""),
    "no_text": (Unfit, ""),
    "markdown_text_conflict": (Unfit, ""),
    "metadata_too_large": (Unfit, ""),
    "invalid_metadata_format": (Unfit, ""),
    "invalid_metadata_schema": (Unfit, ""),
    "metadata_must_be_sent_from_app": (Unfit, ""),
    "invalid_arguments": (Unfit, ""),
    "invalid_arg_name": (Unfit, ""),
    "invalid_array_arg": (Unfit, ""),
    "invalid_charset": (Unfit, ""),
    "invalid_form_data": (Unfit, ""),
    "invalid_json": (Unfit, ""),
    "json_not_object": (Unfit, ""),
    "invalid_post_type": (Unfit, ""),
    "missing_post_type": (Unfit, ""),
    "missing_charset": (Unfit, ""),
    "invalid_payload": (Unfit, ""),
    "user_not_found": (Unfit, ""),
}


@pytest.mark.parametrize("name", ERRORS)
def test_each_error_means_one_thing(name: str) -> None:
    """Row by row: what kind of value, and what a person is told to do."""
    kind, word = WANTED[name]
    found = TOLD.answered(200, {"ok": False, "error": name}, {})
    assert isinstance(found, kind)
    assert name in found.reason or "429" in found.reason
    match found:
        case Barred():
            assert word in found.remedy
        case Later():
            assert found.doubtful == (word == "doubtful")
        case Lost():
            assert found.kind == word
        case Unfit():
            pass


def test_every_wanted_row_is_in_the_table() -> None:
    """A row that somebody takes out is missed."""
    assert set(WANTED) == set(ERRORS)


def test_an_unknown_error_is_told_by_its_name() -> None:
    """And asked again, since nothing says that a person could mend it."""
    found = TOLD.answered(200, {"ok": False, "error": "brand_new_error"}, {})
    assert found == Later(seconds=PAUSE, reason="slack.com says brand_new_error")


def test_the_scope_that_is_missed_is_named() -> None:
    """Slack says which one it needs, and so do we."""
    body = {"ok": False, "error": "missing_scope", "needed": "groups:history", "provided": "x"}
    found = TOLD.answered(200, body, {})
    assert isinstance(found, Barred)
    assert "the bot scope groups:history" in found.remedy


def test_what_slack_says_of_blocks_is_told() -> None:
    """Its messages name the block."""
    messages = ["[ERROR] no more than 50 items allowed [json-pointer:/blocks]"]
    body = {"ok": False, "error": "invalid_blocks", "response_metadata": {"messages": messages}}
    found = TOLD.answered(200, body, {})
    assert isinstance(found, Unfit)
    assert "json-pointer:/blocks" in found.reason


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"retry-after": " 7 "}, 7),
        ({"Retry-After": "0"}, 1),
        ({"Retry-After": "99999999"}, LONGEST),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, LIMITED),
        ({"Retry-After": "-3"}, LIMITED),
        ({"Retry-After": "٣"}, LIMITED),
        ({}, LIMITED),
    ],
    ids=["usual", "blanks", "none", "a day", "a date", "negative", "foreign digits", "missing"],
)
def test_retry_after_is_honoured(headers: dict[str, str], seconds: float) -> None:
    """Whatever stands there, the wait has a sane length, and nothing is doubtful."""
    found = TOLD.answered(429, "", headers)
    assert (found, getattr(found, "doubtful", None)) == (
        Later(seconds=seconds, reason="slack.com answers 429: too many messages"),
        False,
    )


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, "<html>"),
        (503, {"ok": False, "error": "Received a response in a non-JSON format: <html>"}),
        (200, {"ok": False}),
        (200, {"ok": False, "error": 7}),
        (200, ""),
        (404, "<html>Not Found</html>"),
        (302, None),
    ],
    ids=["500", "503", "no error", "a number", "empty", "404", "302"],
)
def test_what_is_not_slacks_is_doubtful(status: int, body: object) -> None:
    """Whoever answered may have passed the message on."""
    found = TOLD.answered(status, body, {})
    assert isinstance(found, Later)
    assert found.doubtful
    assert "<" not in found.reason


@pytest.mark.parametrize(
    ("error", "doubtful"),
    [
        (URLError(ConnectionRefusedError(111, "Connection refused")), False),
        (URLError(socket.gaierror(-2, "Name or service not known")), False),
        (URLError(ssl.SSLCertVerificationError("certificate verify failed")), False),
        (URLError(ConnectionResetError(104, "Connection reset by peer")), True),
        (URLError(TimeoutError("timed out")), True),
        (TimeoutError("timed out"), True),
        (ConnectionResetError(104, "Connection reset by peer"), True),
        (RemoteDisconnected("Remote end closed connection without response"), True),
        (IncompleteRead(b"{"), True),
    ],
    ids=lambda value: repr(value)[:48],
)
def test_only_without_a_connection_it_is_certain(error: BaseException, *, doubtful: bool) -> None:
    """What broke off later may have been carried out."""
    found = TOLD.unreached(error)
    assert (found.doubtful, found.seconds) == (doubtful, PAUSE)


def test_no_reason_holds_the_token() -> None:
    """Whoever sends it back to us, and however the answer is shaped."""
    secret = "xoxb-1-very-secret"
    body = {"ok": False, "error": "missing_scope", "needed": secret}
    found = TOLD.answered(200, body, {})
    assert secret not in repr(found)
    assert secret not in repr(TOLD)
    assert secret not in repr(TOLD.unreached(URLError(OSError(1, f"no route for {secret}"))))
