"""What each of Slack's errors means for a message, in one table: whether to wait, to begin anew, or to call a person.

Sources: the error tables of docs.slack.dev, reference/methods/chat.postMessage, chat.update,
conversations.history and conversations.replies; for incoming webhooks,
messaging/sending-messages-using-incoming-webhooks and the changelog of 2016-05-17.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto


class Means(Enum):
    """What follows from an error."""

    LATER = auto()
    """Nothing was done; the same may be asked again."""
    DOUBTFUL = auto()
    """The same, but what was asked may have been done: "it's possible some aspect succeeded"."""
    GONE = auto()
    """The message to edit or to answer is no more."""
    CLOSED = auto()
    """The message stands, and cannot be edited any more."""
    BARRED = auto()
    """A person must mend something first."""
    UNFIT = auto()
    """Slack will never take this content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An error that Slack documents; `remedy` is for people and ends in what to do."""

    means: Means
    remedy: str = ""


RENEW = "put a working bot token (xoxb-…) into the secret slack-token"
APP = f"see that the app is installed in the workspace, then {RENEW}"
INVITE = "invite the app to the channel (/invite), and see that slack.channel is the channel's id"
UNARCHIVE = "unarchive the channel, or name another in slack.channel"
ADMIN = "ask an administrator of the workspace to let the app post there"
WEBHOOK = "make a new incoming webhook, and put its address into the secret slack-webhook"


_GROUPS: tuple[tuple[Means, str, str], ...] = (
    (
        Means.LATER,
        "",
        (
            "ratelimited rate_limited message_limit_exceeded service_unavailable request_timeout"
            " team_added_to_org external_channel_migrating invalid_cursor"
        ),
    ),
    (Means.DOUBTFUL, "", "fatal_error internal_error update_failed rollup_error"),
    (
        Means.GONE,
        "",
        (
            "message_not_found thread_not_found cannot_reply_to_message"
            " restricted_action_thread_locked"
        ),
    ),
    (Means.CLOSED, "", "edit_window_closed cant_update_message"),
    (
        Means.BARRED,
        RENEW,
        "invalid_auth not_authed token_revoked token_expired not_allowed_token_type",
    ),
    (Means.BARRED, "", "missing_scope"),  # its mend names the scope: missing_scope()
    (Means.BARRED, APP, "account_inactive team_not_found team_access_not_granted"),
    (Means.BARRED, UNARCHIVE, "is_archived is_inactive channel_is_archived"),
    (Means.BARRED, INVITE, "channel_not_found not_in_channel no_permission"),
    (
        Means.BARRED,
        ADMIN,
        (
            "restricted_action restricted_action_read_only_channel"
            " restricted_action_thread_only_channel restricted_action_non_threadable_channel"
            " ekm_access_denied access_denied accesslimited org_login_required"
            " enterprise_is_restricted two_factor_setup_required action_prohibited"
            " posting_to_general_channel_denied"
        ),
    ),
    (Means.BARRED, WEBHOOK, "no_service no_service_id no_team team_disabled invalid_token"),
    (
        Means.UNFIT,
        "",
        (
            "msg_too_long msg_blocks_too_long invalid_blocks invalid_blocks_format block_mismatch"
            " invalid_attachments too_many_attachments attachment_payload_limit_exceeded no_text"
            " markdown_text_conflict metadata_too_large invalid_metadata_format"
            " invalid_metadata_schema metadata_must_be_sent_from_app invalid_arguments"
            " invalid_arg_name invalid_array_arg invalid_charset invalid_form_data invalid_json"
            " json_not_object invalid_post_type missing_post_type missing_charset invalid_payload"
            " user_not_found"
        ),
    ),
)

ERRORS: Mapping[str, Known] = {
    name: Known(means=means, remedy=remedy)
    for means, remedy, names in _GROUPS
    for name in names.split()
}
"""Every error that Slack documents for what we ask of it."""

UNKNOWN = Known(means=Means.LATER)
"""An error that no table knows: it is told by its name, and asked again."""


def missing_scope(needed: str) -> str:
    """The mend of `missing_scope`, which alone names what is needed."""
    scope = needed or "chat:write, channels:history (groups:history for a private channel)"
    return f"give the app the bot scope {scope} (OAuth & Permissions), reinstall it, and {RENEW}"
