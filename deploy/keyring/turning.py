"""Keys that rotate in three steps, so that a push between any two of them costs nobody a login.

    steady ─ rotate ─► announced ─ switch ─► switched ─ retire ─► steady

Announced: a new key lies in next/, everybody is told to trust it, nobody uses it. Switched: the new one
is used, and the public half of the former stays trusted from old/. After every step, and after every
effect within one, what is used is among what is trusted; a step that was cut is ended by asking again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from deploy.keyring.make import sender_pair, ssh_pair
from deploy.keyring.vault import Vault

Kind = Literal["ssh", "host", "sender"]
Stage = Literal["steady", "announced", "switched"]


class OutOfTurnError(Exception):
    """This step is not the one that comes next; the message says which does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turning:
    """One key that can rotate. `files`: the private one first, the public half last."""

    kind: Kind
    name: str

    @property
    def words(self) -> str:
        """As the commands call it."""
        return f"{self.kind} {self.name}"

    @property
    def files(self) -> tuple[str, ...]:
        if self.kind == "sender":
            own = f"senders/{self.name}"
            return (f"{own}.pem", f"senders/sender-key-{self.name}", f"{own}.pub")
        own = f"ssh/hosts/{self.name}" if self.kind == "host" else f"ssh/{self.name}"
        return (own, f"{own}.pub")

    @property
    def public(self) -> str:
        return self.files[-1]

    @property
    def kept(self) -> tuple[str, ...]:
        """What stays in old/ until it is retired, the public half last. Of a login's key also the private
        one: a machine that missed the first push lets nobody in with another."""
        return self.files if self.kind == "ssh" else (self.public,)

    @property
    def made(self) -> Callable[[Vault, str], Iterator[str]]:
        return sender_pair if self.kind == "sender" else ssh_pair


def stage(vault: Vault, key: Turning) -> Stage:
    """Where its rotation stands. A step that was cut counts as not done yet."""
    if any(vault.has(f"next/{name}") for name in key.files):
        return "announced"
    return "switched" if vault.has(f"old/{key.public}") else "steady"


def rotate(vault: Vault, key: Turning) -> None:
    """Make the next key beside the one that is used. Raises OutOfTurnError."""
    _demand_made(vault, key)
    if stage(vault, key) == "switched":
        raise OutOfTurnError(
            f"the last rotation of {key.words} has not ended: pgbaton push, then "
            f"pgbaton keys retire {key.words}"
        )
    if not vault.has(f"old/{key.public}"):  # else a switch was cut, and both keys are there
        for _ in key.made(vault, f"next/{key.files[0]}"):
            pass


def switch(vault: Vault, key: Turning) -> None:
    """Use the next key; the former one stays trusted. Raises OutOfTurnError."""
    _demand_made(vault, key)
    if stage(vault, key) == "steady":
        raise OutOfTurnError(f"no new key is announced: pgbaton keys rotate {key.words}, then push")
    if stage(vault, key) == "switched":
        return
    if not vault.has(f"old/{key.public}"):
        if not vault.has(f"next/{key.public}"):
            raise OutOfTurnError(
                f"announcing it was cut: pgbaton keys rotate {key.words} once more, then push"
            )
        for name in key.kept:
            vault.replace(f"old/{name}", vault.read(name))
    for name in key.files:
        if vault.has(f"next/{name}"):
            vault.move(f"next/{name}", name)


def retiring(vault: Vault, key: Turning) -> str:
    """The public half that `retire` gives up. Raises OutOfTurnError."""
    match stage(vault, key):
        case "steady":
            raise OutOfTurnError(f"{key.words} does not rotate: nothing is left to retire")
        case "announced":
            raise OutOfTurnError(
                f"the former key of {key.words} is still in use: pgbaton keys switch {key.words}, "
                "then push"
            )
        case "switched":
            return vault.read(f"old/{key.public}").strip()


def retire(vault: Vault, key: Turning) -> None:
    """Trust the former key no more. Raises OutOfTurnError."""
    retiring(vault, key)
    for name in key.kept:
        vault.remove(f"old/{name}")


def _demand_made(vault: Vault, key: Turning) -> None:
    if not vault.has(key.files[0]):
        raise OutOfTurnError(
            f"there is no {key.files[0]} in {vault.folder}: what was not made here cannot rotate here"
        )
