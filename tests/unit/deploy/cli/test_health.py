import pytest

from deploy.cli.exits import Exit
from deploy.cli.health import CODES
from deploy.cli.table import say_table, to_document
from deploy.cli.voice import PlainVoice
from deploy.doctor.evidence import Unseen
from deploy.doctor.finding import error, note, warning
from deploy.doctor.report import Colour, not_seen, report
from tests.unit.deploy.cli.desk import Operator

GOOD = report(
    "redis", ["AOF always", "2 MB used"], [note("alone", "it has no replica", "so it is")]
)
SHAKY = report(
    "clocks", ["3 compared"], [warning("clock", "pg1 is 9 s behind us", "its log lies", "mend it")]
)
BAD = report("etcd main", (), [error("down", "no quorum", "nobody can write", "start them")])
DARK = report("slack", (), [not_seen("Slack", Unseen(reason="no token", remedy="put it there"))])


def told(capsys: pytest.CaptureFixture[str], *, everything: bool = False) -> list[str]:
    say_table(PlainVoice(), [GOOD, SHAKY, BAD, DARK], took=1.25, everything=everything)
    return capsys.readouterr().out.splitlines()


def test_the_worst_stands_first_and_the_good_is_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What, why and mend of each that is not green; of what was not seen no why; notes are kept back."""
    assert told(capsys) == [
        "red    etcd main",
        "  red    no quorum",
        "         nobody can write",
        "      →  start them",
        "",
        "amber  clocks",
        "  amber  pg1 is 9 s behind us",
        "         its log lies",
        "      →  mend it",
        "",
        "amber  slack",
        "  amber  Slack not seen: no token",
        "      →  put it there",
        "",
        "green  redis  AOF always",
        "",
        "4 subjects in 1.2 s: 1 red, 2 amber, 1 green",
    ]


def test_all_shows_what_is_good_and_each_note(capsys: pytest.CaptureFixture[str]) -> None:
    """Of every subject, the green ones too."""
    lines = told(capsys, everything=True)
    assert lines[-7:-2] == [
        "       AOF always",
        "       2 MB used",
        "  note   it has no replica",
        "         so it is",
        "",
    ]
    assert "       3 compared" in lines


def test_the_exit_code_tells_amber_from_red() -> None:
    """0 green, 6 amber, 1 red."""
    assert CODES == {Colour.GREEN: Exit.YES, Colour.AMBER: 6, Colour.RED: Exit.NO}


def test_the_document_keeps_the_order() -> None:
    """And has each finding whole."""
    document = to_document([GOOD, BAD], took=1.0)
    assert (document["colour"], [s["subject"] for s in document["subjects"]]) == (
        "red",
        ["redis", "etcd main"],
    )
    assert document["subjects"][1]["findings"] == [
        {
            "colour": "red",
            "severity": "error",
            "name": "down",
            "what": "no quorum",
            "why": "nobody can write",
            "remedy": "start them",
        }
    ]


def test_a_machine_that_looks_must_be_one(ann: Operator) -> None:
    """A name that nobody has is a wrong call; one that no key of ours opens is 69, and says why."""
    seen = ann.types("doctor", "--at", "nowhere")
    assert (seen.exit_code, seen.stdout) == (2, "")
    assert "no machine is called 'nowhere'" in seen.stderr
    seen = ann.types("doctor", "--at", "web1")
    assert seen.exit_code == 69
    assert "web1 cannot look: no keys folder is here" in seen.stderr
