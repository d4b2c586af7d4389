import json
from pathlib import Path

import pytest

from deploy.cli.trail import head
from jobs.audit import Draft, Kind, from_line
from tests.fakes.ledger import FakeLedger
from tests.unit.deploy.cli.desk import Operator


@pytest.fixture
def export(ann: Operator) -> Path:
    """A settled trail, exported."""
    ann.world.settle()
    file = ann.folder / "trail.jsonl"
    assert ann.types("audit", "export", "shop", str(file)).exit_code == 0
    return file


def test_a_sound_trail_is_exit_code_0(ann: Operator, export: Path) -> None:
    """The trail in Redis and its export are both found sound, with the same head."""
    newest = list(ann.world.ledger.entries("shop"))[-1]
    for what in ([], ["shop"], [str(export)]):
        seen = ann.types("audit", "verify", *what)
        assert seen.exit_code == 0
        assert newest.hash in seen.stdout


def test_a_file_needs_no_redis(ann: Operator, export: Path) -> None:
    """An auditor has the file alone."""
    ann.world.ledger.break_down()
    assert ann.types("audit", "verify", str(export)).exit_code == 0
    assert ann.types("audit", "verify", "shop").exit_code == 69


def test_the_export_is_the_trail(ann: Operator, export: Path) -> None:
    """Every entry comes back from the file as it was, and standard output says the same."""
    lines = export.read_text().splitlines()
    assert [from_line(line) for line in lines] == list(ann.world.ledger.entries("shop"))
    assert ann.types("audit", "export", "shop").stdout.splitlines() == lines


@pytest.mark.parametrize("harm", ["edit", "drop", "swap", "noise", "first"])
def test_the_first_bad_entry_is_named(ann: Operator, export: Path, harm: str) -> None:
    """An edit, a deletion, an exchange or a foreign line is found, and what is before it stays proven."""
    lines = export.read_text().splitlines()
    match harm:
        case "edit":
            lines[2] = lines[2].replace("web1", "web9")
        case "drop":
            del lines[2]
        case "swap":
            lines[2], lines[3] = lines[3], lines[2]
        case "noise":
            lines[2] = "\x00 not json"
        case _:
            del lines[0]
    export.write_text("\n".join(lines) + "\n")
    seen = ann.types("audit", "verify", str(export))
    assert seen.exit_code == 1
    assert "BROKEN" in seen.stdout
    trusted = "nothing in it is proven" if harm == "first" else "entries 1 to 2 are as they were"
    assert trusted in seen.stdout


def test_a_cut_end_shows_against_a_known_head(ann: Operator, export: Path) -> None:
    """A chain without its end fits by itself; the head that was noted tells."""
    newest = from_line(export.read_text().splitlines()[-1]).hash
    assert ann.types("audit", "verify", str(export), "--head", newest).exit_code == 0
    export.write_text("".join(export.read_text().splitlines(keepends=True)[:-1]))
    assert ann.types("audit", "verify", str(export)).exit_code == 0
    seen = ann.types("audit", "verify", str(export), "--head", newest, "--json")
    assert seen.exit_code == 1
    assert not json.loads(seen.stdout)[0]["sound"]


def test_a_missing_file_is_a_wrong_call(ann: Operator) -> None:
    """A path that is none is not taken for a cluster."""
    seen = ann.types("audit", "verify", "/nowhere/trail.jsonl")
    assert (seen.exit_code, "no file /nowhere/trail.jsonl" in seen.stderr) == (2, True)


def test_an_export_that_cannot_be_written_leaves_nothing(ann: Operator) -> None:
    """No half file is left where the folder does not exist."""
    seen = ann.types("audit", "export", "shop", str(ann.folder / "no" / "x"))
    assert seen.exit_code == 69
    assert list(ann.folder.iterdir()) == []


@pytest.mark.parametrize("length", [0, 1, 2, 3, 7, 8, 9, 100])
def test_the_head_is_found_without_reading_all(length: int) -> None:
    """The newest entry's number, for trails of every length."""
    ledger = FakeLedger()
    ledger.append("shop", [Draft(id=str(n), kind=Kind.ALARM) for n in range(length)])
    assert head(ledger, "shop") == length
