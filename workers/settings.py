"""What every process starts from: the inventory and the secrets, or all that is wrong with them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from jobs.inventory import BadInventory, Inventory, load_inventory
from jobs.signatures import secret_bytes
from workers.secrets import Secrets, SecretUnreadableError

VARIABLE = "PGBATON_INVENTORY"
DEFAULT = Path("/etc/pgbaton/inventory.toml")
EX_CONFIG = 78
"""The exit code of sysexits.h for a configuration that cannot be used; systemd shows it by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """An inventory that passed every check, and where its secrets are."""

    inventory: Inventory
    secrets: Secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class BadSettings:
    """All that is wrong at once, one line each, with the file it concerns."""

    mistakes: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.mistakes)


def read_settings(environ: Mapping[str, str]) -> Settings | BadSettings:
    """Read the inventory that PGBATON_INVENTORY names."""
    path = Path(environ.get(VARIABLE) or DEFAULT)
    try:
        inventory = load_inventory(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "is not UTF-8"
        return BadSettings(mistakes=(f"{path}: {why}; name the inventory in {VARIABLE}",))
    if isinstance(inventory, BadInventory):
        return BadSettings(mistakes=tuple(f"{path}: {one}" for one in inventory.mistakes))
    return Settings(inventory=inventory, secrets=Secrets(environ))


def settings_or_exit(environ: Mapping[str, str]) -> Settings:
    """For a process that cannot start without: mistakes to stderr, exit code 78."""
    settings = read_settings(environ)
    if isinstance(settings, BadSettings):
        give_up(settings)
    return settings


def give_up(bad: BadSettings) -> NoReturn:
    """Say all that is wrong and end the process."""
    sys.stderr.write(f"{bad}\n")
    raise SystemExit(EX_CONFIG)


def hmac_secrets(settings: Settings) -> Mapping[str, tuple[bytes, ...]] | BadSettings:
    """The shared secrets of every sender with `hmac = true`, raw; all mistakes at once."""
    senders = [name for name, sender in settings.inventory.senders.items() if sender.hmac]
    mistakes = tuple(line for name in senders for line in _mistakes(settings.secrets, name))
    if mistakes:
        return BadSettings(mistakes=mistakes)
    return {
        name: tuple(map(secret_bytes, settings.secrets.words(f"sender-{name}"))) for name in senders
    }


def _mistakes(secrets: Secrets, sender: str) -> Iterator[str]:
    name = f"sender-{sender}"
    try:
        words = secrets.words(name)
    except SecretUnreadableError as error:
        yield str(error)
        return
    if not words:
        variable = secrets.variable(name)
        yield f"senders.{sender}: hmac = true needs the secret {name} ({variable}, or a credential)"
    for word in words:
        try:
            secret_bytes(word)
        except ValueError as error:
            yield f"secret {name}: {error}"
