"""When events reached the trail: late ones count as much as early ones, and each of them once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from deploy.lab import layout
from deploy.lab.drill.expected.living import UNDER_WAY, healed, struck
from deploy.lab.drill.expected.touched import since
from deploy.lab.drill.history import History
from deploy.lab.drill.invariants.checked import Invariant
from jobs.audit import Entry, Kind


def deaf(
    fault: str, *, senders: Sequence[str] | None = None, until: str | None = None
) -> Invariant:
    """No event of these senders (None: of anybody) is taken while a fault of this kind lasts, or up to
    a mark, so that whatever moved did so without one."""

    def wrong(history: History) -> Iterator[str]:
        down = struck(history, fault)
        if down is None or down.healed is None:
            yield "it was never struck and healed"
            return
        end = down.healed if until is None else since(history, until)
        for entry in events(history):
            theirs = senders is None or _sender(entry) in senders
            if theirs and down.at + UNDER_WAY < history.told_at(entry) < end:
                yield f"entry {entry.seq} tells of an event, {history.told_at(entry) - down.at:.1f} s later"

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
        and down.at < happened(entry) < healed(down) <= history.told_at(entry)
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
