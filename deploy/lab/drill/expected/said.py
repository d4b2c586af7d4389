"""What must be said: alarms, verdicts, causes, and that nothing is said of what was nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from deploy.lab.drill.expected.touched import since
from deploy.lab.drill.history import History
from deploy.lab.drill.invariants.checked import Invariant
from jobs.audit import Entry, Kind
from jobs.story import CauseKind, fold


def alarm(pattern: str, *, name: str, times: int | None = None) -> Invariant:
    """An alarm whose words a pattern finds is raised; exactly so many times where `times` says it."""

    def wrong(history: History) -> Iterator[str]:
        told = _alarms(history, pattern)
        if not told:
            yield f"nobody said so; alarms: {'; '.join(_alarms(history, '')) or 'none'}"
        elif times is not None and len(told) != times:
            yield f"said {len(told)} times: {'; '.join(told)}"

    return Invariant(name, wrong, lambda history: "; ".join(_alarms(history, pattern)))


def silent(pattern: str, *, name: str) -> Invariant:
    """No alarm since the fault says what a pattern finds."""

    def wrong(history: History) -> Iterator[str]:
        yield from _alarms(history, pattern)

    return Invariant(name, wrong, lambda _: "nobody said so")


def _alarms(history: History, pattern: str) -> list[str]:
    told = (str(e.facts["evidence"]["reason"]) for e in _of(history, Kind.ALARM))
    return [reason for reason in told if re.search(pattern, reason)]


def verdict(word: str, *, because: str = "") -> Invariant:
    """A verdict of this kind is told after the fault, with a reason in which a pattern is found."""

    def wrong(history: History) -> Iterator[str]:
        told = _verdicts(history)
        if not any(kind == word and re.search(because, reason) for kind, reason in told):
            yield f"verdicts since the fault: {_listed(told) or 'none'}"

    why = f" because of {because}" if because else ""
    return Invariant(
        f"a verdict says {word}{why}", wrong, lambda history: _listed(_verdicts(history))
    )


def _listed(told: Sequence[tuple[str, str]]) -> str:
    return ", then ".join(f"{kind} ({reason})" for kind, reason in told)


def _verdicts(history: History) -> Sequence[tuple[str, str]]:
    """Each verdict since the fault, and its reason."""
    told = (e.facts["evidence"] for e in _of(history, Kind.VERDICT))
    return [(str(one["verdict"]), str(one.get("reason", ""))) for one in told]


def cause(*kinds: CauseKind) -> Invariant:
    """The first incident since the fault names one of these causes."""

    def wrong(history: History) -> Iterator[str]:
        if (found := _cause(history)) not in kinds:
            yield f"it names {found}"

    words = " or ".join(kinds)
    return Invariant(f"the incident names its cause: {words}", wrong, lambda h: str(_cause(h)))


def _cause(history: History) -> CauseKind | None:
    opened = incidents(history)
    story = fold(history.entries, opened[0]) if opened else None
    return story.cause.kind if story is not None and story.cause is not None else None


def incidents(history: History, mark: str | None = None) -> list[str]:
    """The incidents that opened since the fault, or since a mark."""
    later = history.later(since(history, mark))
    return [str(e.facts["incident"]) for e in later if e.facts["kind"] == Kind.OPENED]


def _several(history: History) -> Iterator[str]:
    if len(opened := incidents(history)) != 1:
        yield f"incidents since the fault: {', '.join(opened) or 'none'}"


ONE_INCIDENT = Invariant("it is told as one incident", _several, lambda h: ", ".join(incidents(h)))
NO_INCIDENT = Invariant("no incident opens", lambda h: iter(incidents(h)), lambda _: "none opened")


def brief_incidents(most: float) -> Invariant:
    """Whatever opens since the fault is over so many seconds later."""

    def lengths(history: History) -> Sequence[tuple[str, float | None]]:
        told = {e.facts["incident"]: history.told_at(e) for e in _of(history, Kind.CONCLUDED)}
        began = {e.facts["incident"]: history.told_at(e) for e in _of(history, Kind.OPENED)}
        return [(name, told[name] - at if name in told else None) for name, at in began.items()]

    def wrong(history: History) -> Iterator[str]:
        for name, length in lengths(history):
            if length is None or length > most:
                yield f"{name} lasted {length} s"

    def proof(history: History) -> str:
        return (
            ", ".join(f"{name} {length or 0:.1f} s" for name, length in lengths(history)) or "none"
        )

    return Invariant(f"no incident lasts longer than {most:g} s", wrong, proof)


def long_incident(length: str) -> Invariant:
    """The root of a thread says that its incident took so long, as people read it: `1 h`."""

    def told(history: History) -> list[str]:
        roots = (one.text for one in history.slack if one.thread is None)
        lines = (line for text in roots for line in text.splitlines())
        return [line for line in lines if f"oncluded after {length}" in line]

    def wrong(history: History) -> Iterator[str]:
        if not told(history):
            yield f"no thread in Slack says that it took {length}"

    name = f"people read that it took {length}"
    return Invariant(name, wrong, lambda history: told(history)[0])


def quiet_since(mark: str) -> Invariant:
    """No incident opens after a marked instant."""

    def wrong(history: History) -> Iterator[str]:
        if mark not in history.marks:
            yield "it never came so far"
        yield from incidents(history, mark)

    return Invariant("no incident opens after it", wrong, lambda _: "none opened")


def _of(history: History, kind: Kind) -> Sequence[Entry]:
    return [e for e in history.later() if e.facts["kind"] == kind]
