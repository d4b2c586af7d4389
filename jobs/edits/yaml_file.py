"""Without this file a YAML settings file could only be written anew, indented and wrapped afresh."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ruamel.yaml import YAML
from ruamel.yaml.composer import ComposerError
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from jobs.edits.path import dotted
from jobs.edits.slot import NOT_APPENDED, Obstacle, Path, Refusal, Slot, line, other_type

_CORE = "tag:yaml.org,2002:"
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)*")
_BLOCK = re.compile(
    r"[|>](?P<marks>[-+0-9]*)(?P<comment>[ \t]*#[^\r\n]*)?[ \t]*(?:\r\n|\n|\r)"
    r"(?P<body>(?P<indent> +)(?P<first>[^\r\n]+)(?:(?:\r\n|\n|\r)+(?P=indent)[^\r\n]+)*)"
)
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")
# Both YAML 1.1 and 1.2 read these as strings, in block and in flow style.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./:@%+=?&~\-]*(?<!:)|\d{1,3}(?:\.\d{1,3}){3}")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})

path = dotted


def read(text: str) -> tuple[Slot, ...] | Refusal:
    """Every scalar of the only document, found by the parser's own marks."""
    try:
        root = _parser().compose(text)
        return tuple(_walk(text, root)) if root else ()
    except ComposerError as error:
        return _composed(error)
    except MarkedYAMLError as error:
        at = f"line {error.problem_mark.line + 1}" if error.problem_mark else "a line"
        return _unparsable(f"{at} is no YAML: {_unquoted(error.problem or error.context)}")
    except RecursionError:
        return _unparsable("it has too many levels")
    except Exception:  # noqa: BLE001  # hostile text makes the parser assert, index and convert
        return _unparsable("its YAML, or a character in it, is beyond the parser")


def _parser() -> YAML:
    """Without its warning of an anchor that stands twice: it quotes lines of the file on stderr."""
    parser = YAML(typ="safe", pure=True)
    parser.composer.warn_double_anchors = False
    return parser


def _composed(error: ComposerError) -> Refusal:
    if "single document" not in str(error.context):
        return _unparsable(f"it is no YAML: {_unquoted(error.problem)}")
    return Refusal(
        key="",
        reason="the file holds several YAML documents",
        remedy="keep the managed keys in a file of their own, with one document",
    )


def _unquoted(problem: object) -> str:
    """The parser's words without what they quote, which may be somebody's password."""
    return re.sub(r"(['\"]).*\1", "...", str(problem), flags=re.DOTALL)


def _unparsable(reason: str) -> Refusal:
    return Refusal(key="", reason=reason, remedy="correct the file until a YAML parser takes it")


def _walk(text: str, root: Node) -> Iterator[Slot]:
    uses = Counter(_references(root))
    shared = frozenset(node for node, count in uses.items() if count > 1)
    yield from _Walk(text=text, shared=shared).slots(root, (), name_end=None, below=False)


def _references(root: Node) -> Iterator[int]:
    """The identity of every node, once for each place that refers to it."""
    waiting, met = [root], set()
    while waiting:
        node = waiting.pop()
        yield id(node)
        if id(node) not in met:
            met.add(id(node))
            waiting += [child for _, child, _ in _children(node)]


def _children(node: Node) -> list[tuple[str, Node, int | None]]:
    """Name or index, node, and where the name ends."""
    match node:
        case MappingNode():
            pairs = [pair for pair in node.value if isinstance(pair[0], ScalarNode)]
            return [(str(name.value), value, name.end_mark.index) for name, value in pairs]
        case SequenceNode():
            return [(str(index), value, None) for index, value in enumerate(node.value)]
        case _:
            return []


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """One pass over a document whose nodes may be referred to from several places."""

    text: str
    shared: frozenset[int]
    met: set[int] = field(default_factory=set)

    def slots(self, node: Node, path: Path, *, name_end: int | None, below: bool) -> Iterator[Slot]:
        below = below or id(node) in self.shared
        if id(node) in self.met:
            yield _blocked(path, _SHARED, node.value if isinstance(node, ScalarNode) else None)
            return
        self.met.add(id(node))
        if isinstance(node, ScalarNode):
            slot = _scalar(self.text, node, path, name_end)
            yield replace(slot, obstacle=_SHARED) if below else slot
        yield from self._children(node, path, below=below)

    def _children(self, node: Node, path: Path, *, below: bool) -> Iterator[Slot]:
        names: set[str] = set()
        for name, child, end in _children(node):
            if name == "<<":
                yield _blocked((*path, name), _MERGED)
                continue
            if name in names:
                yield _blocked((*path, name), _TWICE)
            names.add(name)
            yield from self.slots(child, (*path, name), name_end=end, below=below)


