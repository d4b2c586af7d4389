"""Keys for an inventory that cannot be loaded without them: senders and hosts need their public halves."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from pathlib import Path

import tomlkit

from deploy.keyring.halves import Half, halves, pending
from deploy.keyring.keyring import Keyring
from deploy.keyring.make import made
from deploy.keyring.opening import opened
from deploy.keyring.wanted import wanted
from deploy.keyring.writing import with_halves
from jobs.inventory import BadInventory, Inventory, load_inventory


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """What was made, and which public halves the text `before` lacked."""

    made: tuple[str, ...]
    lacked: tuple[Half, ...]
    before: str

    @property
    def text(self) -> str:
        """The text with them in it. Raises CannotWriteError where it is laid out too strangely."""
        return with_halves(self.before, self.lacked)


def complete(text: str, folder: Path, now: dt.datetime) -> Completed | BadInventory:
    """Make every key that an inventory's text asks for, and put the public halves into the text.

    The text may lack `senders.X.keys`, whole senders, and `hosts.X.host_keys`; nothing else.
    Writes into the folder alone. Raises CannotPlace, UnsafeFolderError, NoAuthorityError, OSError.
    """
    inventory = read(text)
    if isinstance(inventory, BadInventory):
        return inventory
    asked = wanted(inventory)
    with opened(folder) as vault:
        names = made(asked, vault, now)
    lacked = tuple(halves(inventory, asked, Keyring(folder)))
    return Completed(made=names, lacked=lacked, before=text)


def read(text: str) -> Inventory | BadInventory:
    """The inventory of a text that may lack public halves, for which stand-ins are in their places, and
    the addresses of NodeBalancers that are still to be provisioned."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return load_inventory(text)
    return load_inventory(tomlkit.dumps(pending(raw)), ahead=True)
