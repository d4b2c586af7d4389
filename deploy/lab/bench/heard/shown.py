"""What the volleys came to, in the shape that every family of the bench has."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from deploy.lab.bench.heard.ways import FLOOD, Shot, Way
from deploy.lab.bench.result import Group, Row, Series

RATE = 0.4
"""Of the bare view's rate, at least."""
FIRST = 0.3
"""The same where RQ's enqueue, which is RQ's own, is paid for each event."""
FLOODED = 0.5
"""Of the rate without the flood: a refusal may take a millisecond, so five hundred a second half of the process."""


def rows(shots: Sequence[Shot]) -> Sequence[Row]:
    """What is promised of the rates, by their medians."""
    bare, usual, first, flooded = (
        _series(shots, way, _rate, "1/s").median
        for way in (Way.BARE, Way.USUAL, Way.FIRST, Way.FLOODED)
    )
    claims = (
        ("intake-rate", "events taken in, over empty answers", usual, bare, RATE),
        ("intake-rate-first", "the same, with a job for each event", first, bare, FIRST),
        ("intake-flooded", f"the same beside {FLOOD} forged ones a second, over none", flooded, usual, FLOODED),
    )  # fmt: skip
    return [
        Row(name=name, what=what, ours=ours, beside=beside, limit=limit, unit="1/s", sense="at least")
        for name, what, ours, beside, limit in claims
    ]  # fmt: skip


def groups(shots: Sequence[Shot]) -> Sequence[Group]:
    """Medians of rates; waits of single requests, whose p99 counts; what the processors had to do."""
    waits = {
        way: [
            round(1e3 * wait, 3) for shot in shots if shot.way is way for wait in shot.volley.waits
        ]
        for way in Way
    }
    rates = [_series(shots, way, _rate, "1/s") for way in Way]
    alone = [way for way in Way if way is not Way.FLOODED]
    web = [_series(shots, way, lambda shot: 1e3 * shot.web, "ms") for way in alone]
    redis = [
        _series(shots, way, lambda shot: 1e3 * shot.redis, "ms") for way in (Way.USUAL, Way.FIRST)
    ]
    return (
        Group(title="requests answered a second", series=rates),
        Group(
            title="what a request waits, sixteen at a time",
            series=[Series(name=way, values=values, unit="ms") for way, values in waits.items()],
        ),
        Group(title="processor time of the web process, a request", series=web),
        Group(title="processor time of Redis, an event", series=redis),
    )


def notes(shots: Sequence[Shot]) -> Sequence[str]:
    """How strong the flood was, and what a second process would bring."""
    pace = _series(shots, Way.FLOODED, lambda shot: shot.forged, "1/s").median
    web = _series(shots, Way.USUAL, lambda shot: shot.web, "s").median
    redis = _series(shots, Way.USUAL, lambda shot: shot.redis, "s").median
    alone = (
        f"by the processor alone, one web process could take in {1 / web:.0f} events a second, and one Redis"
        f" {1 / redis:.0f}: more web processes help until Redis has no time left"
    )
    return f"the flood was refused {pace:.0f} times a second", alone


def _series(shots: Sequence[Shot], way: Way, of: Callable[[Shot], float], unit: str) -> Series:
    return Series(name=way, values=[of(shot) for shot in shots if shot.way is way], unit=unit)


def _rate(shot: Shot) -> float:
    return shot.volley.rate
