"""The ear: how a request becomes a recorded event and a job, or a refusal."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

import structlog
from flask import Flask, Request, Response, request

from jobs.audit import Draft, Kind
from jobs.event import Event
from jobs.ports import LedgerUnavailable
from webhook.admission import Door, admit
from webhook.arrival import receive
from webhook.metrics import Metrics
from webhook.ports import Ports
from webhook.problems import refusal_problem
from webhook.refusal import Reason, Refusal
from webhook.refusals import Refusals

_log = structlog.get_logger("pgbaton.webhook")


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """POST /events, with everything it needs."""

    ports: Ports
    door: Door
    metrics: Metrics
    refusals: Refusals

    def post(self) -> Response:
        """One event: received, believed, recorded; or refused, with what to change."""
        now = self.ports.now()
        found = self._believe(now)
        repeated = found if isinstance(found, Refusal) else self._record(found, now)
        if isinstance(repeated, Refusal):
            self.refusals.note(repeated, now=now, peer=request.remote_addr)
            return refusal_problem(repeated)
        body = json.dumps({"accepted": True, "repeated": repeated})
        return Response(body, status=202, content_type="application/json")

    def _believe(self, now: float) -> Event | Refusal:
        # Itself: each look through Flask's proxy costs more than what is looked at.
        asked: Request = request._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
        arrival = receive(asked, max_body=self.door.inventory.webhook.max_body)
        return arrival if isinstance(arrival, Refusal) else admit(arrival, door=self.door, now=now)

    def _record(self, event: Event, now: float) -> bool | Refusal:
        """Whether the event had been heard before; a Refusal where it cannot be made durable."""
        started = time.perf_counter()
        try:
            fresh = self.ports.ledger.hear(event, _draft(event, now))
        except LedgerUnavailable as error:
            self._count(event, "unrecorded", because=error.reason, remedy=error.remedy)
            return _unrecorded(event)
        self.metrics.hear.observe(time.perf_counter() - started)
        self._count(event, "accepted" if fresh else "repeated")
        return not fresh

    def _count(self, event: Event, result: str, **more: str) -> None:
        self.metrics.events.labels(sender=event.sender, type=event.type, result=result).inc()
        _log.info(
            f"event.{result}",
            sender=event.sender,
            cluster=event.cluster,
            type=event.type,
            id=event.id,
            **more,
        )


def _draft(event: Event, now: float) -> Draft:
    """The trail's entry: who said what, and when by either clock. Its id makes it happen once."""
    return Draft(
        id=f"event:{event.sender}:{event.id}",
        kind=Kind.EVENT,
        evidence={
            "sender": event.sender,
            "type": event.type,
            "id": event.id,
            "time": event.time,
            "data": dict(event.data),
            "received": round(now, 3),
        },
    )


def _unrecorded(event: Event) -> Refusal:
    return Refusal(
        reason=Reason.UNRECORDED,
        detail="Keep the event and send it again: nothing was recorded, Redis must be mended first.",
        sender=event.sender,
        cluster=event.cluster,
        retry_after=1,
    )


def add_intake(app: Flask, intake: Intake) -> None:
    """Listen at /events."""
    app.add_url_rule("/events", view_func=intake.post, methods=["POST"], endpoint="events")
