"""Where an operator sits the secrets lie in the folder of keys: without it a check would miss them all there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from workers.secrets import Secrets


def seated(environ: Mapping[str, str], inventory: Path) -> Mapping[str, str]:
    """The environment with every secret of the keyring that it does not hold itself, as a file; the
    same one where there is no keyring beside the inventory."""
    folder = keyring_of(environ, inventory)
    if folder is None:
        return environ
    found = {Secrets.variable(name): path for name, path in _kept(folder)}
    held = {variable.removesuffix("_FILE") for variable in environ}
    files = {f"{v}_FILE": str(p) for v, p in found.items() if v not in held}
    ssh = Secrets.variable("ssh-key")
    key = folder / "ssh" / "worker"
    named = {ssh: str(key)} if ssh not in held and key.is_file() else {}
    return {**environ, **files, **named}


def keyring_of(environ: Mapping[str, str], inventory: Path) -> Path | None:
    """The folder of keys that belongs to this inventory, where there is one."""
    folder = Path(environ.get("PGBATON_KEYS") or inventory.parent / "keys")
    return folder if (folder / "ca.pem").is_file() else None


def _kept(folder: Path) -> Iterator[tuple[str, Path]]:
    yield from ((file.name, file) for file in sorted((folder / "secrets").glob("*")))
    yield from ((file.name, file) for file in sorted((folder / "senders").glob("sender-key-*")))
