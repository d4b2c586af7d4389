"""What an operator types: without it nobody in the lab could do by hand what the documentation says."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from typing import TYPE_CHECKING

from deploy.lab.pgbaton import environment, program

if TYPE_CHECKING:
    from deploy.lab.lab import Lab

PATIENCE = 60.0
"""Seconds that a command may take."""


def pgbaton(lab: Lab, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Type it on the machine where pgbaton runs, with an operator's secrets, to its end."""
    machine = lab.machines["control"]
    return machine.run([program("pgbaton"), *words], env=environment(lab, "cli"), timeout=PATIENCE)
