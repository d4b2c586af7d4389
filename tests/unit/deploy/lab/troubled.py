"""Histories with hosts in trouble are made of these: without this file each test would have to spell them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace

from deploy.lab.drill.history import Boot, History, HostHistory
from deploy.lab.drill.invariants import check_all
from jobs.audit import Draft, Kind
from tests.unit.deploy.lab import histories as h

HEALED = "its healing"
THIRD = replace(h.SECOND, pg_timeline=3, epoch=50)
OTHER = HostHistory(
    name="shop2",
    file=h.NEW,
    running=h.NEW,
    boots=(Boot(at=20.0, db_host=h.OLD), Boot(at=121.0, db_host=h.NEW)),
    fences=(h.FIRST, h.SECOND),
)


def draft(kind: Kind, name: str, evidence: Mapping[str, object], *, of: str = "shop-36") -> Draft:
    return Draft(id=name, kind=kind, evidence=evidence, incident=of)


def failed(host: str, outcome: str = "timeout", *, number: int = 1) -> Draft:
    facts = {"host": host, "outcome": outcome, "fence": asdict(h.SECOND)}
    return draft(Kind.HOST, f"{host}:{outcome}:{number}", facts)


def left(host: str, outcome: str = "timeout") -> Draft:
    facts = {"reason": f"{host} does not follow yet ({outcome})", "remedy": "look at it"}
    return draft(Kind.ALARM, f"shop-36:alarm:left:{host}:36:{outcome}", facts)


def also(history: History, *drafts: tuple[float, Draft]) -> History:
    """The same drill with further entries."""
    known = [(e.at / 1e6, draft_of(e.facts)) for e in history.entries]
    return h.telling(history, (*known, *drafts))


def draft_of(facts: Mapping[str, object]) -> Draft:
    """What an entry was made of."""
    return Draft(
        id=str(facts["id"]),
        kind=Kind(str(facts["kind"])),
        evidence=facts["evidence"],  # type: ignore[arg-type]
        incident=facts["incident"],  # type: ignore[arg-type]
    )


RESTARTS = "one restart an epoch where needed, none elsewhere"
VERDICTS = "no change without a confirmed verdict"


def broken(history: History) -> dict[str, str]:
    """The invariants of every drill that did not hold, with their evidence."""
    return {one.name: one.evidence for one in check_all(history) if not one.held}
