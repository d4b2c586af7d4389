"""What a new Linode was told at its first boot: its name, its host key, and who may log in to push."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from deploy.keyring import Keyring
from deploy.lab import layout


def lay_newborn(disk: Path, name: str, keyring: Keyring | None) -> None:
    """Put it on a machine's disk before it boots; without a keyring nobody may log in."""
    write(disk / "etc/hostname", f"{name}\n")
    write(disk / "etc/hosts", layout.hosts_file(name))
    write(disk / "etc/machine-id", f"{uuid4().hex}\n", mode=0o444)
    if keyring is None:
        return
    host_key = keyring.host_key(name)
    write(disk / "etc/ssh/ssh_host_ed25519_key", host_key.private, mode=0o600)
    write(disk / "etc/ssh/ssh_host_ed25519_key.pub", host_key.public + "\n")
    (disk / "root").mkdir(mode=0o700)
    write(disk / "root/.ssh/authorized_keys", keyring.ssh("push").public + "\n", mode=0o600)


def write(path: Path, text: str, *, mode: int = 0o644) -> None:
    """A file of root's, its folders made as they are on any Debian."""
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    path.touch(mode=mode)
    path.chmod(mode)
    path.write_text(text)
