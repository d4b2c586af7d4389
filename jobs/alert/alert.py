"""One alert as a value and as it travels: without it every on-call tool would have to read our trail."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal

Severity = Literal["critical", "warning", "info"]


class Status(StrEnum):
    """What becomes of whatever the alert's key names; the end of its CloudEvents type."""

    TRIGGERED = "triggered"
    UPDATED = "updated"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """`id` is the same whenever the same entry is told again (it travels as webhook-id); `key` is what
    a tool puts alerts together by: the incident's id, where there is one. `seq` is the number of the
    entry it comes from, `at` its instant in seconds since 1970; `before` and `member` are who led and
    who leads, `link` the page, all where they are known."""

    id: str
    status: Status
    key: str
    severity: Severity
    summary: str
    at: float
    cluster: str | None = None
    incident: str | None = None
    seq: int = 0
    remedy: str = ""
    before: str | None = None
    member: str | None = None
    cause: str | None = None
    cause_told: str | None = None
    link: str | None = None

    @property
    def type(self) -> str:
        """The CloudEvents type."""
        return f"pgbaton.alert.{self.status}"


def cloud_event(alert: Alert) -> bytes:
    """The structured-mode JSON body (CloudEvents 1.0). Members that nobody knows are null."""
    body = {
        "specversion": "1.0",
        "id": alert.id,
        "source": "pgbaton",
        "type": alert.type,
        "subject": alert.cluster or alert.key,
        "time": datetime.fromtimestamp(alert.at, tz=UTC).isoformat(timespec="milliseconds"),
        "datacontenttype": "application/json",
        "data": {
            "dedup_key": alert.key,
            "severity": alert.severity,
            "summary": alert.summary,
            "remedy": alert.remedy or None,
            "cluster": alert.cluster,
            "incident": alert.incident,
            "from": alert.before,
            "to": alert.member,
            "cause": alert.cause,
            "cause_text": alert.cause_told,
            "entry": alert.seq or None,
            "link": alert.link,
        },
    }
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode(errors="replace")
