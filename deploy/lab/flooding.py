"""The forger's machine and process: without a machine of its own it would be believed to be one of ours.

It runs at a low priority: what it spends of the processor would be another machine's in life.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from deploy.lab import layout, pgbaton
from deploy.lab.lab import Lab
from deploy.lab.process import Process

STRANGER: Mapping[str, str] = {"stranger": "10.77.0.91"}


def start_flood(lab: Lab, requests: Sequence[bytes], *, per_second: int) -> Process:
    """Forge until it is told to end; its tally goes to its log."""
    machine = lab.machines["stranger"]
    told = machine.folder / "requests"
    told.write_text("".join(f"{one.hex()}\n" for one in requests))
    return machine.start(
        "flood",
        ["nice", "-n", "10", sys.executable, "-m", "deploy.lab.flood", str(told), layout.CONTROL["control"],
         str(layout.WEBHOOK_PORT), str(per_second)],
        env=pgbaton.PYTHON,
    )  # fmt: skip
