"""How long a look at a whole site takes."""

from __future__ import annotations

import time
from collections.abc import Callable

from deploy.blueprint import RenderedFile, Unit
from deploy.push import Wishes, differences, survey
from tests.contract.push.bench import Bench, blueprint

MACHINES, FILES, LIMIT = 12, 40, 5.0


def test_twelve_unchanged_machines(bench: Bench, measured: Callable[[str], None]) -> None:
    """From the first byte to the verdict that nothing differs: at most five seconds."""
    files = (RenderedFile(path=f"/etc/pushed/{n}", text=f"{n}\n" * 100) for n in range(FILES))
    units = tuple(Unit(name=f"unit-{n}.service", class_="host") for n in range(6))
    wanted = blueprint(*files, units=units, packages=("openssh-server", "util-linux"))
    assert bench.push(wanted).whole
    crew = bench.crew(wanted, names=[f"machine-{n}" for n in range(MACHINES)])
    try:
        began = time.monotonic()
        found = survey(crew, tuple(crew.site), Wishes())
        lines = differences(crew, found.changes, found.found)
        seconds = time.monotonic() - began
    finally:
        crew.close()
    assert not found.silent
    assert not found.differs
    assert not lines
    measured(f"push --check of {MACHINES} unchanged machines, {FILES} files each: {seconds:.2f} s")
    assert seconds <= LIMIT
