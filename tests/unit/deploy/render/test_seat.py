"""The command that operators type on pgbaton's own machines: it finds inventory and secrets by itself."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from deploy.blueprint import Blueprint
from deploy.render.machine.processes import INVENTORY, PROGRAMS, SECRETS
from deploy.render.machine.seat import COMMAND


def ran(text: str, **environ: str) -> dict[str, str]:
    """What the program would see, if it were `env`."""
    script = text.replace(f"{PROGRAMS}/pgbaton", "/usr/bin/env")
    seen = subprocess.run(
        ["/bin/sh", "-c", script], env=environ, capture_output=True, text=True, check=True
    )
    return dict(line.partition("=")[::2] for line in seen.stdout.splitlines())


def test_it_finds_what_lies_on_the_machine(blueprints: Mapping[str, Blueprint]) -> None:
    """The inventory and the secrets of its processes; the SSH key only where workers have one."""
    [file] = [one for one in blueprints["control"].files if one.path == COMMAND]
    assert (file.mode, file.secret) == (0o755, False)
    seen = ran(file.text)
    assert seen["PGBATON_INVENTORY"] == INVENTORY
    assert seen["CREDENTIALS_DIRECTORY"] == SECRETS
    assert "PGBATON_SSH_KEY" not in seen


def test_what_the_operator_says_wins(blueprints: Mapping[str, Blueprint], tmp_path: Path) -> None:
    """Another inventory, other secrets; and a key that lies among them is used."""
    [file] = [one for one in blueprints["control"].files if one.path == COMMAND]
    (tmp_path / "ssh-key").write_text("x")
    seen = ran(file.text, PGBATON_INVENTORY="/else", CREDENTIALS_DIRECTORY=str(tmp_path))
    assert seen["PGBATON_INVENTORY"] == "/else"
    assert seen["PGBATON_SSH_KEY"] == str(tmp_path / "ssh-key")


def test_it_is_nowhere_else(blueprints: Mapping[str, Blueprint]) -> None:
    """A database machine holds no secret that it could use."""
    there = [n for n, one in blueprints.items() if COMMAND in {f.path for f in one.files}]
    assert there == ["control"]
