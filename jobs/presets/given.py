"""What an inventory says about a preset's parameters, read once, every mistake of it at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobs.presets.preset import Kind, Parameter, Preset, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Every parameter's value, defaults included, and what is wrong by the parameter's name. What is
    wrong has a stand-in of the right kind."""

    values: Mapping[str, Value]
    wrong: Mapping[str, str]


def given(preset: Preset, table: Mapping[str, Any], *, app: str) -> Given:
    """Read a table's parameters; `app` is the application's name, for stand-ins."""
    values: dict[str, Value] = {}
    wrong: dict[str, str] = {}
    for one in preset.parameters:
        value = table.get(one.name, one.default)
        reason = _missing(preset, one, table) or _mistake(one, value)
        if reason:
            wrong[one.name] = reason
        values[one.name] = _read(one.kind, _stand_in(one.kind, app) if reason else value)
    return Given(values=values, wrong=wrong)


def _missing(preset: Preset, one: Parameter, table: Mapping[str, Any]) -> str:
    if one.needed and one.name not in table:
        return f"preset {preset.name} needs it: {one.told}"
    return ""


def _mistake(one: Parameter, value: Any) -> str:
    """Why the value is none for this parameter; `false` is one for whatever is not needed."""
    if value is False and not one.needed:
        return ""
    fits, wanted = _KINDS[one.kind]
    match one.kind:
        case "flag":
            good = isinstance(value, bool)
        case "port":
            good = type(value) in {int, str} and _is_port(str(value))
        case "words":
            listed = isinstance(value, list) and bool(value or not one.needed)
            good = listed and all(_matches(fits, each) for each in value)
        case _:
            good = _matches(fits, value)
    return "" if good else f"must be {wanted}: {one.told}"


def _matches(pattern: str, value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None


def _is_port(text: str) -> bool:
    return re.fullmatch(r"[1-9]\d{0,4}", text) is not None and int(text) <= LAST_PORT


LAST_PORT = 65535
_WORD = r"[^\s\x00-\x1f'\"\\<>{}$`|&;]+"
_KINDS: Mapping[Kind, tuple[str, str]] = {
    "folder": (r"(?=/*[^/])/[^\x00-\x1f<>]*", "an absolute path, and not /"),
    "file": (r"/[^\x00-\x1f<>]*[^/\x00-\x1f<>]", "the absolute path of a file"),
    "below": (r"(?!(?:.*/)?\.\.(?:/|$))[^/\x00-\x1f<>][^\x00-\x1f<>]*", "a path below the folder"),
    "word": (_WORD, "one word"),
    "words": (_WORD, "a list of words"),
    "flag": ("", "true or false"),
    "port": ("", "a port"),
    "url": (r"https?://[^\s\x00-\x1f<>]+", "an address that begins with http:// or https://"),
}


def _stand_in(kind: Kind, app: str) -> object:
    return {"words": [app], "flag": False, "port": 1}.get(kind, f"/{app}")


def _read(kind: Kind, value: Any) -> Value:
    if kind == "words":
        return tuple(dict.fromkeys(value or ()))
    read: Value = value.rstrip("/") if kind == "folder" and isinstance(value, str) else value
    return read
