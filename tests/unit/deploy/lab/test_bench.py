"""A row of the bench holds its limit or does not, alone or beside something, and says so to scripts."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from deploy.lab.bench.amount import figure
from deploy.lab.bench.asked import wanted
from deploy.lab.bench.families import FAMILIES, measure_of
from deploy.lab.bench.machine import machine
from deploy.lab.bench.record import Run, from_json, read, to_json
from deploy.lab.bench.result import Group, Measured, Row, Series
from deploy.lab.bench.show import cells, show
from deploy.lab.machine import LabError


def row(**more: Any) -> Row:
    return Row(**{"name": "reaction", "what": "how long", "ours": 0.5, "limit": 1.25, **more})


@pytest.mark.parametrize(
    ("one", "held"),
    [
        (row(limit=0.5), True),
        (row(limit=0.49), False),
        (row(beside=0.4), True),
        (row(beside=0.39), False),
        (row(ours=50.0, beside=100.0, limit=0.5, sense="at least"), True),
        (row(ours=49.0, beside=100.0, limit=0.5, sense="at least"), False),
        (row(beside=6.0, limit=12, sense="at least", over="beside over ours"), True),
        (row(beside=5.9, limit=12, sense="at least", over="beside over ours"), False),
        (row(beside=0.1, limit=0.5, over="ours alone"), True),
    ],
    ids=["alone", "slow", "ratio", "high", "rate", "low", "slower", "near", "only-shown"],
)
def test_a_limit_is_held_or_not(one: Row, *, held: bool) -> None:
    """Beside something else the ratio counts, alone the value does; either way round."""
    assert one.held is held


def test_a_series_says_its_middle_and_its_end() -> None:
    """Of few values the greatest counts as the p99; of 200 two may be above it."""
    assert Series(name="x", values=(3.0, 1.0, 2.0)).median == 2.0
    assert Series(name="x", values=(3.0, 1.0, 2.0)).p99 == 3.0
    assert Series(name="x", values=tuple(map(float, range(1, 201)))).p99 == 198.0


def test_the_row_for_scripts_is_exactly_this() -> None:
    """Names and values; what was not measured beside anything has no ratio. All of it is JSON."""
    series = Series(name="ours", values=(0.4, 0.5))
    measured = Measured(
        family="reaction",
        rows=(row(beside=0.4), row()),
        groups=(Group(title="seconds", series=(series,)),),
    )
    run = Run(at=datetime(2026, 11, 26, 5, 0, tzinfo=UTC), machine=machine(), measured=(measured,))
    told = json.loads(json.dumps(to_json(run)))
    assert to_json(from_json(told)) == told
    first, second = told["results"]
    assert first == {
        "name": "reaction",
        "what": "how long",
        "ours": 0.5,
        "beside": 0.4,
        "ratio": 1.25,
        "limit": 1.25,
        "unit": "s",
        "sense": "at most",
        "over": "ours over beside",
        "held": True,
        "family": "reaction",
    }
    assert (second["beside"], second["ratio"]) == (None, None)
    assert told["families"][0]["groups"][0]["series"][0]["values"] == [0.4, 0.5]
    assert told["machine"]["processors"] >= 1
    assert (told["at"], told["quick"]) == ("2026-11-26T05:00:00+00:00", False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"at": "today"}',
        '{"at": "2026-11-26T05:00:00", "results": [], "families": []}',
        '{"at": "2026-11-26T05:00:00", "machine": {}, "families": [], "quick": false}',
    ],
)
def test_a_file_that_is_no_result_is_refused(tmp_path: Path, text: str) -> None:
    """Whoever gave it is told which file, and what to give instead."""
    file = tmp_path / "bench.json"
    file.write_text(text)
    with pytest.raises(LabError, match=r"bench\.json is not what \./dev bench --json wrote"):
        read(file)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.01234, "0.0123"),
        (0.00001234, "0.0000123"),
        (-0.5, "-0.5"),
        (12.345, "12.3"),
        (100.0, "100"),
        (2577.4, "2577"),
        (1234567.8, "1234568"),
        (float("inf"), "inf"),
    ],
)
def test_figures_have_three_digits(value: float, text: str) -> None:
    """Never as a power of ten: people read them."""
    assert figure(value) == text


def test_every_family_can_be_measured() -> None:
    """All of them, in their order; each module has the function that its name promises."""
    assert wanted("all") == tuple(FAMILIES)
    assert wanted("slack") == ("slack",)
    assert all(callable(measure_of(family)) for family in FAMILIES)


def shown(one: Measured, *, width: int) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    show(one, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_terminal_shows_every_verdict(width: int) -> None:
    """However narrow it is and however long the names are; signs in names mean nothing to it."""
    name = "what one calls it when every word seems to matter, [bold]brackets[/nothing] too"
    series = Series(name=name, values=(812.0,), unit="1/s"), Series(name="none", values=())
    text = shown(
        Measured(
            family="intake",
            rows=(row(what=name, ours=812, beside=1903, unit="1/s", limit=0.4), row(limit=0.1)),
            groups=(Group(title=name, series=series), Group(title="empty", series=())),
            notes=(name,),
        ),
        width=width,
    )
    assert text.count("NOT HELD") == 2
    assert "812/s" in text
    assert "[bold]brackets[/nothing]" in " ".join(text.split())
    assert "empty" not in text
    assert all(len(line) <= width for line in text.splitlines() if not line.startswith("·"))


def test_figures_beside_each_other_are_of_one_unit() -> None:
    """Seconds below one are milliseconds, unless what stands beside them is longer."""
    assert cells(row(ours=0.05, limit=0.1))[1:] == ("50 ms", "", "", "at most 100 ms")
    assert cells(row(ours=0.05, beside=3.0))[1:4] == ("0.05 s", "3 s", "0.0167 ×")
    assert cells(row(ours=0.05, limit=2.0))[1:] == ("0.05 s", "", "", "at most 2 s")
    assert cells(row(ours=812.0, unit="1/s", limit=0.4))[1:] == ("812/s", "", "", "at most 0.4/s")
