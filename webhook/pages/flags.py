"""What one must know of a cluster besides its incidents: holds, degraded modes, trouble of the telling."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from jobs.inventory import parse_target
from jobs.state import ClusterState
from webhook.pages.glance import Drifted

Weight = Literal["bad", "warn", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A few words with their weight, and what to do or know."""

    weight: Weight
    word: str
    text: str
    until: float | None = None


def flags(state: ClusterState, notes: Sequence[str], drift: Drifted | None) -> Iterator[Flag]:
    """The flags of one cluster, the worst first. `notes` are the last verdict's."""
    yield from _two_primaries(state)
    yield from _not_isolated(state)
    yield from _held(state)
    yield from _paused(state)
    yield from _degraded(notes)
    yield from _drift(state, drift)


def _two_primaries(state: ClusterState) -> Iterator[Flag]:
    said = state.incident.alarms if state.incident is not None else ()
    for _, member, *_ in (key.split(":") for key in said if key.startswith("two-primaries:")):
        yield Flag(
            weight="bad",
            word="two writable primaries",
            text=f"{member} accepted writes while another member led: stop PostgreSQL there",
        )


def _not_isolated(state: ClusterState) -> Iterator[Flag]:
    said = state.incident.alarms if state.incident is not None else ()
    for _, member, *_ in (key.split(":") for key in said if key.startswith("isolation:")):
        yield Flag(
            weight="bad",
            word="not isolated",
            text=f"{member} could not be kept from taking writes: stop PostgreSQL there by hand",
        )


def _paused(state: ClusterState) -> Iterator[Flag]:
    if state.paused() and state.pause is not None:
        why = f"{state.pause.why}; by {state.pause.by}. Hosts are left as they are"
        yield Flag(weight="warn", word="paused", text=why, until=state.pause.until)


def _held(state: ClusterState) -> Iterator[Flag]:
    """A leadership that goes to and fro: applications stay at a replica."""
    incident = state.incident
    if incident is None or incident.hold is None or incident.leadership is None:
        return
    stays = " and ".join(incident.hold.stays)
    text = (
        f"applications stay at {stays} (read-only) although {incident.leadership.member} leads, until "
        f"it has led calmly; at once: pgbaton release {state.cluster} --why TEXT"
    )
    yield Flag(weight="bad", word="held back", text=text)


def _degraded(notes: Sequence[str]) -> Iterator[Flag]:
    words = {"Patroni is paused": "Patroni paused", "failsafe mode is active": "failsafe mode"}
    told = {
        "Patroni is paused": "nobody is promoted by itself: patronictl resume",
        "failsafe mode is active": "etcd cannot be reached: the leader goes on with its members' consent",
    }
    for note in notes:
        word = words.get(
            note, "writability not probed" if note.startswith("writability") else "note"
        )
        text = f"{told.get(note, note)} (by the last verdict)"
        yield Flag(weight="warn" if note in words else "note", word=word, text=text)


def _drift(state: ClusterState, drift: Drifted | None) -> Iterator[Flag]:
    if drift is None:
        return
    mended = any(
        record.at >= drift.at and parse_target(target).told == drift.host
        for target, record in state.hosts.items()
    )
    if not mended:
        yield Flag(weight="warn", word="drift", text=f"{drift.text}; the clock sets it right")
