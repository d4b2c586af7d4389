"""A text becomes an inventory, or every mistake in it at once: nobody mends a file six times."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from jobs.inventory.application import Application
from jobs.inventory.linode import LABEL
from jobs.inventory.model import PUBLIC_KEY, Inventory
from jobs.inventory.parts import NAME, PATH
from jobs.inventory.references import Mistake, Raw, addressed, references, revealed, unsaid
from jobs.presets import PRESETS, expanded


@dataclass(frozen=True, slots=True, kw_only=True)
class BadInventory:
    """Every mistake of one file, in the file's own order of tables."""

    mistakes: tuple[Mistake, ...]

    def __str__(self) -> str:
        return "\n".join(map(str, self.mistakes))


def load_inventory(text: str, *, ahead: bool = False) -> Inventory | BadInventory:
    """Parse TOML into a checked Inventory; otherwise all mistakes: syntax, shape and references.

    `ahead` of `pgbaton provision`, which creates them, NodeBalancers may lack their addresses; nothing
    may be led anywhere by such an inventory.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return BadInventory(mistakes=(Mistake(path="(file)", reason=f"is no TOML: {error}"),))
    whole, wrong = expanded(raw, PRESETS, Application.model_fields)
    mistaken = (
        *(Mistake(path=w.path, reason=w.reason) for w in wrong),
        *references(addressed(whole) if ahead else whole),
    )
    try:
        inventory = Inventory.model_validate(whole)
    except ValidationError as error:
        inventory, mistaken = None, (*_shapes(error), *mistaken)
    told = tuple(_told(raw, mistaken))
    return BadInventory(mistakes=told) if told or inventory is None else inventory


def _told(raw: Raw, mistaken: tuple[Mistake, ...]) -> Iterator[Mistake]:
    """Every mistake; where a secret stands, that is the one that is told, and nobody repeats it."""
    secrets = tuple(revealed(raw))
    yield from (one for mistake in mistaken if (one := unsaid(mistake, secrets)) is not None)
    yield from (one.mistake for one in secrets)


def _shapes(error: ValidationError) -> Iterator[Mistake]:
    found = error.errors(include_url=False)
    deep = {one["loc"][:-1] for one in found}
    for one in found:
        if one["type"] == "too_short" and one["loc"] in deep:
            continue  # pydantic drops items that are wrong, then counts too few
        reason = one["msg"].removeprefix("Value error, ")
        if one["type"] == "extra_forbidden":
            reason = "is not a key of this table; remove it or mend its spelling"
        elif one["type"] == "string_pattern_mismatch":
            reason = _PATTERNS.get(one["ctx"]["pattern"], reason)
        yield Mistake(path=".".join(map(str, one["loc"])) or "(file)", reason=reason)


_PATTERNS = {
    NAME: "is no name: 1 to 63 letters, digits, '.', '_' or '-', the first a letter or digit",
    PATH: "must be an absolute path without control characters",
    LABEL: "is no label of Linode's: 3 to 32 letters, digits, '_' or '-'",
    PUBLIC_KEY: "is no public key: whpk_ and 44 characters of base64 (pgbaton keys sender NAME)",
}
