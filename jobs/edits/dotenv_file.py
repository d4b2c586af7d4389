"""Without this file the most common settings file of web applications could not be changed.

The grammar is what phpdotenv and python-dotenv agree on; where they differ, a slot says so.
"""

import re
from collections import Counter
from dataclasses import replace

from jobs.edits.slot import Obstacle, Path, Refusal, Slot, line

_SPACE = r"[^\S\r\n]*"
_NEWLINE = re.compile(r"\r\n|\n|\r")
_REST = re.compile(rf"{_SPACE}(?:#[^\r\n]*)?(?:{_NEWLINE.pattern}|\Z)")
_LINE = re.compile(rf"[^\r\n]*(?:{_NEWLINE.pattern}|\Z)")
_NAME = re.compile(
    rf"{_SPACE}(?:export[^\S\r\n]+)?(?P<key>'[^'\r\n]+'|[^=#\s'][^=#\s]*)"
    rf"(?P<gap>{_SPACE})(?P<equals>=(?P<space>{_SPACE}))?"
)
# python-dotenv looks on following lines for the end of such a name.
_OPEN_NAME = re.compile(rf"{_SPACE}(?:export[^\S\r\n]+)?'(?![^'\r\n]+')")
_QUOTED = {
    "'": re.compile(r"'((?:[^'\\]|\\.)*)'", re.DOTALL),
    '"': re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL),
}
_PLAIN = re.compile(r"(?:[^\r\n#]|(?<!\s)#)*")  # up to a comment, which begins behind a space
_ESCAPES = {"\\": "\\", '"': '"', "n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v"}
_AMBIGUOUS = re.compile(r"[\s#]|\$\{")

_ABSENT, _NONE, _SINGLE, _DOUBLE = "absent", "plain", "'", '"'


def path(key: str) -> Path | None:
    return (key,) if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.]*", key) else None


def read(text: str) -> tuple[Slot, ...] | Refusal:
    """Every `KEY=value` and bare `KEY`; lines that are neither are passed over, as readers do."""
    slots, position, entries = [], 0, _entries_of_php(text)
    while position < len(text):
        name = _NAME.match(text, position)
        blank = _REST.match(text, position)
        if blank or (not name and not _OPEN_NAME.match(text, position)):
            position = (blank or _following(text, position)).end()
            continue
        slot = _slot(text, name) if name and not _OPEN_NAME.match(text, position) else None
        if slot is None:
            return _open_quote(line(text, position))
        slots.append(slot if position in entries else _swallowed(text, slot))
        position = _following(text, slot.end).end()
    return tuple(slots)


def _entries_of_php(text: str) -> frozenset[int]:
    """Where phpdotenv sees an entry begin; it lets even a comment's =" open several lines."""
    starts, inside = set(), False
    for match in _LINE.finditer(text):
        content = match[0].rstrip("\r\n")
        opens = '="' in content and not _closes(content, quotes=2)
        if not inside:
            starts.add(match.start())
        inside = (inside or opens) and not _closes(content, quotes=2 if opens else 1)
    return frozenset(starts)


def _closes(content: str, *, quotes: int) -> bool:
    seen = re.findall(r'(?=[^\\]")', content.replace("\\\\", ""))
    return content == '"' or len(seen) >= quotes


def _following(text: str, position: int) -> re.Match[str]:
    match = _LINE.match(text, position)
    assert match is not None, "the pattern matches the empty rest"
    return match


def _slot(text: str, name: re.Match[str]) -> Slot | None:
    """The slot after a key; None if it opens a quote that nothing closes."""
    key, start = name["key"], name.end()
    key = key[1:-1] if key[0] == _SINGLE else key
    if name["equals"] is None:
        return _absent(text, key, name.end("key"))
    quote = text[start : start + 1]
    if quote not in _QUOTED:
        return _plain(text, key, name)
    match = _QUOTED[quote].match(text, start)
    return _quoted(text, key, match) if match else None


def _absent(text: str, key: str, end: int) -> Slot:
    junk = None if _REST.match(text, end) else _junk(text, end)
    return Slot(path=(key,), start=end, end=end, value=None, style=_ABSENT, obstacle=junk)


