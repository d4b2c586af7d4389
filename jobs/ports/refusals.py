"""What cannot be asked, as one family: reason, remedy, and what only some know of it."""

from __future__ import annotations


class Unavailable(Exception):  # noqa: N818 - "unavailable" is the state it reports
    """Something could not be asked. `reason` says what, `remedy` what to do."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(f"{reason}; {remedy}" if remedy else reason)
        self.reason, self.remedy = reason, remedy


class DcsUnavailable(Unavailable):
    """etcd has no quorum, cannot be reached, or refuses us."""


class LedgerUnavailable(Unavailable):
    """Redis cannot be reached, or cannot make a write durable."""


class LinodeUnavailable(Unavailable):
    """Linode's API cannot be asked, or refuses: `status` is HTTP's where it answered, `retry_after`
    the seconds it asks us to wait."""

    def __init__(
        self,
        reason: str,
        remedy: str = "",
        *,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(reason, remedy)
        self.status, self.retry_after = status, retry_after
