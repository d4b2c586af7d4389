"""How long applications wait for pgbaton: from the leader to the swap sent, and to the last host done."""

from __future__ import annotations

from deploy.lab.bench.families import Wish
from deploy.lab.bench.reactions.made import measure_made
from deploy.lab.bench.result import Group, Measured, Row, Series
from deploy.lab.bench.switched import change_leader, stage_of_a_lab

LIMIT = 0.6
"""Seconds that the median may take (two hosts)."""


def measure(wish: Wish) -> Measured:
    """First on a real cluster, then by epochs that are made in etcd."""
    with stage_of_a_lab() as stage:
        seconds = tuple(change_leader(stage).seconds for _ in range(wish.epochs))
    ours = Series(name="pgbaton, two shops", values=seconds)
    row = Row(
        name="reaction-two-shops",
        what="leader writable to last of two hosts checked",
        ours=ours.median,
        limit=LIMIT,
        over="ours alone",
    )
    title = "leader writable to last of two hosts checked, the shop's own stop and start taken off"
    rows, groups, notes = measure_made(wish)
    return Measured(
        family="reaction",
        rows=(row, *rows),
        groups=(Group(title=title, series=(ours,)), *groups),
        notes=tuple(notes),
    )
