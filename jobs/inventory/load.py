"""A text becomes an inventory, or every mistake in it at once: nobody mends a file six times."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from jobs.inventory.linode import LABEL
from jobs.inventory.model import PUBLIC_KEY, Inventory
from jobs.inventory.parts import NAME, PATH


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One mistake: `path` is the dotted way to it, `reason` what is wrong and what to write."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BadInventory:
    """Every mistake of one file, in the file's own order of tables."""

    mistakes: tuple[Mistake, ...]

    def __str__(self) -> str:
        return "\n".join(map(str, self.mistakes))


def load_inventory(text: str) -> Inventory | BadInventory:
    """Parse TOML into a checked Inventory; otherwise all mistakes: syntax, shape and references."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return BadInventory(mistakes=(Mistake(path="(file)", reason=f"is no TOML: {error}"),))
    references = tuple(_references(raw))
    try:
        inventory = Inventory.model_validate(raw)
    except ValidationError as error:
        return BadInventory(mistakes=(*_shapes(error), *references))
    return BadInventory(mistakes=references) if references else inventory


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
    LABEL: "is no label of Linode's: 3 to 32 letters, digits, '.', '_' or '-'",
    PUBLIC_KEY: "is no public key: whpk_ and 44 characters of base64 (pgbaton keys sender NAME)",
}


def _references(raw: Mapping[str, Any]) -> Iterator[Mistake]:
    """Names that point nowhere. Works on the raw table, so that a bad shape hides none of them."""
    for cluster, table in _tables(raw, "clusters"):
        yield from _known(raw, f"clusters.{cluster}.etcd", table.get("etcd"), "etcd")
    for app, table in _tables(raw, "applications"):
        yield from _known(raw, f"applications.{app}.cluster", table.get("cluster"), "clusters")
        for i, host in enumerate(_list(table, "hosts")):
            yield from _known(raw, f"applications.{app}.hosts.{i}", host, "hosts")
        yield from _application(app, table)
    for sender, table in _tables(raw, "senders"):
        for i, cluster in enumerate(_list(table, "clusters")):
            yield from _known(raw, f"senders.{sender}.clusters.{i}", cluster, "clusters")
        if not table.get("keys") and not table.get("hmac"):
            yield Mistake(path=f"senders.{sender}", reason="needs keys (whpk_…) or hmac = true")
    yield from _twice(raw)


def _application(app: str, table: Mapping[str, Any]) -> Iterator[Mistake]:
    if table.get("endpoint", "leader") == "leader" and not table.get("files"):
        yield Mistake(
            path=f"applications.{app}.files",
            reason="an application at the leader needs files to edit",
        )


def _twice(raw: Mapping[str, Any]) -> Iterator[Mistake]:
    """Two applications of one host may not manage the same file: each would undo the other."""
    owner: dict[tuple[str, str], str] = {}
    for app, table in _tables(raw, "applications"):
        for i, file in enumerate(_list(table, "files")):
            for host in _list(table, "hosts"):
                path = file.get("path") if isinstance(file, dict) else None
                first = owner.setdefault((str(host), str(path)), f"{app}.{i}")
                if first != f"{app}.{i}":
                    yield Mistake(
                        path=f"applications.{app}.files.{i}.path",
                        reason=f"{path} on {host} is managed by applications.{first.split('.')[0]} already",
                    )


def _tables(raw: Mapping[str, Any], name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    section = raw.get(name)
    if isinstance(section, dict):
        yield from ((key, table) for key, table in section.items() if isinstance(table, dict))


def _list(table: Mapping[str, Any], name: str) -> list[Any]:
    value = table.get(name)
    return value if isinstance(value, list) else []


def _known(raw: Mapping[str, Any], path: str, name: object, section: str) -> Iterator[Mistake]:
    table = raw.get(section)
    known = list(table) if isinstance(table, dict) else []
    if isinstance(name, str) and name not in known:
        have = ", ".join(known) or "none"
        yield Mistake(path=path, reason=f"[{section}.{name}] does not exist; there is: {have}")