def _quoted(text: str, key: str, match: re.Match[str]) -> Slot:
    quote, raw, end = match[0][0], match[1], match.end()
    escapes = set(re.findall(r"\\(.)", raw, re.DOTALL))
    junk = None if _REST.match(text, end) else _junk(text, end)
    # python-dotenv reads on behind a backslash before the closing quote
    settled = "${" not in raw and not raw.endswith("\\") and not junk
    settled = settled and escapes <= (_ESCAPES.keys() if quote == _DOUBLE else set())
    return Slot(
        path=(key,), start=match.start(), end=end, value=_decoded(quote, raw), style=quote,
        settled=settled, obstacle=junk,
    )  # fmt: skip


def _decoded(quote: str, raw: str) -> str:
    known = _ESCAPES if quote == _DOUBLE else {"\\": "\\", "'": "'"}
    return re.sub(r"\\(.)", lambda m: known.get(m[1], m[0]), raw, flags=re.DOTALL)


def _plain(text: str, key: str, name: re.Match[str]) -> Slot:
    if text[name.end() : name.end() + 1] == "#" and name["space"]:
        # `KEY= # why`: an empty value and a comment, which must keep a space before it
        start = end = name.start("space")
        value = ""
    else:
        match = _PLAIN.match(text, name.end())
        assert match is not None, "the pattern matches any line"
        start, value = name.end(), match[0].rstrip()
        end = start + len(value)
    return Slot(
        path=(key,), start=start, end=end, value=value, style=_NONE,
        settled=not _AMBIGUOUS.search(value) and not _bare_comment(text, end),
        obstacle=_hash(text, start) if "#" in value else None,
    )  # fmt: skip


def _bare_comment(text: str, end: int) -> bool:
    """Whether only older python-dotenv takes what follows an empty value for the value."""
    return text[end - 1 : end] == "=" and bool(re.match(rf"{_SPACE}#", text[end:]))


def write(slot: Slot, new: str) -> str | Obstacle:
    """In the slot's own quotes if both readers get `new` from them, else in others that do."""
    raw = {
        _NONE: new if _reads_plain(new) else None,
        _DOUBLE: _double(new),
        _SINGLE: None if re.search(r"['\"\\]|\$\{", new) else f"'{new}'",
    }
    order = (slot.style, _NONE, _SINGLE if "$" in new or "`" in new else _DOUBLE, _SINGLE, _DOUBLE)
    found = next((raw[style] for style in order if raw.get(style) is not None), None)
    if found is None:
        return Obstacle(
            reason="no quoting makes phpdotenv and python-dotenv read the wanted value alike",
            remedy="use a value without ${...} and without a backslash at its end",
        )
    return f"={found}" if slot.style == _ABSENT else found


def _reads_plain(new: str) -> bool:
    """Nothing at all would make a comment behind it the value, so that needs quotes."""
    return new != "" and not re.search(r"[\s#'\"\\$`]", new)


def _double(new: str) -> str | None:
    if "${" in new or new.endswith("\\"):
        return None
    escaped = new.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def append(text: str, path: Path, new: str) -> str | Obstacle:
    """A line for a missing key, with the file's own line ending; a last open line is closed."""
    raw = write(Slot(path=path, start=0, end=0, value=None, style=_NONE), new)
    if isinstance(raw, Obstacle):
        return raw
    endings = Counter(_NEWLINE.findall(text))
    ending = endings.most_common(1)[0][0] if endings else "\n"
    opened = ending if text and text[-1] not in "\r\n" else ""
    return f"{opened}{path[0]}={raw}{ending}"


def _open_quote(number: int) -> Refusal:
    return Refusal(
        key="",
        reason=f"line {number} opens a quote that nothing closes",
        remedy="close the quote on that line",
    )


def _junk(text: str, index: int) -> Obstacle:
    return Obstacle(
        reason=f"line {line(text, index)} goes on after the value, and readers reject it",
        remedy="remove what follows the value, or put a # and a space before it",
    )


def _hash(text: str, index: int) -> Obstacle:
    return Obstacle(
        reason=f"line {line(text, index)} has a # that one reader takes for a comment, another not",
        remedy="put a space before the #, or quotes around the value",
    )


def _swallowed(text: str, slot: Slot) -> Slot:
    number = line(text, slot.start)
    obstacle = Obstacle(
        reason=f'phpdotenv takes line {number} for part of a text opened by =" above',
        remedy="close or remove the open double quote above it, also in a comment",
    )
    return replace(slot, settled=False, obstacle=obstacle)
