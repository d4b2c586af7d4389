"""Slack's own trouble as an alert: whoever only reads Slack would never hear that it is barred."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from jobs.alert.alert import Alert, Status

KEY = "pgbaton:slack"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackAlarm:
    """What was told last: the trouble ("" where it is over), and which one that was, counted."""

    text: str = ""
    number: int = 0

    def dump(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str | None) -> SlackAlarm:
        """What `dump` wrote; nothing told, where it is none of ours."""
        try:
            raw = json.loads(text or "{}")
            return cls(text=str(raw["text"]), number=int(raw["number"]))
        except (ValueError, KeyError, TypeError):
            return cls()


def of_slack(
    trouble: str | None, told: SlackAlarm, *, now: float
) -> tuple[Alert, SlackAlarm] | None:
    """What to tell now, and what was told then; None where nothing changed."""
    reason, remedy = _parts(trouble)
    if reason == told.text:
        return None
    fresh = SlackAlarm(text=reason, number=told.number + bool(reason))
    status = Status.TRIGGERED if reason else Status.RESOLVED
    said = f"Slack cannot be told: {reason}" if reason else "Slack is told again"
    alert = Alert(
        id=f"alert-slack-{fresh.number}-{status}",
        status=status,
        key=KEY,
        severity="warning" if reason else "info",
        summary=said,
        remedy=remedy,
        at=now,
    )
    return alert, fresh


def _parts(trouble: str | None) -> tuple[str, str]:
    """Reason and remedy: a JSON object of both, or the reason alone."""
    try:
        raw = json.loads(trouble or "")
    except ValueError:
        return trouble or "", ""
    if not isinstance(raw, dict):
        return str(trouble), ""
    return str(raw.get("reason") or ""), str(raw.get("remedy") or "")
