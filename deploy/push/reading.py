"""A machine's answer to `read` as values; without it nothing could be compared."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast

from deploy.push.observed import FoundFile, FoundUnit, Observed, Owed

_ON = {"enabled", "enabled-runtime", "static", "generated", "indirect", "alias", "linked"}
_LINK = "code-"


class TornAnswerError(Exception):
    """The answer is not whole; the text says what came instead."""


def read_answer(machine: str, output: str, *, units: Sequence[str]) -> Observed:
    """Raises TornAnswerError. `units` in the order in which they were asked for."""
    lines = output.splitlines()
    if not lines or lines[-1] != "end":
        raise TornAnswerError(" ".join(output.split())[:300])
    said: dict[str, list[str]] = {}
    for line in lines[:-1]:
        word, _, rest = line.partition(" ")
        said.setdefault(word, []).append(rest)
    return Observed(
        machine=machine,
        files=_files(said),
        units=_units(said.get("show", []), units),
        packages=frozenset(said.get("package", [])),
        program=_program(said.get("program", [])),
        owed=_owed(said.get("owed", [])),
        put=frozenset(said.get("put", [])),
        etcd=_json(said, "etcd"),
        patroni=_json(said, "patroni"),
        cluster=_json(said, "cluster"),
        config=_json(said, "config"),
    )


def _files(said: Mapping[str, list[str]]) -> dict[str, FoundFile]:
    found: dict[str, FoundFile] = {}
    for line in said.get("kind", []):
        kind, _, path = line.partition(" ")
        found[path] = FoundFile(kind=cast("Literal['link', 'folder', 'other']", kind))
    sums = {path: digest for digest, _, path in (x.partition("  ") for x in said.get("sha", []))}
    for line in said.get("stat", []):
        mode, owner, group, path = line.split(" ", 3)
        found[path] = FoundFile(
            sha256=sums.get(path, ""), owner=owner, group=group, mode=int(mode, 8)
        )
    return found


def _units(lines: Sequence[str], asked: Sequence[str]) -> dict[str, FoundUnit]:
    """systemctl shows units in the order asked, an empty line between them."""
    blocks: list[dict[str, str]] = [{}]
    for line in lines:
        if not line:
            blocks.append({})
            continue
        name, _, value = line.partition("=")
        blocks[-1][name] = value
    return {name: _unit(block) for name, block in zip(asked, blocks, strict=False) if block}


def _unit(block: Mapping[str, str]) -> FoundUnit:
    waiting = block.get("SubState") == "auto-restart"
    return FoundUnit(
        enabled=block.get("UnitFileState") in _ON,
        active="failed" if waiting else block.get("ActiveState", "inactive"),
        run=block.get("InvocationID", ""),
    )


def _program(lines: Sequence[str]) -> str | None:
    name = lines[0].rpartition("/")[2] if lines else ""
    return name.removeprefix(_LINK) if name.startswith(_LINK) else None


def _owed(lines: Sequence[str]) -> tuple[Owed, ...]:
    rows = [line.split() for line in lines]
    return tuple(
        Owed(unit=unit, how=cast("Literal['reload', 'restart']", how), run=run)
        for unit, how, run in (row for row in rows if len(row) == len(Owed.__slots__))
    )


def _json(said: Mapping[str, list[str]], word: str) -> Mapping[str, Any] | None:
    text = said.get(word, [""])[0]
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
