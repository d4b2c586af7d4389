import importlib
import subprocess
import sys
from io import StringIO

import click
import pytest
from click.testing import CliRunner
from rich.console import Console

from deploy.cli import main
from deploy.cli.command import DOORS
from deploy.cli.exits import MEANINGS, Exit
from deploy.cli.moments import earlier, later
from deploy.cli.voice import TerminalVoice
from tests.parts import ROOT


@pytest.mark.parametrize("name", DOORS)
def test_every_door_opens(name: str) -> None:
    """Each command is where the root says, bears that name, and its help is the root's."""
    module, _, attribute = DOORS[name][0].partition(":")
    command = getattr(importlib.import_module(module), attribute)
    assert (command.name, command.short_help) == (name, DOORS[name][1])
    assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0


def test_help_loads_no_library() -> None:
    """`pgbaton --help` is quick because nothing but click is loaded for it."""
    code = (
        "import sys; from deploy.cli import main; main(['--help'], standalone_mode=False); "
        "print(sorted({m.partition('.')[0] for m in sys.modules} & {'rich', 'redis', 'rq', 'paramiko', "
        "'pydantic', 'structlog', 'jobs', 'workers'}))"
    )
    seen = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert seen.stdout.splitlines()[-1] == "[]"


def test_exit_codes_are_documented() -> None:
    """Help and docs/cli.md name every exit code there is."""
    told = CliRunner().invoke(main, ["--help"]).output
    page = (ROOT / "docs" / "cli.md").read_text()
    for code in Exit:
        assert f"{int(code):>2}  {MEANINGS[code]}" in told
        assert f"| {int(code)} |" in page


def test_every_command_is_documented() -> None:
    """docs/cli.md has every command."""
    page = (ROOT / "docs" / "cli.md").read_text()
    assert [name for name in DOORS if f"`pgbaton {name}" not in page] == []


def test_a_missing_inventory_is_two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an inventory every command says which file it missed; exit code 78."""
    monkeypatch.setenv("PGBATON_INVENTORY", "/nowhere/inventory.toml")
    for words in (["verify", "shop"], ["incidents"], ["worker"], ["clock"]):
        seen = CliRunner().invoke(main, words)
        assert seen.exit_code == 78
        assert "/nowhere/inventory.toml: No such file" in seen.stderr
        assert "Traceback" not in seen.output


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_terminal_wraps_between_words(width: int) -> None:
    """No line is wider than the terminal, and a column keeps its indent."""
    out = StringIO()
    speak = TerminalVoice(Console(file=out, width=width, force_terminal=True, color_system=None))
    speak.toned([("bad", ("10:00:00.000", "web2 does not follow yet " * 8))])
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert all(line.startswith(" " * 14) for line in lines[1:])
    assert all(line.split()[-1] in {"web2", "does", "not", "follow", "yet"} for line in lines)


def test_spans_and_times() -> None:
    """Spans count from now; times with a zone mean that zone, without one the local one."""
    assert later("1h30m", now=1000) == 6400
    assert earlier("2d", now=200_000) == 27_200
    assert later("2026-11-23T04:00:00Z", now=0) == 1795406400
    for bad in ("", "h", "1x", "30 m m", "tomorrow"):
        with pytest.raises(ValueError, match="write 30m"):
            later(bad, now=0)


def test_who_is_behind_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    """The person who called sudo is named, not root."""
    from deploy.cli.equipped import EquippedDesk

    assert EquippedDesk({"SUDO_USER": "dba"}).by == "dba"
    monkeypatch.setenv("LOGNAME", "root")
    assert EquippedDesk({}).by == "root"


def test_a_bug_is_not_hidden() -> None:
    """Only what the hands report becomes two lines; anything else shows itself."""
    from deploy.cli.lazy import told_as_faults

    with pytest.raises(ZeroDivisionError), told_as_faults():
        raise ZeroDivisionError
    with pytest.raises(click.Abort), told_as_faults():
        raise click.Abort
