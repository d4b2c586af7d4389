"""The mutants themselves: patches with a header, each of which still applies to the product."""

import subprocess

import pytest

from deploy.lab.mutation.mutant import Mutant, mutant, mutants_in
from deploy.lab.mutation.run import MUTANTS
from tests.parts import ROOT, require

THERE = mutants_in(MUTANTS)
DIFF = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-1\n+2\n"
HEADER = "# breaks: One is two.\n# costs: Every sum.\n# look first: tests/unit tests/contract\n"


def test_there_are_many_and_no_two_are_called_alike() -> None:
    """At least fifteen mutants, each with a name and a number of its own."""
    names = [one.name for one in THERE]
    numbers = [file.name[:3] for file in MUTANTS.glob("*.patch")]
    assert len(names) >= 15
    assert len(set(names)) == len(set(numbers)) == len(names)


@pytest.mark.parametrize("one", THERE, ids=lambda one: one.name)
def test_every_mutant_applies_and_says_what_it_costs(one: Mutant) -> None:
    """The product is still what the patch breaks. If not: renew the patch in deploy/lab/mutants."""
    command = [str(require("git")), "apply", "--check", "-"]
    done = subprocess.run(command, cwd=ROOT, input=one.patch, capture_output=True, text=True)
    assert done.returncode == 0, f"renew {one.name}: {done.stderr}"
    assert one.breaks.endswith(".")
    assert one.costs.endswith(".")


@pytest.mark.parametrize("one", THERE, ids=lambda one: one.name)
def test_no_mutant_touches_a_test_or_the_lab(one: Mutant) -> None:
    """What is broken is the product; and where to look first is there."""
    broken = [line[6:] for line in one.patch.splitlines() if line.startswith("+++ b/")]
    assert broken
    assert not [name for name in broken if name.startswith(("tests/", "deploy/lab/"))]
    for place in one.look_first:
        file, _, test = place.partition("::")
        assert (ROOT / file).exists()
        assert not test or f"def {test}(" in (ROOT / file).read_text()


def test_a_header_is_read() -> None:
    """Name, what breaks, what it costs, where to look first, and git's own part."""
    assert mutant("007-one-is-two.patch", HEADER + DIFF) == Mutant(
        name="one-is-two",
        breaks="One is two.",
        costs="Every sum.",
        look_first=("tests/unit", "tests/contract"),
        patch=DIFF,
    )


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("one-is-two.patch", HEADER + DIFF, "call it 001-"),
        ("007-One.patch", HEADER + DIFF, "call it 001-"),
        ("007-one.patch", HEADER.replace("# costs: Every sum.\n", "") + DIFF, "'# costs: …'"),
        ("007-one.patch", HEADER.replace("One is two.", "") + DIFF, "'# breaks: …'"),
        ("007-one.patch", DIFF + HEADER, "'# breaks: …'"),
        ("007-one.patch", HEADER, "no diff"),
    ],
)
def test_what_is_no_mutant_is_named(file: str, text: str, says: str) -> None:
    """A patch that lacks something says what to write."""
    with pytest.raises(ValueError, match=says) as error:
        mutant(file, text)
    assert str(error.value).startswith(file)
