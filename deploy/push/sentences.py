"""Each step as one line; without it a plan would be a heap of values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, assert_never

from deploy.push.steps import (
    Configure,
    Doing,
    Install,
    Left,
    Prune,
    Ship,
    Step,
    Switch,
    Turn,
    Work,
)


def tell(step: Step) -> str:
    """One line: where, then what."""
    if isinstance(step, Left):
        return f"{step.machine}: left: {step.what}: {step.why}; {step.remedy}"
    return _doing(step)


def _doing(step: Doing) -> str:
    match step:
        case Install(packages=packages):
            return f"install packages: {_each(packages)}"
        case Ship(machines=machines):
            return f"put pgbaton's program on {', '.join(machines)}"
        case Work(turns=turns):
            return "; ".join(_together(turns)) + _after(step)
        case Switch(group=group, leader=leader):
            return f"{leader}: hand the leadership of {group.name} over"
        case Configure(group=group, patch=patch, was=was):
            return f"{group.told}: set {', '.join(_keys(patch, was))} through Patroni"
        case Prune(files=files):
            return f"remove: {_each(files)}"
        case _:
            assert_never(step)


def _together(turns: Iterable[Turn]) -> list[str]:
    """Machines that do the same are named once."""
    doing: dict[str, list[str]] = {}
    for turn in turns:
        doing.setdefault(_turn(turn), []).append(turn.machine)
    return [f"{', '.join(machines)}: {what}" for what, machines in doing.items()]


def _turn(turn: Turn) -> str:
    count = len(turn.files)
    parts = [f"{count} file{'' if count == 1 else 's'}"] if count else []
    for deed in dict.fromkeys(turn.deeds.values()):
        if deed == "settle":
            parts.append("take notice of accounts, folders and units")
            continue
        units = [u.removesuffix(".service") for u, d in turn.deeds.items() if d == deed]
        parts.append(f"{deed} {' '.join(units)}")
    return ", ".join(parts)


def _after(work: Work) -> str:
    if work.proves is not None:
        return f", then {work.proves.told} is well"
    return ", then a new login" if work.reaches else ""


def _each(of: Mapping[str, Iterable[str]]) -> str:
    return "; ".join(f"{name} {' '.join(words)}" for name, words in of.items())


def _keys(patch: Mapping[str, Any], was: Mapping[str, Any], above: str = "") -> list[str]:
    keys: list[str] = []
    for key, value in patch.items():
        old = was.get(key)
        if isinstance(value, Mapping):
            keys += _keys(value, old or {}, f"{above}{key}.")
        else:
            keys.append(f"{above}{key} = {value} (is {'not set' if old is None else old})")
    return keys
