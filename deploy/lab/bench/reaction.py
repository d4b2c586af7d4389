"""How long applications wait for pgbaton: from "leader writable" to the last host checked."""

from __future__ import annotations

from deploy.lab.bench.families import Wish
from deploy.lab.bench.result import Group, Measured, Row, Series
from deploy.lab.bench.switched import change_leader, stage_of_a_lab

LIMIT = 0.6
"""Seconds that the median may take (two hosts)."""


def measure(wish: Wish) -> Measured:
    """Bring a lab up and let it change leaders."""
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
    return Measured(family="reaction", rows=(row,), groups=(Group(title=title, series=(ours,)),))
