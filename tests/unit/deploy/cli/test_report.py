import json
import re
from pathlib import Path

import pytest

from jobs.audit import to_line
from jobs.ports import LedgerUnavailable
from jobs.remote import HostFailure
from tests import tale
from tests.unit.deploy.cli.desk import Operator


@pytest.fixture
def failed_over(ann: Operator) -> Operator:
    """pg1 led, then pg2: two incidents, both concluded."""
    ann.world.settle()
    ann.world.clock.pass_by(60)
    ann.world.fail_over("pg2")
    ann.world.ledger.call("shop")
    ann.world.clock.pass_by(1)
    ann.world.work()
    return ann


def test_both_files_are_written_and_named(failed_over: Operator) -> None:
    """The report lies in the folder as Markdown and as HTML, and the command prints where."""
    seen = failed_over.types("report", "shop-2", "--output", str(failed_over.folder))
    paths = [failed_over.folder / "shop-2.md", failed_over.folder / "shop-2.html"]
    assert seen.exit_code == 0, seen.stderr
    assert seen.stdout.splitlines() == [str(path) for path in paths]
    assert paths[0].read_text().startswith("# Post-mortem of shop-2: pg1 to pg2\n")
    assert paths[1].read_text().startswith("<!doctype html>\n")
    assert {p.name for p in failed_over.folder.iterdir()} == {"shop-2.md", "shop-2.html"}


def test_the_current_folder_is_the_default(
    failed_over: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without --output the files lie where one stands."""
    monkeypatch.chdir(failed_over.folder)
    seen = failed_over.types("report", "shop-2", "--format", "md")
    assert (seen.exit_code, seen.stdout) == (0, "shop-2.md\n")
    assert (failed_over.folder / "shop-2.md").is_file()


def test_output_may_name_one_file(failed_over: Operator) -> None:
    """A file's ending says its format; nothing else is written."""
    path = failed_over.folder / "night.html"
    seen = failed_over.types("report", "shop-2", "--output", str(path))
    assert (seen.exit_code, seen.stdout) == (0, f"{path}\n")
    assert list(failed_over.folder.iterdir()) == [path]


def test_what_people_wrote_stays(failed_over: Operator) -> None:
    """A second report replaces the first; one that was edited it leaves alone, and writes neither."""
    command = ("report", "shop-2", "--output", str(failed_over.folder))
    failed_over.types(*command)
    assert failed_over.types(*command).exit_code == 0
    path = failed_over.folder / "shop-2.html"
    before = (failed_over.folder / "shop-2.md").read_bytes()
    path.write_text(path.read_text().replace("What went well", "Everybody was awake"))
    failed_over.world.clock.pass_by(60)
    seen = failed_over.types(*command)
    assert seen.exit_code == 1
    assert seen.stderr.splitlines() == [
        f"pgbaton: {path} was edited since pgbaton wrote it, or is none of its files",
        "  name another place with --output, or --force to lose what was written into it",
    ]
    assert "Everybody was awake" in path.read_text()
    assert (failed_over.folder / "shop-2.md").read_bytes() == before
    assert failed_over.types(*command, "--force").exit_code == 0
    assert "Everybody was awake" not in path.read_text()


def test_a_file_of_somebody_else_stays(failed_over: Operator) -> None:
    """What pgbaton did not write, bytes that are no text included, is never replaced."""
    path = failed_over.folder / "shop-2.md"
    path.write_bytes(b"\xff\xfe mine")
    seen = failed_over.types("report", "shop-2", "--output", str(failed_over.folder))
    assert seen.exit_code == 1
    assert path.read_bytes() == b"\xff\xfe mine"


@pytest.mark.parametrize("name", ["shop-99", "nobody-1", "../etc/passwd-1", "", "shop"])
def test_an_unknown_incident_is_two_lines(failed_over: Operator, name: str) -> None:
    """The first line says what is wrong, the second what to do; nothing is written."""
    seen = failed_over.types("report", name, "--output", str(failed_over.folder))
    assert seen.exit_code == 2
    assert seen.stderr.splitlines() == [
        f"pgbaton: no incident is called {name!r}",
        "  pgbaton incidents names them",
    ]
    assert list(failed_over.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--format", "pdf"), "there is no format 'pdf'"),
        (("--format", ","), "no format is named"),
        (("--format", "md", "--output", "x.html"), "x.html would be html, and --format says md"),
    ],
)
def test_a_format_that_is_none(failed_over: Operator, words: tuple[str, ...], reason: str) -> None:
    """A wrong format is refused with those that exist."""
    seen = failed_over.types("report", "shop-2", *words)
    assert seen.exit_code == 2
    assert seen.stderr.splitlines()[0] == f"pgbaton: {reason}"
    assert len(seen.stderr.splitlines()) == 2


