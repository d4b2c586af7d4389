"""What a storm of events must come to: few jobs, one change, and refusals that are counted and not told one by one."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from deploy.lab import layout
from deploy.lab.drill.expected.arrived import events, happened
from deploy.lab.drill.history import History
from deploy.lab.drill.invariants.checked import Invariant
from jobs.audit import Kind

RAN = re.compile(r"jobs\.respond\.respond \((respond-[^)]+)\)")
ACCESS = "control/access.log"
OFTEN = 50
"""Times that nobody tells the same by himself."""

CLOCK_OFF = 60.0
"""Seconds by which a clock must be off before a hook signs again."""


def told_once() -> Invariant:
    """However often it is said: one proof, one plan, and each host one end."""

    def wrong(history: History) -> Iterator[str]:
        if len(history.hosts) != _counts(history)["host"]:
            yield f"{_counts(history)['host']} ends for {len(history.hosts)} hosts"
        for kind in (Kind.VERDICT, Kind.PLANNED, Kind.OPENED, Kind.CONCLUDED):
            if (count := _counts(history)[kind]) != 1:
                yield f"{count} entries of the kind {kind}"

    return Invariant(
        "one incident, one proof, one plan, and each host once",
        wrong,
        lambda history: f"{_counts(history)[Kind.EVENT]} events came to one change",
    )


def _counts(history: History) -> Counter[str]:
    """Entries by kind since the fault; of verdicts those alone that prove a leader."""
    later = (e.facts for e in history.later())
    return Counter(
        str(f["kind"])
        for f in later
        if f["kind"] != Kind.VERDICT or f["evidence"]["verdict"] == "confirmed"
    )


def few_responds(most: int) -> Invariant:
    """So many responds at most, since the fault, by the workers' own logs."""

    def wrong(history: History) -> Iterator[str]:
        if not 0 < len(_responds(history)) <= most:
            yield f"{len(_responds(history))} responds"

    return Invariant(
        f"they come to {most} responds at most",
        wrong,
        lambda history: (
            f"{len(_responds(history))} responds for {_counts(history)[Kind.EVENT]} events"
        ),
    )


def _responds(history: History) -> frozenset[str]:
    """Ids of the responds that began since the fault."""
    return frozenset(
        found.group(1)
        for place, text in history.places.items()
        if place.startswith("control/log/worker-")
        for line in text.splitlines()
        if (found := RAN.search(line)) and _at(line) > history.fault
    )


def _at(line: str) -> float:
    """When a line of a log was written; 0 where it does not say."""
    try:
        return datetime.fromisoformat(json.loads(line)["timestamp"]).timestamp()
    except (ValueError, KeyError, TypeError):
        return 0.0


def repeated(prefix: str, *, times: int) -> Invariant:
    """An id that begins so was posted so many times, and every time the webhook said 202."""

    def wrong(history: History) -> Iterator[str]:
        said = [status for name, status in _answers(history) if name.startswith(prefix)]
        if len(said) != 2 * times or set(said) != {"202"}:
            yield f"{len(said)} answers: {dict(Counter(said))}"

    return Invariant(
        f"all of {2 * times} tellings are taken", wrong, lambda _: "each was answered with 202"
    )


def _answers(history: History) -> Iterator[tuple[str, str]]:
    """Each request's id and status, by the webhook's access log, in order."""
    for line in history.places.get(ACCESS, "").splitlines():
        words = line.split()
        if len(words) == 2:  # noqa: PLR2004 - status and id
            yield words[1], words[0]


def not_held_up() -> Invariant:
    """What is replayed very often has to wait; nothing else has to because of that."""

    def wrong(history: History) -> Iterator[str]:
        waited = _waited(history)
        if not waited:
            yield "nothing was replayed so often that it had to wait"
        yield from (f"{name} had to wait" for name, times in waited.items() if times < OFTEN)

    return Invariant(
        "a replayed event holds up no other one",
        wrong,
        lambda history: f"{len(_waited(history))} were replayed, and they alone had to wait",
    )


def _waited(history: History) -> Mapping[str, int]:
    """Ids that were answered with 429 at least once, and how often they were posted in all."""
    answers = list(_answers(history))
    posted = Counter(name for name, _ in answers)
    return {name: posted[name] for name, status in answers if status == "429"}


def signed_again(seconds: float) -> Invariant:
    """Every member's hook tells something by a clock that is off by so many seconds: refused first, then
    signed anew by the webhook's own clock, and taken."""

    def wrong(history: History) -> Iterator[str]:
        off = _off(history, seconds)
        before, new = history.before, history.after
        if before is None or new is None:
            yield "nobody led before, or nobody led afterwards"
            return
        yield from (
            f"{m} told nothing by a wrong clock" for m in {before.member, new.member} - off.keys()
        )
        answers = list(_answers(history))
        for member, names in off.items():
            said = {name: [s for n, s in answers if n == name] for name in names}
            if not any(one == ["401", "202"] for one in said.values()):
                yield f"{member}: {said}"

    return Invariant(
        "a wrong clock's events are signed again and taken",
        wrong,
        lambda history: ", ".join(
            f"{m}: {len(n)} events" for m, n in _off(history, seconds).items()
        ),
    )


def _off(history: History, seconds: float) -> Mapping[str, Sequence[str]]:
    """Ids of the events since the fault that a member's hook dated so long ago, by member."""
    found: dict[str, list[str]] = {}
    for entry in events(history):
        evidence = entry.facts["evidence"]
        ago = history.told_at(entry) - happened(entry)
        theirs = evidence["sender"] in layout.MEMBERS and history.told_at(entry) > history.fault
        if theirs and abs(ago - seconds) < CLOCK_OFF:
            found.setdefault(evidence["sender"], []).append(evidence["id"])
    return found


def backwards(mark: str, *, old: float, least: int) -> Invariant:
    """After a marked instant at least so many events come, each so many seconds old or more, and the
    newest of them first."""

    def late(history: History) -> Sequence[float]:
        at = history.marks.get(mark, float("inf"))
        mine = (e for e in events(history) if history.told_at(e) > at)
        return [happened(e) for e in mine if history.told_at(e) - happened(e) >= old]

    def wrong(history: History) -> Iterator[str]:
        if len(late(history)) < least:
            yield f"only {len(late(history))} events came so late"
        if list(late(history)) != sorted(late(history), reverse=True):
            yield "they came in another order"

    return Invariant(
        f"at least {least} events come {old:g} s late, newest first",
        wrong,
        lambda history: f"{len(late(history))} events came late",
    )
