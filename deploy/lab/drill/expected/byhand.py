"""What an operator did by hand: that it worked, and that the trail tells it later with its true instants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from deploy.lab.drill.expected.touched import since
from deploy.lab.drill.history import History
from deploy.lab.drill.invariants.checked import Invariant
from deploy.lab.drill.invariants.facts import MUTATED
from deploy.lab.drill.times import resumed_at
from jobs.audit import Entry, Kind


def typed(*refused: str) -> Invariant:
    """Every command that was typed ended well, but for those whose first word is named: they ended with
    1, which is a no."""

    def wrong(history: History) -> Iterator[str]:
        if not history.typed:
            yield "nothing was typed"
        for one in history.typed:
            if one.code != (one.words[0] in refused):
                last = (one.said.strip().splitlines() or ["nothing"])[-1]
                yield f"pgbaton {' '.join(one.words)} ended with {one.code}: {last}"

    but = f", but for {' and '.join(refused)}, which says no" if refused else ""
    return Invariant(
        f"what the operator typed ended well{but}",
        wrong,
        lambda history: "; ".join(f"pgbaton {' '.join(one.words)}" for one in history.typed),
    )


TYPED_WELL = typed()


def sold_before(mark: str) -> Invariant:
    """Every managed host takes orders by the new leader before a marked instant."""

    def wrong(history: History) -> Iterator[str]:
        for host in history.shops:
            at = resumed_at(history, host.name)
            if at is None or mark not in history.marks or at > history.marks[mark]:
                yield f"{host.name} took its first order at {at}"

    return Invariant(
        f"every host takes orders before {mark}",
        wrong,
        lambda history: ", ".join(
            f"{h.name} {history.marks[mark] - (resumed_at(history, h.name) or 0):.1f} s before it"
            for h in history.shops
        ),
    )


def taken_in(mark: str) -> Invariant:
    """The trail took the journal in once, after a marked instant; its steps have instants of before, and
    each host was changed after the proof of the leader."""

    def wrong(history: History) -> Iterator[str]:
        steps, back = _steps(history), since(history, mark)
        if not steps:
            yield "no step of a journal is in the trail"
        for entry in steps:
            at = float(entry.facts["evidence"]["at"])
            if not history.fault < at < back < history.told_at(entry):
                yield f"entry {entry.seq} tells of {at:.3f}"
        ids = [str(_fact(entry)["id"]) for entry in steps]
        yield from (f"{one} was taken in twice" for one in sorted(set(ids)) if ids.count(one) > 1)
        yield from _unproven(history, steps)

    return Invariant(
        "the journal is taken in once, with its true instants",
        wrong,
        lambda history: (
            f"{len(_steps(history))} steps, the first "
            f"{float(_steps(history)[0].facts['evidence']['at']) - history.fault:.1f} s after the fault"
        ),
    )


def _steps(history: History) -> Sequence[Entry]:
    return [e for e in history.later() if e.facts["kind"] == Kind.JOURNAL]


def _fact(entry: Entry) -> Mapping[str, Any]:
    fact: Mapping[str, Any] = entry.facts["evidence"]["fact"]
    return fact


def _unproven(history: History, steps: Sequence[Entry]) -> Iterator[str]:
    """Hosts that were not changed, or before the step that proves the leader under the same fence."""
    proven, changed = [], set()
    for evidence in (_fact(entry)["evidence"] | {"of": _fact(entry)["kind"]} for entry in steps):
        if evidence.get("verdict") == "confirmed":
            proven.append(evidence["fence"])
        if evidence["of"] == Kind.HOST and evidence["outcome"] in MUTATED:
            changed.add(evidence["host"])
            if evidence["fence"] not in proven:
                yield f"{evidence['host']} was changed by hand without a proof"
    yield from (f"{h.name} was not changed by hand" for h in history.hosts if h.name not in changed)