def test_a_place_that_cannot_be_written(failed_over: Operator) -> None:
    """A folder below a file, or below nothing, is named together with what to do."""
    (failed_over.folder / "file").write_text("")
    for place in ("file/reports", "not/there"):
        where = failed_over.folder / place
        seen = failed_over.types("report", "shop-2", "--output", str(where))
        assert seen.exit_code == 69
        assert seen.stderr.splitlines()[0].startswith(f"pgbaton: cannot write {where}: ")
        assert (
            seen.stderr.splitlines()[1] == "  name a folder that you may write into, with --output"
        )


def test_it_works_from_an_export_alone(failed_over: Operator) -> None:
    """With a file, Redis is not asked, and the report is the same but for its anchors."""
    export = failed_over.folder / "trail.jsonl"
    first = failed_over.types(
        "report", "shop-2", "--output", str(failed_over.folder), "--export", str(export)
    )
    assert first.exit_code == 0
    entries = [json.loads(line) for line in export.read_text().splitlines()]
    assert entries[0]["seq"] == 1
    failed_over.world.ledger.unavailable = LedgerUnavailable("Redis is gone", "start it")
    folder = failed_over.folder / "again"
    seen = failed_over.types("report", "shop-2", "--output", str(folder), "--from", str(export))
    assert seen.exit_code == 0, seen.stderr
    assert text(folder / "shop-2.md") == text(failed_over.folder / "shop-2.md")


def text(path: Path) -> str:
    """A report without its seal."""
    return re.sub(r"<!-- pgbaton report.*", "", path.read_text())


def test_an_export_of_a_cluster_that_the_inventory_does_not_know(ann: Operator) -> None:
    """An auditor has the file, not the installation."""
    told = tale.failover()
    export = ann.folder / "trail.jsonl"
    lines = (to_line(e).replace("shop-7", "blog-7") for e in told.entries)
    export.write_text("\n".join(lines) + "\n")
    seen = ann.types("report", "blog-7", "--from", str(export), "--output", str(ann.folder))
    assert seen.exit_code == 0, seen.stderr
    assert "THE TRAIL IS BROKEN" in (ann.folder / "blog-7.md").read_text()


@pytest.mark.parametrize("content", [None, "no json\n", '{"seq": 1}\n'])
def test_an_export_that_is_none(ann: Operator, content: str | None) -> None:
    """A file that is not there, or is no trail, is named."""
    export = ann.folder / "trail.jsonl"
    if content is not None:
        export.write_text(content)
    seen = ann.types("report", "shop-2", "--from", str(export), "--output", str(ann.folder))
    assert seen.exit_code in {1, 2}
    assert str(export) in seen.stderr.splitlines()[0]
    assert len(seen.stderr.splitlines()) == 2


def test_redis_away_is_a_fault(failed_over: Operator) -> None:
    """Without Redis and without a file there is no report, and no half of one."""
    failed_over.world.ledger.unavailable = LedgerUnavailable("Redis is gone", "start it")
    seen = failed_over.types("report", "shop-2", "--output", str(failed_over.folder))
    assert seen.exit_code == 69
    assert list(failed_over.folder.iterdir()) == []


def test_an_open_incident_has_a_report(ann: Operator) -> None:
    """What is not over is told up to now, with the host that is left and what would help."""
    ann.world.hosts.at("10.0.1.2").down = HostFailure(
        kind="unreachable", reason="web2 does not answer", remedy="look whether it runs"
    )
    ann.world.ledger.call("shop")
    ann.world.work()
    ann.types("report", "shop-1", "--output", str(ann.folder))
    written = (ann.folder / "shop-1.md").read_text()
    assert "web2 does not answer. look whether it runs" in written
    assert "The incident is still open" in written


def test_anchors_that_nobody_could_ask_are_said(failed_over: Operator) -> None:
    """A report over a trail whose anchors are out of reach says so."""
    failed_over.desk.anchors["shop"].away = "etcd has no quorum"  # type: ignore[attr-defined]
    failed_over.types("report", "shop-2", "--output", str(failed_over.folder))
    assert (
        "etcd could not be asked: etcd has no quorum"
        in (failed_over.folder / "shop-2.md").read_text()
    )
