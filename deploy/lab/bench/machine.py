"""What a number was measured on: without it nobody could tell why theirs differs."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from pathlib import Path

TOLD = ("processor", "processors", "memory", "system", "python")
"""What there is to say of a machine."""


def machine() -> Mapping[str, str | int]:
    """Processor, processors, memory in GiB, kernel and Python."""
    return {
        "processor": _after(Path("/proc/cpuinfo"), "model name") or platform.machine(),
        "processors": os.cpu_count() or 0,
        "memory": _gib(_after(Path("/proc/meminfo"), "MemTotal")),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def told(one: Mapping[str, str | int]) -> str:
    """The same in one line, for people."""
    return (
        f"{one['processors']} × {one['processor']}, {one['memory']} GiB, {one['system']}, "
        f"Python {one['python']}"
    )


def _after(file: Path, name: str) -> str:
    for line in file.read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""


def _gib(kilobytes: str) -> int:
    number = kilobytes.split(" ", maxsplit=1)[0]
    return round(int(number) / 2**20) if number.isdigit() else 0
