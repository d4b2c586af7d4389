<<<<<<< HEAD
"""What the member that led before the fault says of itself, by its hook, and what a disaster saw come."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from deploy.lab.drill.expected.touched import since
=======
"""When events reached the trail: late ones count as much as early ones, and each of them once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from deploy.lab import layout
from deploy.lab.drill.expected.living import UNDER_WAY, healed, struck
>>>>>>> 7042cf1 (wip)
from deploy.lab.drill.history import History
from deploy.lab.drill.invariants.checked import Invariant
from jobs.audit import Entry, Kind

<<<<<<< HEAD
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
=======

def deaf(fault: str, *, senders: Sequence[str] | None = None) -> Invariant:
    """No event of these senders (None: of anybody) is taken while a fault of this kind lasts, so that
    whatever moved did so without one."""

    def wrong(history: History) -> Iterator[str]:
        down = struck(history, fault)
        if down is None or down.healed is None:
            yield "it was never struck and healed"
            return
        mine = (e for e in events(history) if senders is None or _sender(e) in senders)
        for entry in mine:
            if down.at + UNDER_WAY < entry.at / 1e6 < down.healed:
                yield f"entry {entry.seq} tells of an event, {entry.at / 1e6 - down.at:.1f} s later"

    words = "no hook" if senders else "no event"
    return Invariant(f"{words} is heard meanwhile", wrong, lambda _: "none was")


def spooled(fault: str) -> Invariant:
    """What happened while a fault of this kind lasted is told by the old and by the new leader's hook
    afterwards; that each event stands in the trail once, every drill demands."""

    def wrong(history: History) -> Iterator[str]:
        before, new = history.before, history.after
        if before is None or new is None:
            yield "nobody led before, or nobody led afterwards"
            return
        senders = {_sender(e) for e in _late(history, fault)}
        yield from (
            f"{member}'s hook kept nothing for later"
            for member in {before.member, new.member} - senders
        )

    return Invariant(
        "the hooks tell afterwards what happened meanwhile",
        wrong,
        lambda history: f"{len(_late(history, fault))} events came later, each once",
    )


def _late(history: History, fault: str) -> Sequence[Entry]:
    """Events of hooks that happened while the fault lasted and were heard after it."""
    down = struck(history, fault)
    if down is None:
        return ()
    return [
        entry
        for entry in events(history)
        if _sender(entry) in layout.MEMBERS
        and down.at < happened(entry) < healed(down) <= entry.at / 1e6
    ]


def events(history: History) -> Iterator[Entry]:
    return (entry for entry in history.entries if entry.facts["kind"] == Kind.EVENT)


def events_since(entries: Sequence[Entry], since: float) -> frozenset[str]:
    """Whose events were heard since an instant."""
    return frozenset(
        _sender(entry)
        for entry in entries
        if entry.facts["kind"] == Kind.EVENT and entry.at / 1e6 > since
    )


def _sender(entry: Entry) -> str:
    return str(entry.facts["evidence"]["sender"])


def happened(entry: Entry) -> float:
    """When an event happened by its sender's own clock; 0 where it does not say."""
    said = entry.facts["evidence"].get("time")
    return datetime.fromisoformat(str(said)).timestamp() if said else 0.0
>>>>>>> 7042cf1 (wip)
