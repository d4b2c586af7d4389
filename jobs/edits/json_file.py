"""Without this file a JSON settings file could only be written anew, in another shape."""

import json
import re
from dataclasses import dataclass, field

from jobs.edits.path import dotted
from jobs.edits.slot import NOT_APPENDED, Obstacle, Path, Refusal, Slot, line, other_type

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s"\[\]{},:]+')
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")

path = dotted


@dataclass(slots=True)
class _Frame:
    """An open object or list: the name or index where the scan stands in it."""

    opened: str
    step: str
    names: set[str] = field(default_factory=set)


def read(text: str) -> tuple[Slot, ...] | Refusal:
    """Every string, number and literal; strict JSON only, which `json` has to accept first."""
    try:
        json.loads(text, parse_int=str, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        return _unparsable(f"line {error.lineno} is no JSON: {error.msg}")
    except (ValueError, RecursionError):
        return _unparsable("it holds NaN, Infinity or too many levels")
    return tuple(_scan(text))


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _unparsable(reason: str) -> Refusal:
    return Refusal(key="", reason=reason, remedy="make it strict JSON, without comments")


def _scan(text: str) -> list[Slot]:
    slots: list[Slot] = []
    frames: list[_Frame] = []
    naming = False
    for match in _TOKEN.finditer(text):
        word = match[0]
        if word in "{[":
            frames.append(_Frame(word, "0"))
        elif word in "}]":
            frames.pop()
        elif word == "," and frames[-1].opened == "[":
            frames[-1].step = str(int(frames[-1].step) + 1)
        elif naming and word not in ",:":
            slots += _named(text, match, frames)
        elif word not in ",:":
            slots.append(_slot(match, frames))
        naming = word in "{," and bool(frames) and frames[-1].opened == "{"
    return slots


def _named(text: str, match: re.Match[str], frames: list[_Frame]) -> list[Slot]:
    """Take a name; a name that stands twice in an object gives a slot that forbids writing."""
    frame = frames[-1]
    frame.step = json.loads(match[0])
    again = frame.step in frame.names
    frame.names.add(frame.step)
    if not again:
        return []
    obstacle = Obstacle(
        reason=f"line {line(text, match.start())} names a key that its object already has",
        remedy="remove one of the two",
    )
    return [Slot(path=_path(frames), start=0, end=0, value=None, style="", obstacle=obstacle)]


def _slot(match: re.Match[str], frames: list[_Frame]) -> Slot:
    word = match[0]
    string = word.startswith('"')
    style = "string" if string else "number" if word[0] in "-0123456789" else word
    value = json.loads(word) if string else None if word == "null" else word
    return Slot(
        path=_path(frames), start=match.start(), end=match.end(), value=value, style=style
        + ("/" if r"\/" in word else "") + ("u" if string and r"\u" in word else ""),
    )  # fmt: skip


def _path(frames: list[_Frame]) -> Path:
    return tuple(frame.step for frame in frames)


def write(slot: Slot, new: str) -> str | Obstacle:
    r"""A number stays a number; escaped slashes and \u escapes stay the way of the string."""
    if slot.style == "number" and _NUMBER.fullmatch(new):
        return new
    if slot.style in ("number", "true", "false"):
        return other_type(slot.style)
    raw = json.dumps(new, ensure_ascii=slot.style.endswith("u"))
    return raw.replace("/", r"\/") if "/" in slot.style else raw


def append(text: str, path: Path, new: str) -> Obstacle:  # noqa: ARG001
    return NOT_APPENDED