def _blocked(path: Path, obstacle: Obstacle, value: str | None = None) -> Slot:
    return Slot(path=path, start=0, end=0, value=value, style="", obstacle=obstacle)


def _scalar(text: str, node: ScalarNode, path: Path, name_end: int | None) -> Slot:
    first, end = node.start_mark.index, node.end_mark.index
    properties = _PROPERTIES.match(text, first, end)
    start = properties.end() if properties else first
    kind = str(node.tag).removeprefix(_CORE)
    if ":" in kind or kind.startswith("!") or text[start:end].startswith(("&", "!")):
        return _blocked(path, _tagged(text, start), node.value)
    if start == end:
        return _empty(text, path, name_end)
    if node.style in ("|", ">"):
        return _block(text, path, start, node.value)
    style = node.style or (kind if kind != "str" else "plain")
    value = None if kind == "null" else node.value
    return Slot(path=path, start=start, end=end, value=value, style=style)


def _empty(text: str, path: Path, name_end: int | None) -> Slot:
    """The place behind a name's colon; the parser's own mark stands behind comments, too far."""
    colon = None if name_end is None else re.compile(r"[ \t]*:").match(text, name_end)
    if colon is None:
        return _blocked(path, _NOTHING)
    return Slot(path=path, start=colon.end(), end=colon.end(), value=None, style="empty")


def _block(text: str, path: Path, start: int, value: str) -> Slot:
    """A chomped block of one line is changed in its line, any other becomes a quoted string."""
    match = _BLOCK.match(text, start)
    if match is None or match["comment"]:
        return _blocked(path, _odd_block(text, start), value)
    one_line = match["marks"] == "-" and match["first"] == value
    begin = match.start("first") if one_line else start
    style = "line" if one_line else '"'
    return Slot(path=path, start=begin, end=match.end("body"), value=value, style=style)


def write(slot: Slot, new: str) -> str | Obstacle:
    """In the slot's own style if YAML 1.1 and 1.2 read it alike, else in double quotes."""
    match slot.style:
        case "int" | "float":
            return new if _NUMBER.fullmatch(new) else other_type("number")
        case "line" if new and new == new.strip():
            return new
        case "plain" | "null" | "empty" | "'" | '"' | "line":
            return _string(slot.style, new)
        case _:
            return other_type(slot.style)


def _string(style: str, new: str) -> str:
    space = " " if style == "empty" else ""
    if style == "'":
        quoted = new.replace("'", "''")
        return f"'{quoted}'"
    if style != '"' and _PLAIN.fullmatch(new) and new.lower() not in _WORDS:
        return space + new
    escaped = new.replace("\\", "\\\\").replace('"', '\\"')
    return f'{space}"{escaped}"'


def append(text: str, path: Path, new: str) -> Obstacle:  # noqa: ARG001
    return NOT_APPENDED


_SHARED = Obstacle(
    reason="an anchor (&) and its aliases (*) share the value, so other keys would change too",
    remedy="write the value out in each place, without anchor and alias",
)
_MERGED = Obstacle(
    reason="the value may come from a merge (<<), which other keys use too",
    remedy="write the key out in its own mapping",
)
_NOTHING = Obstacle(
    reason="nothing stands in the place of the value",
    remedy="write any value there once",
)
_TWICE = Obstacle(
    reason="the key stands twice in its mapping, and readers disagree which one counts",
    remedy="remove one of the two",
)


def _tagged(text: str, start: int) -> Obstacle:
    return Obstacle(
        reason=f"line {line(text, start)} gives the value a tag or an anchor that it needs",
        remedy="write the value without tag and anchor",
    )


def _odd_block(text: str, start: int) -> Obstacle:
    return Obstacle(
        reason=f"line {line(text, start)} opens a block scalar that is empty or has a comment",
        remedy="write the value on the line of its key",
    )
