"""What was asked of the bench is measured, or read again, and kept as far as it came."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.lab.bench.asked import Asked, run
from deploy.lab.bench.families import FAMILIES, Measure, Wish
from deploy.lab.bench.paper import Paper
from deploy.lab.bench.paper.page import begin, end
from deploy.lab.bench.result import Measured, Row
from deploy.lab.machine import LabError

NOW = datetime(2026, 11, 26, 5, 0, tzinfo=UTC)
FIRST, SECOND = tuple(FAMILIES)[:2]


def paper(folder: Path, families: Sequence[str] = tuple(FAMILIES)) -> Paper:
    page = folder / "benchmarks.md"
    page.write_text("".join(f"{begin(one)}\n{end(one)}\n" for one in families))
    return Paper(families=tuple(FAMILIES), page=page)


def hands(*, held: bool = True, breaks: str = "") -> Callable[[str], Measure]:
    """Families that measure at once; one of them may break."""

    def measures(family: str) -> Measure:
        def measure(wish: Wish) -> Measured:
            if family == breaks:
                raise LabError("etcd is not well")
            limit = float(wish.epochs) if held else 0.0
            row = Row(name=f"{family}-x", what="x", ours=1.0, limit=limit, over="ours alone")
            return Measured(family=family, rows=(row,))

        return measure

    return measures


def asked(what: str = "all", *, source: Path | None = None, file: Path | None = None) -> Asked:
    return Asked(what=what, wish=Wish(epochs=2), doc=source is None, source=source, file=file)


def names(file: Path) -> list[str]:
    return [row["name"] for row in json.loads(file.read_text())["results"]]


def test_everything_is_measured_and_kept(tmp_path: Path) -> None:
    """Every family in its order, in the file and in the document; False where a limit was not held."""
    file, page = tmp_path / "bench.json", paper(tmp_path)
    assert run(asked(file=file), now=NOW, paper=page, measures=hands())
    assert names(file) == [f"{family}-x" for family in FAMILIES]
    assert "Not measured yet" not in page.page.read_text()
    assert page.page.read_text().count("Measured on 2026-11-26 on ") == len(FAMILIES)
    assert not run(asked(FIRST), now=NOW, paper=page, measures=hands(held=False))


def test_a_run_that_breaks_off_leaves_what_it_has(tmp_path: Path) -> None:
    """The families before it are in the file and in the document."""
    file, page = tmp_path / "bench.json", paper(tmp_path)
    with pytest.raises(LabError, match="etcd is not well"):
        run(asked(file=file), now=NOW, paper=page, measures=hands(breaks=SECOND))
    assert names(file) == [f"{FIRST}-x"]
    assert f"Not measured yet: `./dev bench {SECOND} --doc`" in page.page.read_text()


def test_an_earlier_run_makes_the_same_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without measuring, whatever the clock says by now; what was shown is shown again."""
    file, page = tmp_path / "bench.json", paper(tmp_path)
    run(asked(file=file), now=NOW, paper=page, measures=hands())
    text, shown = page.page.read_text(), capsys.readouterr().out
    other = paper(tmp_path)
    later = datetime(2027, 1, 1, tzinfo=UTC)
    assert run(asked(source=file), now=later, paper=other, measures=hands(breaks=FIRST))
    assert other.page.read_text() == text
    assert capsys.readouterr().out == shown


def test_one_family_of_an_earlier_run(tmp_path: Path) -> None:
    """The others keep what they have; where the file has none of it, that is said."""
    file, page = tmp_path / "bench.json", paper(tmp_path)
    run(asked(FIRST, file=file), now=NOW, paper=page, measures=hands())
    other = paper(tmp_path)
    run(asked(FIRST, source=file), now=NOW, paper=other)
    assert f"Not measured yet: `./dev bench {SECOND} --doc`" in other.page.read_text()
    with pytest.raises(LabError, match=f"holds nothing of {SECOND}: give the file of another run"):
        run(asked(SECOND, source=file), now=NOW, paper=other)


def test_a_document_without_room_is_told_before_anything_is_measured(tmp_path: Path) -> None:
    """An hour of measuring is not spent for nothing."""
    page = paper(tmp_path, families=(FIRST,))
    with pytest.raises(LabError, match=f"there is no place for {SECOND}"):
        run(asked(FIRST), now=NOW, paper=page, measures=hands(breaks=FIRST))


def test_without_a_wish_nothing_is_written(tmp_path: Path) -> None:
    """A look at the numbers changes no file."""
    page = paper(tmp_path)
    before = page.page.read_text()
    alone = Asked(what=FIRST, wish=Wish(epochs=2))
    assert run(alone, now=NOW, paper=page, measures=hands())
    assert page.page.read_text() == before
    assert [path.name for path in tmp_path.iterdir()] == ["benchmarks.md"]
