"""How one target fared: every try, and the waiting between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from jobs.inventory import parse_target
from jobs.picture.letters import counted, shown, span_of
from jobs.picture.rows import Row, Stretch
from jobs.story import Attempt, TargetStory


def target(one: TargetStory, end: float) -> Row:
    """How one target fared: every try with its length, and the waiting between them."""
    tries = [
        Stretch(
            begun=bar.begun,
            ended=bar.ended,
            look="held" if bar.holds else "failed",
            told=f"{shown(bar.text)} after {span_of(bar.ended - bar.begun)}",
            words=_words_of(bar, restarts_of(one) if bar is one.bars[-1] else ""),
        )
        for bar in one.bars
    ]
    waited = _waited(one, tries, end)
    at = parse_target(one.target)
    behind = f"behind {shown(at.behind)}, " if at.behind is not None else ""
    return Row(
        name=shown(one.told if at.behind is None else at.name),
        note=f"{behind}{note_of(one)}",
        told=told_of(one),
        stretches=(*waited, *tries),
    )


def _words_of(bar: Attempt, restarted: str) -> tuple[str, ...]:
    took = span_of(bar.ended - bar.begun)
    if not bar.holds:
        return f"{shown(bar.outcome)}, {took}", f"failed {took}", took
    return (f"{took}, restarted {restarted}", took) if restarted else (took,)


def restarts_of(one: TargetStory) -> str:
    """What was restarted on a target in the whole incident: store, php-fpm (2 times)."""
    counts = Counter(map(shown, one.restarted))
    return ", ".join(name if n == 1 else f"{name} ({n} times)" for name, n in counts.items())


def _waited(one: TargetStory, tries: Sequence[Stretch], end: float) -> Iterator[Stretch]:
    """Nothing where it was only told that something is being done."""
    begun = min([t.begun for t in tries] + ([one.planned] if one.planned else []), default=end)
    ended = tries[-1].ended if one.holds and tries else end
    if ended > begun:
        yield Stretch(begun=begun, ended=ended, look="waiting", told="waited for, and tried again")


def note_of(one: TargetStory) -> str:
    """How a target stands, in a few words."""
    if one.holds:
        tries = f" at try {one.attempts}" if one.failures else ""
        return f"follows{tries}"
    if not one.attempts:
        return "not tried yet"
    return f"{shown(one.outcome)} at try {one.attempts}"


def told_of(one: TargetStory) -> str:
    """The same as a sentence."""
    took = "" if one.seconds is None else f" in {span_of(one.seconds)}"
    restarted = f", restarted {restarts_of(one)}" if one.restarted else ""
    failed = f", after {counted(one.failures, 'failure')}" if one.failures and one.holds else ""
    name = shown(one.told)
    if one.holds:
        return f"{name} follows{took}{failed}{restarted}"
    why = f": {shown(one.reason)}" if one.reason else ""
    return f"{name} does not follow ({note_of(one)}){why}"
