import json
from pathlib import Path

import pytest

from jobs.anchor import Anchor
from jobs.audit import Draft, Kind, canonical, from_line
from tests.fakes.anchors import FakeAnchors
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
    """An edit, a deletion, an exchange or a foreign line is found, and what is before it still counts."""
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
    trusted = "nothing in it is proven" if harm == "first" else "entries 1 to 2 follow each other"
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


@pytest.fixture
def place(ann: Operator, export: Path) -> FakeAnchors:
    """Where the trail's head was anchored once it had settled."""
    place = ann.desk.anchors["shop"]
    assert isinstance(place, FakeAnchors)
    head = ann.world.ledger.head("shop")
    place.place(Anchor(cluster="shop", kind="head", seq=head.seq, hash=head.hash, at=head.at))
    return place


def test_anchors_are_asked_and_told(ann: Operator, place: FakeAnchors) -> None:
    """What an anchor proves is said; where nobody answers, that is said, and the chain counts alone."""
    seen = ann.types("audit", "verify")
    assert seen.exit_code == 0
    assert "anchors prove entries up to" in seen.stdout
    place.away = "etcd has no leader"
    seen = ann.types("audit", "verify", "shop")
    assert seen.exit_code == 0
    assert "anchors not asked: etcd could not be asked: etcd has no leader" in seen.stdout
    assert "would fit too" in seen.stdout
    place.asked = 0
    assert ann.types("audit", "verify", "--offline").exit_code == 0
    assert place.asked == 0


def test_a_cut_end_is_found_by_the_anchor(ann: Operator, place: FakeAnchors) -> None:
    """Redis was restored from an older copy: the first missing entry is named, and the remedy."""
    del ann.world.ledger.store.of("shop").chain.entries[-2:]
    left = ann.world.ledger.head("shop").seq
    seen = ann.types("audit", "verify", "shop")
    assert seen.exit_code == 1
    assert f"the first bad entry lies in {left + 1} to {left + 2}" in seen.stdout
    assert "old copy" in seen.stdout
    found = json.loads(ann.types("audit", "verify", "shop", "--json").stdout)[0]
    assert (found["sound"], found["bad"]) == (False, [left + 1, left + 2])
    assert [one["sign"] for one in found["findings"]] == ["ends-early"]
    assert ann.types("audit", "verify", "shop", "--offline").exit_code == 0


def test_slack_counts_beside_etcd(ann: Operator, place: FakeAnchors) -> None:
    """What stands in a thread contradicts a trail as well, even where etcd is out of reach."""
    ann.desk.threads = slack = FakeAnchors()
    slack.place(Anchor(cluster="shop", kind="head", seq=2, hash="0" * 64, at=1))
    for place.away in ("", "no leader"):
        seen = ann.types("audit", "verify", "shop")
        assert seen.exit_code == 1
        assert "the first bad entry lies in 1 to 2" in seen.stdout
    slack.away = "the token was revoked"
    seen = ann.types("audit", "verify", "shop")
    assert (seen.exit_code, "the token was revoked" in seen.stdout) == (0, True)


def test_an_anchor_written_meanwhile_is_no_finding(ann: Operator, place: FakeAnchors) -> None:
    """Between the look at the anchors and the walk a checkpoint came: the second look decides."""
    chain = ann.world.ledger.store.of("shop").chain.entries

    class Late(FakeAnchors):
        def placed(self, cluster: str) -> list[Anchor]:
            return [] if self.asked == 1 else list(place.placed(cluster))

        def _refuse(self) -> None:
            self.asked += 1

    through = chain[1]
    note = Anchor(
        cluster="shop", kind="checkpoint", seq=2, hash=through.hash, at=1, export="e" * 64
    )
    place.place(note)
    evidence = {"through": 2, "head": through.hash, "sha256": "e" * 64, "by": "dba"}
    point = Draft(id="c", kind=Kind.CHECKPOINT, evidence=evidence)
    ann.world.ledger.trim("shop", through=2, head=through.hash, draft=point)
    ann.desk.anchors = {"shop": Late()}
    assert ann.types("audit", "verify", "shop").exit_code == 0


@pytest.mark.parametrize("mark", ["", "3", "3:xyz", "-3:" + "0" * 64, "3:" + "0" * 63])
def test_an_anchor_that_is_none_is_a_wrong_call(ann: Operator, mark: str) -> None:
    """A mistyped anchor proves nothing, and must not look as if it did."""
    assert ann.types("audit", "verify", "shop", "--anchor", mark).exit_code == 2


def test_a_part_needs_the_entry_before_it(ann: Operator, export: Path) -> None:
    """An export from entry 3 on is no whole trail, unless its beginning is vouched for by hand."""
    second = from_line(export.read_text().splitlines()[1])
    part = ann.folder / "part.jsonl"
    assert (
        ann.types("audit", "export", "shop", str(part), "--from", "3", "--upto", "4").exit_code == 0
    )
    assert [from_line(x).seq for x in part.read_text().splitlines()] == [3, 4]
    assert ann.types("audit", "verify", str(part)).exit_code == 1
    good = ann.types("audit", "verify", str(part), "--anchor", f"2:{second.hash}")
    assert good.exit_code == 0
    assert ann.types("audit", "verify", str(part), "--anchor", f"2:{'0' * 64}").exit_code == 1


def test_files_and_trail_are_one(ann: Operator, export: Path) -> None:
    """Parts in any order, overlapping, and the trail itself: one chain; a changed copy shows."""
    lines = export.read_text().splitlines(keepends=True)
    one, two = ann.folder / "1.jsonl", ann.folder / "2.jsonl"
    one.write_text("".join(lines[:4]))
    two.write_text("".join(lines[2:]))
    assert ann.types("audit", "verify", str(two), str(one)).exit_code == 0
    assert ann.types("audit", "verify", str(one), "shop").exit_code == 0
    two.write_text("".join(lines[2:]).replace("web1", "web9"))
    assert ann.types("audit", "verify", str(one), str(two)).exit_code == 1
    assert ann.types("audit", "verify", str(two), "shop").exit_code == 1


def test_an_old_export_still_verifies(ann: Operator, export: Path) -> None:
    """Lines were once written with all their keys in one order."""
    text = export.read_text()
    entries = [from_line(line) for line in text.splitlines()]
    old = [
        canonical({"seq": e.seq, "at": e.at, "prev": e.prev, "hash": e.hash, **e.facts})
        for e in entries
    ]
    export.write_text("\n".join(old) + "\n")
    assert export.read_text() != text
    assert [from_line(line) for line in old] == entries
    assert ann.types("audit", "verify", str(export), "--head", entries[-1].hash).exit_code == 0


def test_anchors_are_listed(ann: Operator, place: FakeAnchors) -> None:
    """Number, hash and place of each; 69 where etcd is out of reach, and no Redis is asked."""
    ann.world.ledger.break_down()
    seen = ann.types("audit", "anchors", "shop")
    assert (seen.exit_code, "memory" in seen.stdout) == (0, True)
    found = json.loads(ann.types("audit", "anchors", "shop", "--json").stdout)
    assert (found["complete"], len(found["anchors"])) == (True, 1)
    place.away = "no leader"
    assert ann.types("audit", "anchors", "shop").exit_code == 69


def test_two_clusters_and_a_file_are_a_wrong_call(ann: Operator, export: Path) -> None:
    """A file is an export of one cluster."""
    assert ann.types("audit", "verify", str(export), "shop", "shop").exit_code == 2
    assert ann.types("audit", "verify", "nosuch").exit_code == 2
