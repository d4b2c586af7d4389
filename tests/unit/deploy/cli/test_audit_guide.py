"""docs/audit.md tells auditors how to check a trail without pgbaton: its lines must do that."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.deploy.cli.desk import Operator

GUIDE = Path(__file__).parents[4] / "docs" / "audit.md"


@pytest.fixture
def program() -> str:
    """The lines between the shell's marks."""
    begun = GUIDE.read_text().partition("<<'EOF'\n")[2]
    return "\n".join(line[4:] for line in begun.partition("\n    EOF")[0].splitlines())


@pytest.mark.parametrize("harm", [False, True])
def test_the_guides_program_checks_an_export(ann: Operator, program: str, *, harm: bool) -> None:
    """A true export gives its head; a changed one ends with the entry that does not fit."""
    ann.world.settle()
    file = ann.folder / "trail.jsonl"
    assert ann.types("audit", "export", "shop", str(file)).exit_code == 0
    if harm:
        file.write_text(file.read_text().replace("web1", "web9", 1))
    ran = subprocess.run(
        [sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=False
    )
    assert (ran.returncode == 0) is not harm, ran.stderr
    assert ann.world.ledger.head("shop").hash in ran.stdout or "does not fit" in ran.stderr
