"""The closed set of reasons for which the ear says no, each with what would lift it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a request to /events was refused; the reason names counters, entries and problem pages."""

    CONTENT_TYPE = "content-type"
    TOO_LARGE = "too-large"
    INCOMPLETE_BODY = "incomplete-body"
    UNSIGNED = "unsigned"
    BAD_HEADER = "bad-header"
    BAD_BODY = "bad-body"
    BAD_SIGNATURE = "bad-signature"
    STALE_TIMESTAMP = "stale-timestamp"
    ID_MISMATCH = "id-mismatch"
    RATE_LIMITED = "rate-limited"
    BAD_EVENT = "bad-event"
    UNKNOWN_CLUSTER = "unknown-cluster"
    FOREIGN_CLUSTER = "foreign-cluster"
    UNRECORDED = "unrecorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """A reason's HTTP status, its title, and whether the same event may be sent again unchanged
    (its signature's timestamp excepted)."""

    status: int
    title: str
    retry: bool = False


MEANINGS = {
    Reason.CONTENT_TYPE: Meaning(status=415, title="The content type is not CloudEvents JSON"),
    Reason.TOO_LARGE: Meaning(status=413, title="The body is too large"),
    Reason.INCOMPLETE_BODY: Meaning(status=408, title="The body did not arrive whole", retry=True),
    Reason.UNSIGNED: Meaning(status=401, title="The request is not signed"),
    Reason.BAD_HEADER: Meaning(status=400, title="A header is malformed"),
    Reason.BAD_BODY: Meaning(status=400, title="The body is no JSON object that names its source"),
    Reason.BAD_SIGNATURE: Meaning(status=401, title="No signature fits a key of this sender"),
    Reason.STALE_TIMESTAMP: Meaning(
        status=401, title="The timestamp is too far from this server's clock", retry=True
    ),
    Reason.ID_MISMATCH: Meaning(status=400, title="webhook-id is not the event's id"),
    Reason.RATE_LIMITED: Meaning(status=429, title="Too many events of this sender", retry=True),
    Reason.BAD_EVENT: Meaning(status=400, title="The body is no event of ours"),
    Reason.UNKNOWN_CLUSTER: Meaning(status=404, title="No such cluster"),
    Reason.FOREIGN_CLUSTER: Meaning(status=403, title="This sender may not speak of this cluster"),
    Reason.UNRECORDED: Meaning(status=503, title="The event cannot be recorded now", retry=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One refused request. `detail` says what to change; `field` is the member or header at fault.

    `sender` is set once its signature was verified, `cluster` where that sender may speak of it.
    `retry_after` is in seconds.
    """

    reason: Reason
    detail: str
    field: str | None = None
    sender: str | None = None
    cluster: str | None = None
    retry_after: int | None = None

    @property
    def meaning(self) -> Meaning:
        return MEANINGS[self.reason]
