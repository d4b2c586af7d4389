"""A push that is cut anywhere: the next one finishes it, and no unit is left with an old file or told twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.blueprint import Blueprint, Notice, RenderedFile, Unit
from deploy.push import Crew, Labour, Watching, Wishes, carry_out, survey, tell
from tests.contract.push.bench import Bench, Silent, blueprint

SHARES = 2
OWN = "/etc/systemd/system/pushed.service"
UNITS = (Unit(name="a.service", class_="redis"), Unit(name="b.service", class_="host"))


def content(text: str) -> Blueprint:
    """Two files for two units, and a unit's own file of which only systemd must hear."""
    a, b = (unit.name for unit in UNITS)
    both = (Notice(unit=a, how="restart"), Notice(unit=b, how="restart"))
    return blueprint(
        RenderedFile(path="/etc/pushed/1", text=f"1 {text}\n", notices=both),
        RenderedFile(path="/etc/pushed/2", text=f"2 {text}\n", notices=(both[0],)),
        RenderedFile(path=OWN, text=f"# {text}\n"),
        units=UNITS,
    )


@contextmanager
def crew_of(bench: Bench, wanted: Blueprint) -> Iterator[Crew]:
    crew = bench.crew(wanted)
    try:
        yield crew
    finally:
        crew.close()


def push(crew: Crew) -> tuple[bool, tuple[str, ...]]:
    """A push: whether it came through; and its plan, where no file differed and only the journal
    knew what was to be done."""
    found = survey(crew, tuple(crew.site), Wishes())
    assert not found.silent, found.silent
    course = carry_out(found.steps, Labour(crew=crew, watching=Watching(crew=crew)), Silent())
    return course.whole, () if found.changes["one"].files else tuple(map(tell, found.steps))


@pytest.mark.parametrize("share", range(SHARES))
def test_killed_at_every_effect(bench: Bench, tmp_path: Path, share: int) -> None:
    """The script dies by SIGKILL before its k-th effect, for every k; then a push goes through, both units run
    with both new files, and each was restarted exactly once."""
    bench.user = "root"
    with crew_of(bench, content("old")) as old, crew_of(bench, content("new")) as new:
        assert push(old)[0]
        back = bench.remember(tmp_path)
        bench.arm()
        assert push(new)[0]
        effects = bench.disarm()
        assert effects > 10
        owed: set[tuple[str, ...]] = set()
        for k in range(1 + share, effects + 1, SHARES):
            back()
            bench.at(OWN).write_text("# old\n")
            before = len(bench.log())
            bench.arm(kill=k)
            push(new)
            bench.disarm()
            finished, plan = push(new)
            assert finished, k
            owed |= {plan}
            assert not survey(new, ("one",), Wishes()).steps, k
            assert "daemon-reload" in bench.log()[before:], k
            told = [line for line in bench.log()[before:] if line.startswith("restart")]
            assert sorted(told) == ["restart a.service", "restart b.service"], (k, told)
            for unit in UNITS:
                read = (bench.units / unit.name / "read").read_text()
                assert read == "1 new\n2 new\n", (k, unit)
        assert not list(bench.at("/etc/pushed").glob(".*")), "no staged file is left"
        assert ("one: restart a", "one: restart b") in owed, "no cut fell between files and units"
