"""Old entries go to a file and out of a real Redis, interrupted after each step, and the chain holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result

from jobs.audit import Draft, Kind
from tests.contract.audit import thefts
from tests.contract.audit.office import DiedError, Office

OLD = 8
"""Entries that are old enough to go."""


@pytest.fixture
def grown(office: Office) -> Office:
    """An old incident, then a young one; each is concluded, and all of it anchored."""
    for number, count in ((1, OLD), (2, 3)):
        incident = f"shop-{number}"
        kinds = [Kind.OPENED, *[Kind.VERDICT] * (count - 2), Kind.CONCLUDED]
        drafts = [
            Draft(id=f"{incident} {n}", kind=kind, incident=incident)
            for n, kind in enumerate(kinds)
        ]
        office.ledger.append("shop", drafts)
        if number == 1:
            thefts.aged(office.redis, seconds=3600)
        office.anchors()
    return office


def trims(office: Office, file: Path) -> Result:
    return office.types(
        "audit", "trim", "shop", str(file), "--older-than", "10m", "--why", "yearly"
    )


def holds(office: Office, file: Path) -> None:
    """Nothing is lost and nothing is doubled: trail and file are one chain, and the trail alone is sound."""
    assert office.types("audit", "verify", "shop").exit_code == 0
    seen = office.types("audit", "verify", str(file), "shop")
    assert seen.exit_code == 0, seen.output
    assert "the very file that the checkpoint names" in seen.stdout
    left = [str(entry.facts["kind"]) for entry in office.ledger.entries("shop")]
    assert left == ["opened", "verdict", "concluded", "checkpoint"]
    assert len(file.read_text().splitlines()) == OLD
    assert [s.incident for s in office.ledger.spans("shop", count=9)] == ["shop-2"]


def test_old_entries_go_and_the_chain_holds(grown: Office) -> None:
    """Once more changes nothing; the chronicle goes on anchoring."""
    file = grown.folder / "old.jsonl"
    for _ in range(2):
        assert trims(grown, file).exit_code == 0
        holds(grown, file)
    grown.says("on")
    assert grown.anchors().failing == {}
    assert grown.types("audit", "verify", "shop").exit_code == 0


@pytest.mark.parametrize("dies", ["before place", "after place", "before trim", "after trim"])
def test_a_run_that_dies_is_finished_by_the_next(grown: Office, dies: str) -> None:
    """After the file, after the anchor, after the step in Redis: verify is content in between, and the
    same command ends as if nothing had been."""
    file = grown.folder / "old.jsonl"
    cut = grown.types(
        "audit", "trim", "shop", str(file), "--older-than", "10m", "--why", "yearly", dies=dies
    )
    assert isinstance(cut.exception, DiedError)
    written = file.read_bytes()
    assert grown.types("audit", "verify", "shop").exit_code == 0
    assert grown.anchors().failing == {}
    assert trims(grown, file).exit_code == 0
    assert file.read_bytes() == written
    holds(grown, file)


def test_a_file_that_was_edited_is_no_export(grown: Office) -> None:
    """The digest in the checkpoint tells, and so does the chain."""
    file = grown.folder / "old.jsonl"
    assert trims(grown, file).exit_code == 0
    file.write_text(file.read_text().replace("shop-1 3", "shop-1 4"))
    seen = grown.types("audit", "verify", str(file), "shop")
    assert (seen.exit_code, "the first bad entry is 4" in seen.stdout) == (1, True)
    assert "the checkpoint names another file" in seen.stdout
