"""Without this file a TOML settings file would lose its comments and its shape when it is changed.

`tomllib` says what the file means but not where; the scan below says where, and is believed only
if both find the same keys in the same order.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field

from jobs.edits.path import dotted
from jobs.edits.slot import NOT_APPENDED, Obstacle, Path, Refusal, Slot, other_type

_GAP = re.compile(r"(?:[\s,]|#[^\n]*)*")
_HEADER = re.compile(r"(\[\[?)\s*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})|\'\'\'.*?\'\'\'(?:\'{0,2})|"(?:[^"\\]|\\.)*"|\'[^\']*\'',
    re.DOTALL,
)
_WORD = re.compile(r"\d{4}-\d\d-\d\d \d\d:[^\s,\]}#]+|[^\s,\]}#=\[{]+")
_STEP = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|\'([^\']*)\'|([A-Za-z0-9_-]+))\s*(\.?)')
_INTEGER = re.compile(r"[+-]?(?:0|[1-9]\d*)")
_FLOAT = re.compile(r"[+-]?(?:0|[1-9]\d*)(?:\.\d+(?:[eE][+-]?\d+)?|[eE][+-]?\d+)")

path = dotted


def read(text: str) -> tuple[Slot, ...] | Refusal:
    """Every scalar with the value that tomllib gives it."""
    try:
        meant = dict(_leaves((), tomllib.loads(text)))
        found = _Scan(text=text).document()
    except tomllib.TOMLDecodeError as error:
        return _unparsable(f"it is no TOML: {_message(error)}")
    except (ValueError, RecursionError, IndexError):
        return _unparsable("it nests too deep, or holds a number that is too long")
    if len(found) != len(meant) or any(path not in meant for path, _, _ in found):
        return _unparsable("its keys cannot be located with certainty")
    return tuple(_slot(text, where, start, end, meant[where]) for where, start, end in found)


def _message(error: tomllib.TOMLDecodeError) -> str:
    """The position only: the words before it may quote the file."""
    return re.sub(r".*\((.*)\)$", r"\1", str(error), flags=re.DOTALL)


def _unparsable(reason: str) -> Refusal:
    return Refusal(key="", reason=reason, remedy="correct the file until a TOML parser takes it")


def _leaves(path: Path, node: object) -> Iterator[tuple[Path, object]]:
    match node:
        case dict():
            for name, child in node.items():
                yield from _leaves((*path, name), child)
        case list():
            for index, child in enumerate(node):
                yield from _leaves((*path, str(index)), child)
        case _:
            yield path, node


Found = tuple[Path, int, int]


@dataclass(slots=True, kw_only=True)
class _Scan:
    """Walks a text that is known to be TOML; `at` is where it stands, in characters."""

    text: str
    at: int = 0
    lists: dict[Path, int] = field(default_factory=dict)

    def document(self) -> list[Found]:
        found: list[Found] = []
        table: Path = ()
        while self._gap() < len(self.text):
            if header := _HEADER.match(self.text, self.at):
                self.at = header.end()
                table = self._table(self._key(), is_list=header[1] == "[[")
                self.at += len(header[1])
            else:
                found += self._pair(table)
        return found

    def _gap(self) -> int:
        gap = _GAP.match(self.text, self.at)
        self.at = gap.end() if gap else self.at
        return self.at

    def _table(self, steps: Path, *, is_list: bool) -> Path:
        """The path of a header; a list of tables on the way stands for its newest element."""
        path: Path = ()
        for number, step in enumerate(steps, 1):
            path = (*path, step)
            if is_list and number == len(steps):
                self.lists[path] = self.lists.get(path, -1) + 1
            if path in self.lists:
                path = (*path, str(self.lists[path]))
        return path

    def _key(self) -> Path:
        steps: list[str] = []
        while match := _STEP.match(self.text, self.at):
            self.at = match.end()
            basic, literal, bare, more = match.groups()
            steps.append(_unquoted(basic) if basic is not None else literal or bare or "")
            if not more:
                break
        return tuple(steps)

    def _pair(self, table: Path) -> list[Found]:
        path = (*table, *self._key())
        self.at = self.text.index("=", self.at) + 1
        return self._value(path)

    def _value(self, path: Path) -> list[Found]:
        start = self._gap()
        match self.text[start]:
            case "[":
                return self._list(path)
            case "{":
                return self._inline(path)
            case '"' | "'":
                match = _STRING.match(self.text, start)
            case _:
                match = _WORD.match(self.text, start)
        if match is None:
            raise ValueError("no value where tomllib saw one")
        self.at = match.end()
        return [(path, start, self.at)]

    def _list(self, path: Path) -> list[Found]:
        found: list[Found] = []
        self.at += 1
        index = 0
        while self.text[self._gap()] != "]":
            found += self._value((*path, str(index)))
            index += 1
        self.at += 1
        return found

    def _inline(self, path: Path) -> list[Found]:
        found: list[Found] = []
        self.at += 1
        while self.text[self._gap()] != "}":
            found += self._pair(path)
        self.at += 1
        return found


def _unquoted(basic: str) -> str:
    return str(tomllib.loads(f'a="{basic}"')["a"])


def _slot(text: str, path: Path, start: int, end: int, value: object) -> Slot:
    quote = re.match(r"\"\"\"|'''|\"|'", text[start:end])
    style = quote[0] if quote else type(value).__name__
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    return Slot(path=path, start=start, end=end, value=shown, style=style)


def write(slot: Slot, new: str) -> str | Obstacle:
    """In the slot's own kind of string; a literal string that cannot hold it becomes a basic one."""
    match slot.style:
        case "int" | "float":
            number = _INTEGER if slot.style == "int" else _FLOAT
            return new if number.fullmatch(new) else other_type("number of this kind")
        case "'" | "'''" if "'" not in new:
            return f"{slot.style}{new}{slot.style}"
        case "'" | '"' | "'''" | '"""':
            quote = slot.style.replace("'", '"')
            escaped = new.replace("\\", "\\\\").replace('"', '\\"')
            return f"{quote}{escaped}{quote}"
        case _:
            return other_type(slot.style)


def append(text: str, path: Path, new: str) -> Obstacle:  # noqa: ARG001
    return NOT_APPENDED
