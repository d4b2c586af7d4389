"""How many signed events one web process takes in, each recorded durably and enqueued, beside an empty view."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from deploy.lab.bench.families import Wish
from deploy.lab.bench.heard import shown
from deploy.lab.bench.heard.counted import demand_kept
from deploy.lab.bench.heard.ground import durable_redis, web
from deploy.lab.bench.heard.post import Post, Posted
from deploy.lab.bench.heard.ways import FAILOVER, Range, Shot, Way, shoot
from deploy.lab.bench.result import Measured
from deploy.lab.ground import lab_folder

TIMES, NUMBER = 12, 600
QUICK = 3, 300


def measure(wish: Wish) -> Measured:
    """All ways by turns on one ground, the first round left out; then every event is looked for."""
    times, number = QUICK if wish.quick else (TIMES, NUMBER)
    with _range(times + 1, number) as ground:
        shots, posted = _rounds(ground, times + 1)
        with ground.redis.client() as redis:
            kept = demand_kept(redis, posted)
    return Measured(
        family="intake",
        rows=shown.rows(shots),
        groups=shown.groups(shots),
        notes=(kept, *shown.notes(shots)),
    )


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
