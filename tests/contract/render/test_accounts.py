"""Accounts and folders are made by systemd's own programs, in a root of their own."""

from __future__ import annotations

import shutil
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from deploy.blueprint import Blueprint
from tests import parts


def _made(blueprint: Blueprint, root: Path) -> dict[str, list[str]]:
    """Accounts by name, as /etc/passwd of that root has them then."""
    parts.require_root()
    for name in ("passwd", "group"):
        (root / "etc").mkdir(parents=True, exist_ok=True)
        shutil.copy(f"/etc/{name}", root / "etc" / name)
    lines = (root / "etc/passwd").read_text().splitlines()
    known = ("pgbaton:", "deploy:")
    (root / "etc/passwd").write_text("".join(f"{x}\n" for x in lines if not x.startswith(known)))
    for path, program in (
        ("/etc/sysusers.d/pgbaton.conf", ["systemd-sysusers"]),
        ("/etc/tmpfiles.d/pgbaton.conf", ["systemd-tmpfiles", "--create"]),
    ):
        text = next((f.text for f in blueprint.files if f.path == path), None)
        if text is not None:
            config = root / Path(path).name
            config.write_text(text)
            _run(*program, f"--root={root}", str(config))
    lines = (root / "etc/passwd").read_text().splitlines()
    return {fields[0]: fields[1:] for fields in (line.split(":") for line in lines)}


def _run(*command: str) -> None:
    program = shutil.which(command[0])
    if program is None:  # nothing else here needs systemd, so ./dev does not bring it
        pytest.skip(f"no {command[0]} on this machine")
    done = subprocess.run([program, *command[1:]], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr


def test_pgbaton_s_own_account_cannot_log_in(
    blueprints: Mapping[str, Blueprint], tmp_path: Path
) -> None:
    """No shell; its state is its own, and its secrets are root's."""
    account = _made(blueprints["control"], tmp_path)["pgbaton"]
    assert account[4:] == ["/var/lib/pgbaton", "/usr/sbin/nologin"]
    state = (tmp_path / "var/lib/pgbaton").stat()
    assert (state.st_uid, stat.S_IMODE(state.st_mode)) == (int(account[1]), 0o750)
    secrets = (tmp_path / "etc/pgbaton/secrets").stat()
    assert (secrets.st_uid, stat.S_IMODE(secrets.st_mode)) == (0, 0o700)


def test_workers_log_in_to_a_home_of_root_s(
    blueprints: Mapping[str, Blueprint], tmp_path: Path
) -> None:
    """A shell, for commands need one; and nothing of its own that would run at a login."""
    account = _made(blueprints["web1"], tmp_path)["deploy"]
    assert account[4:] == ["/var/lib/pgbaton-login", "/bin/sh"]
    home = (tmp_path / "var/lib/pgbaton-login").stat()
    assert (home.st_uid, stat.S_IMODE(home.st_mode)) == (0, 0o755)
