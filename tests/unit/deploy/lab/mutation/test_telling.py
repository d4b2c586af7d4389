"""What is said of a hunt, remembered of it, and asked in which order."""

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from deploy.lab.mutation.course import NEVER, OF_MUTANTS, course
from deploy.lab.mutation.memory import recall
from deploy.lab.mutation.mutant import Mutant, mutants_in
from deploy.lab.mutation.outcome import Caught, Result, Survived, Unfit
from deploy.lab.mutation.run import MUTANTS, chosen
from deploy.lab.mutation.telling import line_of, show, write
from tests.parts import ROOT


def broken(name: str, patch: str = "diff --git …") -> Mutant:
    return Mutant(
        name=name, breaks="It is.", costs="Much.", look_first=("tests/unit/a",), patch=patch
    )


RESULTS = [
    Result(mutant=broken("one"), outcome=Caught(by="tests/unit/a/test_b.py::test_c[1|2]")),
    Result(mutant=broken("two"), outcome=Survived()),
    Result(mutant=broken("three"), outcome=Unfit(reason="no", remedy="renew the patch")),
]


def test_a_report_names_who_caught_each(tmp_path: Path) -> None:
    """JSON: `mutants`, each with name and caught_by; null where nobody did."""
    write(tmp_path / "report.json", RESULTS)
    told = json.loads((tmp_path / "report.json").read_text())["mutants"]
    assert [(one["name"], one["caught_by"]) for one in told] == [
        ("one", "tests/unit/a/test_b.py::test_c[1|2]"),
        ("two", None),
        ("three", None),
    ]
    assert "renew the patch" in told[2]["said"]


def test_a_page_keeps_its_table_whole(tmp_path: Path) -> None:
    """A file that ends in .md gets a table whose cells no name can break."""
    write(tmp_path / "mutants.md", RESULTS)
    rows = [one for one in (tmp_path / "mutants.md").read_text().splitlines() if one[:2] == "| "]
    assert [row.replace(r"\|", "").count("|") for row in rows] == [4, 4, 4, 4]
    assert "SURVIVED" in rows[2]


def test_the_terminal_counts_the_caught() -> None:
    """Survivors are shown, and do not count; a test's brackets are no markup."""
    text = StringIO()
    show(RESULTS, Console(file=text, width=200))
    assert "SURVIVED" in text.getvalue()
    assert "1 of 3 mutants caught" in text.getvalue()
    assert "test_c[1|2]" in text.getvalue()
    assert str(line_of(RESULTS[0])) == "one: caught by tests/unit/a/test_b.py::test_c[1|2]"


def test_the_page_in_docs_tells_of_every_mutant() -> None:
    """docs/mutants.md is renewed with the mutants: ./dev drill --mutants --report docs/mutants.md."""
    page = (ROOT / "docs/mutants.md").read_text()
    for one in mutants_in(MUTANTS):
        assert f"| {one.name} | {one.breaks} {one.costs} | `tests/" in page


def test_what_was_caught_is_remembered_for_this_very_tree(tmp_path: Path) -> None:
    """A second run asks nobody again, unless patch or checkout changed."""
    file = tmp_path / "kept" / "mutants.json"
    memory = recall(file, tree="tree")
    memory.note(broken("one"), "a test")
    memory.note(broken("two", patch="diff --git two"), "an ill test")
    memory.note_sound({"a test"}, but={"an ill test"})
    again = recall(file, tree="tree")
    assert (again.by(broken("one")), again.sound) == ("a test", {"a test"})
    assert again.by(broken("one", patch="diff --git another")) is None
    assert again.by(broken("two", patch="diff --git two")) is None
    other = recall(file, tree="another tree")
    assert (other.by(broken("one")), other.sound) == (None, set())


def test_a_file_cut_short_is_no_memory(tmp_path: Path) -> None:
    """Whoever was killed while writing costs a run from the beginning, and no error."""
    (tmp_path / "mutants.json").write_text('{"tree": "tr')
    assert recall(tmp_path / "mutants.json", tree="tree").caught == {}


def test_hints_are_asked_first_then_everybody() -> None:
    """Tests of time and of labs only where a mutant names them; those of the mutants themselves never."""
    asked = [(one.where, one.but) for one in course(broken("one"))]
    assert asked == [
        (("tests/unit/a",), OF_MUTANTS),
        (("tests/unit",), NEVER),
        (("tests/contract",), NEVER),
    ]


def test_only_mutants_that_there_are_can_be_chosen() -> None:
    """A name that nobody has is refused with those that there are; none means all."""
    there = [broken("one"), broken("two")]
    assert chosen(there, []) == there
    assert chosen(there, ["two"]) == there[1:]
    with pytest.raises(ValueError, match="no mutant three; there is: one, two"):
        chosen(there, ["one", "three"])
