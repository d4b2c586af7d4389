"""What an operator does, as entries of the trail: by whom, why, and in which incident."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from deploy.cli.trail import stamp_of
from jobs.audit import Draft, Kind
from jobs.event import MAX_TEXT, OPERATOR, Event
from jobs.masking import masked

if TYPE_CHECKING:
    from deploy.cli.desk import Desk


def one_line(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """An option's text as people will read it later: one line, not empty, and no secret in it, for the
    record cannot be taken back."""
    if value is None:
        return None
    text = " ".join(value.split())
    if not text:
        raise click.BadParameter("say why in a few words")
    if len(text) > MAX_TEXT:
        raise click.BadParameter(f"at most {MAX_TEXT} characters")
    return masked(text)


def request(
    desk: Desk, cluster: str, *, action: str, why: str | None, hosts: tuple[str, ...]
) -> tuple[Event, Draft]:
    """The event "an operator wants this looked at", and its entry."""
    action = " ".join([action, *hosts])[:MAX_TEXT]
    now = desk.clock.now()
    event = Event(
        id=f"operator-{desk.token()}",
        type=OPERATOR,
        sender=f"operator {desk.by}",
        cluster=cluster,
        time=stamp_of(now),
        data={"action": action} if why is None else {"action": action, "why": why},
    )
    evidence = {
        "sender": event.sender,
        "type": event.type,
        "id": event.id,
        "time": event.time,
        "data": dict(event.data),
        "received": round(now, 3),
    }
    return event, Draft(id=f"event:{event.sender}:{event.id}", kind=Kind.EVENT, evidence=evidence)


def deed(desk: Desk, kind: Kind, *, incident: str | None, evidence: Mapping[str, Any]) -> Draft:
    """An entry for something an operator did."""
    return Draft(
        id=f"{kind}:{desk.token()}",
        kind=kind,
        incident=incident,
        evidence={"by": desk.by, **evidence},
    )
