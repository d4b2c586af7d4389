"""pgbaton's own processes on the control machine, started as its Procfile starts them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.lab.machine import CHECKOUT

if TYPE_CHECKING:
    from deploy.lab.lab import Lab

PYTHON: Mapping[str, str] = {
    "PYTHONPATH": str(CHECKOUT),
    "PYTHONSAFEPATH": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
}


def program(name: str) -> str:
    """A script of the environment that runs this very process."""
    return str(Path(sys.executable).parent / name)


def start_all(lab: Lab) -> None:
    """Nothing to start yet."""
