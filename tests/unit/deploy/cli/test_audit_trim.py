"""`pgbaton audit trim`: what goes was written down before, and the chain can be proven as before."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from jobs.anchor import Anchor
from jobs.audit import Draft, Kind, from_line
from jobs.ports import LedgerUnavailable
from tests.fakes.anchors import FakeAnchors
from tests.unit.deploy.cli.desk import Operator

YEAR = 370 * 86_400


@pytest.fixture
def place(ann: Operator) -> FakeAnchors:
    """Two incidents a year apart, the head anchored."""
    world = ann.world
    for member in ("pg2", "pg3"):
        world.settle()
        world.fail_over(member)
        world.settle()
        world.clock.pass_by(YEAR)
    world.ledger.append(
        "shop", [Draft(id="late", kind=Kind.DRIFT, evidence={"host": "web1", "drift": []})]
    )
    place = ann.desk.anchors["shop"]
    assert isinstance(place, FakeAnchors)
    head = world.ledger.head("shop")
    place.place(Anchor(cluster="shop", kind="head", seq=head.seq, hash=head.hash, at=head.at))
    return place


@pytest.fixture
def old(ann: Operator, place: FakeAnchors) -> Path:
    """Where the old entries go."""
    return ann.folder / "old.jsonl"


def entries(ann: Operator) -> list[str]:
    return [entry.hash for entry in ann.world.ledger.entries("shop")]


def test_old_entries_go_and_the_rest_is_proven(
    ann: Operator, place: FakeAnchors, old: Path
) -> None:
    """The first incident stands in the file, the second in the trail, behind a checkpoint that names who
    and why; trail, file and both together verify."""
    before = entries(ann)
    done = ann.types("audit", "trim", "shop", str(old), "--older-than", "400d", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    lines = [from_line(line) for line in old.read_text().splitlines()]
    assert [one.hash for one in lines] + entries(ann)[:-1] == before
    [point] = ann.world.told(Kind.CHECKPOINT)
    assert (point["through"], point["head"], point["sha256"], point["by"]) == (
        told["through"],
        told["head"],
        told["sha256"],
        "dba",
    )
    assert point["why"] == "older than 400d"
    assert [a.mark for a in place.placed("shop") if a.kind == "checkpoint"] == [
        (lines[-1].seq, lines[-1].hash)
    ]
    for what in (["shop"], [str(old)]):
        assert ann.types("audit", "verify", *what).exit_code == 0
    seen = ann.types("audit", "verify", str(old), "shop")
    assert seen.exit_code == 0, seen.output
    assert "the very file that the checkpoint names" in seen.stdout
    assert len(ann.world.ledger.spans("shop", count=9)) == 1


def test_a_second_run_changes_nothing(ann: Operator, old: Path) -> None:
    """Neither with the same file nor with another one."""
    assert ann.types("audit", "trim", "shop", str(old), "--older-than", "400d").exit_code == 0
    left = entries(ann)
    for file in (old, ann.folder / "more.jsonl"):
        again = ann.types("audit", "trim", "shop", str(file), "--older-than", "400d")
        assert (again.exit_code, entries(ann)) == (0, left)
    assert not (ann.folder / "more.jsonl").exists()


def test_what_is_not_old_stays(ann: Operator, old: Path) -> None:
    """The inventory's days count where nothing else is said."""
    short = ann.types("audit", "trim", "shop", str(old), "--older-than", "2000d")
    assert (short.exit_code, old.exists()) == (0, False)
    assert "nothing changed" in short.stdout
    assert ann.types("audit", "trim", "shop", str(old)).exit_code == 0
    assert old.exists()


def _redis_before(ann: Operator, _: FakeAnchors) -> Callable[[], None]:
    ann.world.ledger.fail(1, "before", LedgerUnavailable("gone", "start Redis"))
    return ann.world.ledger.recover


def _redis_after(ann: Operator, _: FakeAnchors) -> Callable[[], None]:
    ann.world.ledger.fail(1, "after", LedgerUnavailable("reply lost", "start Redis"))
    return ann.world.ledger.recover


def _etcd_full(_: Operator, place: FakeAnchors) -> Callable[[], None]:
    place.full = "no space"

    def mend() -> None:
        place.full = ""

    return mend


@pytest.mark.parametrize("harm", [_etcd_full, _redis_before, _redis_after])
def test_an_interrupted_run_is_finished_by_the_next(
    ann: Operator,
    place: FakeAnchors,
    old: Path,
    harm: Callable[[Operator, FakeAnchors], Callable[[], None]],
) -> None:
    """Died before the anchor, before or after the step that drops: the same command ends as if nothing had been."""
    before = entries(ann)
    mend = harm(ann, place)
    assert ann.types("audit", "trim", "shop", str(old), "--older-than", "400d").exit_code == 69
    mend()
    written = old.read_bytes()
    ann.world.clock.pass_by(86_400)
    assert ann.types("audit", "verify", "shop").exit_code == 0
    assert ann.types("audit", "trim", "shop", str(old), "--older-than", "400d").exit_code == 0
    assert old.read_bytes() == written
    assert [from_line(x).hash for x in written.decode().splitlines()] + entries(ann)[:-1] == before
    assert len(ann.world.told(Kind.CHECKPOINT)) == 1
    assert ann.types("audit", "verify", str(old), "shop").exit_code == 0


def test_without_an_anchor_nothing_is_dropped(ann: Operator, place: FakeAnchors, old: Path) -> None:
    """etcd away from the beginning: 69, nothing exported, nothing dropped."""
    before, place.away = entries(ann), "etcd has no leader"
    seen = ann.types("audit", "trim", "shop", str(old), "--older-than", "400d")
    assert (seen.exit_code, entries(ann), old.exists()) == (69, before, False)
    assert "etcd has no leader" in seen.stderr


def test_a_false_trail_is_not_trimmed(ann: Operator, place: FakeAnchors, old: Path) -> None:
    """What an anchor contradicts must not be made true by a checkpoint."""
    place.place(Anchor(cluster="shop", kind="head", seq=2, hash="0" * 64, at=1))
    before = entries(ann)
    seen = ann.types("audit", "trim", "shop", str(old), "--older-than", "400d")
    assert (seen.exit_code, entries(ann), old.exists()) == (1, before, False)


@pytest.mark.parametrize("content", ["", "noise\n", '{"seq": 1}\n'])
def test_a_foreign_file_is_left_alone(ann: Operator, old: Path, content: str) -> None:
    """A file that is not the trail's beginning is neither overwritten nor believed."""
    old.write_text(content)
    before = entries(ann)
    seen = ann.types("audit", "trim", "shop", str(old), "--older-than", "400d")
    assert (seen.exit_code, entries(ann), old.read_text()) == (1, before, content)


def test_a_file_with_too_much_is_refused(ann: Operator, old: Path) -> None:
    """A whole export is the trail's beginning, and yet most of it must stay."""
    assert ann.types("audit", "export", "shop", str(old)).exit_code == 0
    before = entries(ann)
    seen = ann.types("audit", "trim", "shop", str(old), "--older-than", "400d")
    assert (seen.exit_code, entries(ann)) == (1, before)
    assert "may go" in seen.stderr


@pytest.mark.parametrize("span", ["", "x", "-3d", "0d"])
def test_a_span_that_is_none_is_a_wrong_call(ann: Operator, old: Path, span: str) -> None:
    """Nothing is dropped for a typing mistake."""
    seen = ann.types("audit", "trim", "shop", str(old), "--older-than", span)
    assert (seen.exit_code, old.exists()) == (2, False)
