"""An application that names a preset becomes one that is spelled out, before anything else reads it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jobs.presets.fill import filled
from jobs.presets.given import Given, given
from jobs.presets.preset import Preset

Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A mistake in an application's table: the key, and what is wrong with it."""

    path: str
    reason: str


def expanded(
    raw: Table, presets: Mapping[str, Preset], keys: Collection[str]
) -> tuple[Table, tuple[Wrong, ...]]:
    """The whole raw inventory with every preset spelled out, and what is wrong with their use.

    `keys` are those of a spelled out application. What a table says itself wins, key by key: its own
    `services` are its only ones. A table that is wrong becomes one that no further complaint is
    about, so that all other mistakes of the file are still found.
    """
    tables = raw.get("applications")
    if not isinstance(tables, dict):
        return raw, ()
    wrong: list[Wrong] = []
    spelled = {name: _one(name, table, presets, keys, wrong) for name, table in tables.items()}
    return {**raw, "applications": spelled}, tuple(wrong)


def _one(
    app: str,
    table: object,
    presets: Mapping[str, Preset],
    keys: Collection[str],
    wrong: list[Wrong],
) -> object:
    if not isinstance(table, dict) or "preset" not in table:
        return table
    own = {key: value for key, value in table.items() if key in keys}
    preset = presets.get(table["preset"]) if isinstance(table["preset"], str) else None
    if preset is None:
        reason = f"there is no preset {table['preset']!r}; there is: {', '.join(presets)}"
        wrong.append(Wrong(path=f"applications.{app}.preset", reason=reason))
        return {**own, "files": own.get("files") or [_stand_in(app)]}
    found = given(preset, table, app=app)
    wrong += _wrong(app, preset, found, table, keys)
    return {**filled(preset, found.values), **own}


def _wrong(
    app: str, preset: Preset, found: Given, table: Table, keys: Collection[str]
) -> Iterator[Wrong]:
    for name, reason in found.wrong.items():
        yield Wrong(path=f"applications.{app}.{name}", reason=reason)
    for name in table:
        if name not in {"preset", *keys} and preset.parameter(name) is None:
            have = ", ".join(one.name for one in preset.parameters)
            reason = f"is no key of an application, and preset {preset.name} has: {have}"
            yield Wrong(path=f"applications.{app}.{name}", reason=reason)


def _stand_in(app: str) -> Table:
    return {"path": f"/{app}", "keys": {"host": "{host}"}}
