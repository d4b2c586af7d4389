"""What an operator types: without it nobody in the lab could do by hand what the documentation says."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from typing import TYPE_CHECKING

from deploy.lab.machine import LabError
from deploy.lab.pgbaton import environment, program

if TYPE_CHECKING:
    from deploy.lab.lab import Lab

PATIENCE = 180.0
"""Seconds that a command may take; on a machine that is full of labs a program takes long to begin."""


def pgbaton(lab: Lab, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Type it on the machine where pgbaton runs, with an operator's secrets, to its end. LabError where it
    comes to none."""
    machine, argv = lab.machines["control"], [program("pgbaton"), *words]
    try:
        return machine.run(argv, env=environment(lab, "cli"), timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        raise LabError(f"pgbaton {' '.join(words)} did not end within {PATIENCE:g} s") from None
