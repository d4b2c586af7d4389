"""A preset and its parameters become an application's table, as somebody would have written it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

from jobs.presets.preset import Key, Line, Managed, Preset, Value

Values = Mapping[str, Value]
_NAMED = re.compile(r"<([a-z_]+\*?)>")


def filled(preset: Preset, values: Values) -> dict[str, Any]:
    """The application's table: `kind`, `files`, and `after`, `services`, `check` where there are some."""
    check = " && ".join(_lines(preset.check, values))
    services = dict.fromkeys(n for text in preset.services for n in _texts(values, text))
    return {
        "kind": preset.name,
        "files": [table for file in preset.files for table in _file(file, values)],
        "after": list(_lines(preset.after, values)),
        "services": [{"name": name} for name in services],
        **({"check": check} if check else {}),
    }


def _file(file: Managed, values: Values) -> Iterator[dict[str, Any]]:
    if not _stands(file.path, values):
        return
    for path in _texts(values, file.path.text):
        demands = _keys(file.demands, values)
        yield {
            "path": path,
            "format": file.format,
            "keys": _keys(file.keys, values),
            **({"demands": demands} if demands else {}),
        }


def _keys(keys: tuple[Key, ...], values: Values) -> dict[str, str]:
    standing = (key for key in keys if not any(values[name] for name in key.unless))
    return {name: text for key in standing for name, text in _pairs(key, values)}


def _pairs(key: Key, values: Values) -> Iterator[tuple[str, ...]]:
    return _together(values, (key.name, key.value))


def _lines(lines: tuple[Line, ...], values: Values) -> Iterator[str]:
    """Commands: what is put into them stays one word for the shell."""
    for line in lines:
        if _stands(line, values):
            yield from _texts(values, line.text, shlex.quote)


def _stands(line: Line, values: Values) -> bool:
    wanted = not line.when or bool(values[line.when])
    return wanted and not any(values[name] for name in line.unless)


def _texts(values: Values, text: str, dressed: Callable[[str], str] = str) -> Iterator[str]:
    yield from (one for (one,) in _together(values, (text,), dressed))


def _together(
    values: Values, texts: tuple[str, ...], dressed: Callable[[str], str] = str
) -> Iterator[tuple[str, ...]]:
    """The texts with every named parameter in its place; none where one is empty, several for a list."""
    names = list(dict.fromkeys(name for text in texts for name in _NAMED.findall(text)))
    for items in product(*(_items(values, name) for name in names)):
        said = {name: dressed(item) for name, item in zip(names, items, strict=True)}
        yield tuple(_said(text, said) for text in texts)


def _said(text: str, said: Mapping[str, str]) -> str:
    return _NAMED.sub(lambda named: said[named[1]], text)


def _items(values: Values, name: str) -> tuple[str, ...]:
    value = values[name.removesuffix("*")]
    if isinstance(value, tuple):
        return (" ".join(value),) if value and name.endswith("*") else value
    return (str(value),) if value else ()
