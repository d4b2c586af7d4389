"""What the member that led before the fault says of itself, by its hook, and what a disaster saw come."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from deploy.lab.drill.expected.touched import since
from deploy.lab.drill.history import History
from deploy.lab.drill.invariants.checked import Invariant
from jobs.audit import Entry, Kind

LEADING = frozenset({"primary", "master"})


def says(text: str, *, mark: str, name: str) -> Invariant:
    """Since a marked instant the hook of who led before says exactly this, such as "on_start replica"."""

    def missing(history: History) -> Iterator[str]:
        if text not in _said(history, mark):
            yield f"it said: {_told(history, mark)}"

    return Invariant(name, missing, lambda history: _told(history, mark))


def claims_to_lead(*, mark: str, name: str) -> Invariant:
    """Since a marked instant the hook of who led before says that it leads."""

    def missing(history: History) -> Iterator[str]:
        if not any(map(leads, _said(history, mark))):
            yield f"it said: {_told(history, mark)}"

    return Invariant(name, missing, lambda history: _told(history, mark))


def came(mark: str) -> Invariant:
    """An instant that a disaster gave this name came."""

    def missing(history: History) -> Iterator[str]:
        if mark not in history.marks:
            yield "it never came"

    return Invariant(mark, missing, lambda history: f"at {_after(history, mark):.1f} s")


def _after(history: History, mark: str) -> float:
    return history.marks[mark] - history.fault


def leads(callback: str) -> bool:
    """Whether a callback claims that its member leads."""
    return callback.rsplit(maxsplit=1)[-1] in LEADING


def _told(history: History, mark: str) -> str:
    return ", ".join(_said(history, mark)) or "nothing"


def _said(history: History, mark: str) -> Sequence[str]:
    before = history.before
    later = history.later(since(history, mark))
    return list(said(later, before.member)) if before is not None else []


def said(entries: Collection[Entry], member: str) -> Iterator[str]:
    """Each callback that a member's hook told of: action and role."""
    for entry in entries:
        evidence = entry.facts["evidence"]
        if entry.facts["kind"] != Kind.EVENT or evidence.get("sender") != member:
            continue
        data = evidence.get("data") or {}
        if "action" in data:
            yield f"{data['action']} {data.get('role')}"
