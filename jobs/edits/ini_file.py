"""Without this file PgBouncer's own settings, which many applications stand behind, would stay."""

import re
from collections.abc import Iterator
from configparser import Error, RawConfigParser
from dataclasses import replace

from jobs.edits.path import dotted
from jobs.edits.slot import NOT_APPENDED, Obstacle, Path, Refusal, Slot, line

_LINE = re.compile(r"[^\r\n]+")
_SECTION = re.compile(r"\[(?P<name>[^\]]+)\]")
_NAME = re.compile(r"(?P<name>\"(?:[^\"]|\"\")*\"\s*|[^=:]*)[=:]\s*")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_COMMENT = re.compile(r"\s[;#]")
_UNSAFE = re.compile(r"^[;#'\"]|\s[;#]")
_TOP = "\1"  # the section of what stands above the first one


class _Parser(RawConfigParser):
    """Python's reader, told to take names as they are written, as PgBouncer does."""

    def __init__(self) -> None:
        super().__init__(
            strict=False, allow_no_value=True, empty_lines_in_values=False, default_section="\0"
        )

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def path(key: str) -> Path | None:
    """Section and key; what follows the first dot is the key, dots included."""
    steps = dotted(key) or ()
    return (steps[0], ".".join(steps[1:])) if len(steps) > 1 else None


def read(text: str) -> tuple[Slot, ...] | Refusal:
    """Every `key = value`; where Python's own reader gets something else, the slot says so."""
    parser = _Parser()
    try:
        parser.read_string(f"[{_TOP}]\n{text}")
    except (Error, AttributeError):  # the latter: an indented line below a key without a value
        return Refusal(
            key="",
            reason="it is no ini file: a line is neither section, key nor comment",
            remedy="correct the file until its own program takes it",
        )
    slots = tuple(_slots(text))
    last = {slot.path: slot for slot in slots}
    return tuple(_checked(text, slot, last[slot.path], parser) for slot in slots)


def _slots(text: str) -> Iterator[Slot]:
    section = _TOP
    for match in _LINE.finditer(text):
        content = match[0].strip()
        start = match.start() + match[0].index(content)
        if header := _SECTION.match(content):
            section = header["name"]
        elif content[:1] not in ("", ";", "#") and (name := _NAME.match(content)):
            path = (section, _unquoted(name["name"].rstrip()))
            yield _slot(text, path, start + name.end(), content[name.end() :])


def _unquoted(name: str) -> str:
    """PgBouncer quotes names of databases as SQL does."""
    quoted = len(name) > 1 and name[0] == name[-1] == '"'
    return name[1:-1].replace('""', '"') if quoted else name


def _slot(text: str, path: Path, start: int, raw: str) -> Slot:
    quoted = _QUOTED.fullmatch(raw)
    obstacle = None if quoted or not _COMMENT.search(raw) else _comment(text, start)
    return Slot(
        path=path, start=start, end=start + len(raw), value=raw[1:-1] if quoted else raw,
        style=raw[0] if quoted else "plain", obstacle=obstacle,
    )  # fmt: skip


def _checked(text: str, slot: Slot, last: Slot, parser: _Parser) -> Slot:
    section, key = slot.path
    raw = text[last.start : last.end]
    names = (key, '"' + key.replace('"', '""') + '"')
    found = any(parser.get(section, name, fallback=None) == raw for name in names)
    return slot if found else replace(slot, obstacle=_continued(text, slot.start))


def write(slot: Slot, new: str) -> str | Obstacle:
    """In the quotes of the slot; the format knows no escapes."""
    if slot.style != "plain" and slot.style not in new:
        return f"{slot.style}{new}{slot.style}"
    if slot.style == "plain" and new == new.strip() and not _UNSAFE.search(new):
        return new
    return Obstacle(
        reason="an ini file cannot hold the wanted value as it is: it needs quotes or escapes",
        remedy="use a value without quotes, comment signs and spaces around it",
    )


def append(text: str, path: Path, new: str) -> Obstacle:  # noqa: ARG001
    return NOT_APPENDED


def _comment(text: str, start: int) -> Obstacle:
    return Obstacle(
        reason=f"line {line(text, start)} may end in a comment, which PgBouncer reads as value",
        remedy="move the comment to a line of its own",
    )


def _continued(text: str, start: int) -> Obstacle:
    return Obstacle(
        reason=f"around line {line(text, start)} an indented line is a new key to one reader and "
        "a continuation to another",
        remedy="begin every key at the start of its line, and keep its value on that line",
    )
