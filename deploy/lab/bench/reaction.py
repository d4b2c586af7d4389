"""How long applications wait for pgbaton: from the leader to the swap sent, and to the last host done."""

from __future__ import annotations

from deploy.lab.bench.families import Wish
from deploy.lab.bench.reactions.made import measure_made
from deploy.lab.bench.reactions.real import measure_real
from deploy.lab.bench.result import Measured


def measure(wish: Wish) -> Measured:
    """First on a real cluster, then by epochs that are made in etcd."""
    parts = [measure(wish) for measure in (measure_real, measure_made)]
    return Measured(
        family="reaction",
        rows=tuple(row for rows, _, _ in parts for row in rows),
        groups=tuple(group for _, groups, _ in parts for group in groups),
        notes=tuple(note for _, _, notes in parts for note in notes),
    )
