"""How many signed events one web process takes in, each recorded durably and enqueued, beside an empty view."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from deploy.lab.bench.families import Wish
from deploy.lab.bench.heard.counted import demand_kept
from deploy.lab.bench.heard.ground import durable_redis, web
from deploy.lab.bench.heard.post import Post, Posted
from deploy.lab.bench.heard.ways import FAILOVER, FLOOD, Range, Shot, Way, shoot
from deploy.lab.bench.result import Group, Measured, Row, Series
from deploy.lab.ground import lab_folder

RATE = 0.4
"""Of the bare view's rate, at least."""
FIRST = 0.3
"""The same where RQ's enqueue, which is RQ's own, is paid for each event."""
FLOODED = 0.5
"""Of the rate without the flood: a refusal may take a millisecond, so five hundred a second half of the process."""

TIMES, NUMBER = 12, 600
QUICK = 3, 300


def measure(wish: Wish) -> Measured:
    """All ways by turns on one ground, the first round left out; then every event is looked for."""
    times, number = QUICK if wish.quick else (TIMES, NUMBER)
    with _range(times + 1, number) as ground:
        shots, posted = _rounds(ground, times + 1)
        with ground.redis.client() as redis:
            kept = demand_kept(redis, posted)
    return Measured(family="intake", rows=_rows(shots), groups=_groups(shots), notes=(kept,))


@contextmanager
def _range(rounds: int, number: int) -> Iterator[Range]:
    a_round = number + 3 * -(-number // FAILOVER)
    post = Post(clusters=[f"c{n}" for n in range(rounds * a_round)])
    with lab_folder() as folder, durable_redis(folder) as redis:
        inventory = folder / "inventory.toml"
        inventory.write_text(post.inventory(redis=redis.port))
        with (
            web("deploy.lab.bench.heard.bare:app", folder=folder, inventory=inventory) as bare,
            web("webhook.wsgi:app", folder=folder, inventory=inventory) as ours,
        ):
            yield Range(bare=bare, web=ours, redis=redis, post=post, folder=folder, number=number)


def _rounds(ground: Range, times: int) -> tuple[Sequence[Shot], Sequence[Posted]]:
    """Every other round the other way round: a machine that slows down favours nobody."""
    shots: list[Shot] = []
    posted: list[Posted] = []
    for turn in range(times):
        for way in list(Way)[:: -1 if turn % 2 else 1]:
            shot, told = shoot(ground, way)
            posted += told
            shots += [shot] if turn else []
    return shots, posted


def _rows(shots: Sequence[Shot]) -> Sequence[Row]:
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


def _groups(shots: Sequence[Shot]) -> Sequence[Group]:
    """Medians of rates; waits of single requests, whose p99 counts; what the processors had to do."""
    waits = {way: [1e3 * w for s in shots if s.way is way for w in s.volley.waits] for way in Way}
    rates = [_series(shots, way, _rate, "1/s") for way in Way]
    web = [_series(shots, way, lambda shot: 1e3 * shot.web, "ms") for way in Way]
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


def _series(shots: Sequence[Shot], way: Way, of: Callable[[Shot], float], unit: str) -> Series:
    return Series(name=way, values=[of(shot) for shot in shots if shot.way is way], unit=unit)


def _rate(shot: Shot) -> float:
    return shot.volley.rate
