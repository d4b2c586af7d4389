"""A shop machine's own accounts: the real machine's are never touched, its hashes never copied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SUDOERS = "{user} ALL=(ALL:ALL) NOPASSWD: ALL\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user with a group of the same name and number, and no password."""

    name: str
    number: int
    home: str
    login: str


def account_files(
    folder: Path, accounts: tuple[Account, ...], *, sudoer: str, etc: Path = Path("/etc")
) -> Mapping[str, Path]:
    """Write passwd, group, shadow and sudoers.d into `folder`; return what lies over what.

    `*` in shadow means: no password fits, yet the account is not locked, so keys do.
    """
    passwd = (etc / "passwd").read_text() + "".join(map(_passwd_line, accounts))
    group = (etc / "group").read_text() + "".join(f"{a.name}:x:{a.number}:\n" for a in accounts)
    names = [line.split(":")[0] for line in passwd.splitlines() if ":" in line]
    shadow = "".join(f"{name}:*:19000:0:99999:7:::\n" for name in names)
    return {
        "/etc/passwd": _file(folder / "passwd", passwd, mode=0o644),
        "/etc/group": _file(folder / "group", group, mode=0o644),
        "/etc/shadow": _file(folder / "shadow", shadow, mode=0o600),
        "/etc/sudoers.d": _sudoers(folder / "sudoers.d", sudoer),
    }


def _passwd_line(account: Account) -> str:
    number = account.number
    return f"{account.name}:x:{number}:{number}::{account.home}:{account.login}\n"


def _sudoers(folder: Path, user: str) -> Path:
    folder.mkdir(mode=0o755, exist_ok=True)
    _file(folder / user, SUDOERS.format(user=user), mode=0o440)
    return folder


def _file(path: Path, text: str, *, mode: int) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path
