"""Hosts that must be left alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deploy.lab.drill.history import History
from deploy.lab.drill.invariants.checked import Invariant
from jobs.audit import Entry, Kind

TOUCHES = frozenset({Kind.HOST, Kind.PLANNED})


def untouched_since(mark: str | None = None, *, name: str = "no host is touched") -> Invariant:
    """No entry tells of a host since a marked instant, or else since the fault."""
    return Invariant(
        name,
        lambda history: _told(_touching(history, mark)),
        lambda history: f"no entry of {len(history.later(since(history, mark)))} tells of a host",
    )


def untouched_until(mark: str, *, name: str) -> Invariant:
    """No entry tells of a host from the fault to a marked instant."""

    def touching(history: History) -> Sequence[Entry]:
        end = since(history, mark)
        return [e for e in _touching(history, None) if history.told_at(e) < end]

    return Invariant(
        name, lambda history: _told(touching(history)), lambda _: "no entry tells of a host so far"
    )


def since(history: History, mark: str | None) -> float:
    """The instant of a mark; for none, the fault's. A mark that was never set lies ahead of everything."""
    return history.fault if mark is None else history.marks.get(mark, float("inf"))


def _touching(history: History, mark: str | None) -> Sequence[Entry]:
    return [e for e in history.later(since(history, mark)) if e.facts["kind"] in TOUCHES]


def _told(entries: Sequence[Entry]) -> Iterator[str]:
    for entry in entries:
        evidence = entry.facts["evidence"]
        yield f"entry {entry.seq} tells of {evidence.get('host') or 'planned hosts'}"


NOBODY_TOUCHED = untouched_since()


def _restarted(history: History) -> Iterator[str]:
    for entry in history.later():
        if entry.facts["kind"] != Kind.HOST:
            continue
        host = entry.facts["evidence"]
        if host.get("restarted") or host["outcome"] not in {"unchanged", "held"}:
            yield f"{host['host']} {host['outcome']}"


def _looked_at(history: History) -> str:
    hosts = (e.facts["evidence"] for e in history.later() if e.facts["kind"] == Kind.HOST)
    return ", ".join(f"{h['host']} {h['outcome']}" for h in hosts) or "no host was looked at"


NOBODY_RESTARTED = Invariant("no host is changed or restarted", _restarted, _looked_at)


def _restarted_by_the_same(history: History) -> Iterator[str]:
    before, now = history.before, history.leader
    if before is None or now is None:
        yield "somebody must lead before the fault and at the end"
    elif before.member == now.member:
        yield from _restarted(history)


SAME_UNRESTARTED = Invariant(
    "no host is changed or restarted where the same member leads again",
    _restarted_by_the_same,
    _looked_at,
)
"""Where Patroni may choose anybody: whoever returns finds everybody where they were."""
