"""Where in its work a worker died, and who went on: decided from the trail alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from deploy.lab.drill.expected.living import struck
from deploy.lab.drill.history import History
from deploy.lab.drill.invariants.checked import Invariant
from deploy.lab.drill.trailwatch import epoch_of
from jobs.audit import Entry, Kind

DEATH = "KillAll"

NEXT: Mapping[str, Kind] = {
    "asked": Kind.VERDICT,
    "respond": Kind.VERDICT,
    "conclude": Kind.CONCLUDED,
}
"""The first sign of whoever went on; where hosts were in hand, that they were taken over."""

TOUCHED, UNTOUCHED = frozenset({"held", "resumed"}), frozenset({"changed"})
"""How a host ends that the dead worker had begun with, and one that it had not."""


def carried_on(point: str, within: float) -> Invariant:
    """Somebody goes on where the worker died, so many seconds later at most."""
    kind = NEXT.get(point, Kind.TAKEN_OVER)

    def took(history: History) -> float | None:
        died = _died(history)
        after = (history.told_at(e) for e in _new(history, kind) if history.told_at(e) > died)
        return next((round(at - died, 3) for at in after), None)

    def wrong(history: History) -> Iterator[str]:
        if (seconds := took(history)) is None or seconds > within:
            yield "nobody went on" if seconds is None else f"only after {seconds} s"

    return Invariant(
        f"somebody goes on within {within:g} s",
        wrong,
        lambda history: f"{took(history)} s after the death",
    )


def _died(history: History) -> float:
    one = struck(history, DEATH)
    return float("inf") if one is None else one.at


def _new(history: History, kind: Kind) -> Sequence[Entry]:
    """Entries of a kind since the fault; of verdicts and hosts those of the leadership after it."""
    epoch = history.after.epoch if history.after else None
    told = [e for e in history.later() if e.facts["kind"] == kind]
    if kind in {Kind.VERDICT, Kind.HOST}:
        return [e for e in told if epoch_of(e.facts) == epoch]
    return told


def _split(history: History, kind: Kind) -> tuple[Sequence[Entry], Sequence[Entry]]:
    """What was told before the death, and after it."""
    told, died = _new(history, kind), _died(history)
    early = [e for e in told if history.told_at(e) < died]
    return early, [e for e in told if history.told_at(e) >= died]


def _before_verdict(history: History) -> Iterator[str]:
    early, late = _split(history, Kind.VERDICT)
    if early or not late:
        yield f"{len(early)} proofs of the new leader before it, {len(late)} after it"


def _with_hosts(ends: frozenset[str]) -> Callable[[History], Iterator[str]]:
    """Given to a job, reported by nobody yet, and each host ended in a way that shows how far it was."""

    def wrong(history: History) -> Iterator[str]:
        planned, _ = _split(history, Kind.PLANNED)
        early, late = _split(history, Kind.HOST)
        if not planned or early:
            yield f"{len(planned)} jobs were given hosts before it, {len(early)} hosts were reported"
        if not any(_outcome(e) in ends for e in late):
            yield f"afterwards: {_ends(late)}"

    return wrong


def _before_end(history: History) -> Iterator[str]:
    early, late = _split(history, Kind.CONCLUDED)
    hosts, _ = _split(history, Kind.HOST)
    if early or not late or len(hosts) < len(history.hosts):
        yield f"{len(hosts)} hosts were reported before it, and {len(early)} ends"


def _outcome(entry: Entry) -> str:
    return str(entry.facts["evidence"]["outcome"])


def _ends(entries: Sequence[Entry]) -> str:
    told = (f"{e.facts['evidence']['host']} {_outcome(e)}" for e in entries)
    return ", ".join(told) or "no host"


def _told(history: History) -> str:
    _, late = _split(history, Kind.HOST)
    return f"after the death: {_ends(late)}"


def _died_in(words: str, wrong: Callable[[History], Iterator[str]]) -> Invariant:
    return Invariant(f"the worker died {words}", wrong, _told)


DIED_IN: Mapping[str, Invariant] = {
    "asked": _died_in("before its verdict", _before_verdict),
    "respond": _died_in("before its verdict", _before_verdict),
    "assigned": _died_in("before it touched a host", _with_hosts(UNTOUCHED)),
    "begun": _died_in("before a host answered", _with_hosts(UNTOUCHED | TOUCHED)),
    "after": _died_in("with a host in its hands", _with_hosts(TOUCHED)),
    "restart": _died_in("with a host in its hands", _with_hosts(TOUCHED)),
    "report": _died_in("before its report", _with_hosts(TOUCHED)),
    "conclude": _died_in("before the incident's end", _before_end),
}
"""By the stage at which it was struck."""
