"""Without this file a host could not be changed inside a connection string without its password."""

import re
from collections.abc import Iterator

_URL = re.compile(
    r"(?P<scheme>(?:jdbc:)?[A-Za-z][A-Za-z0-9+.\-]*://)(?P<user>[^/?#]*@)?"
    r"(?P<host>\[[^\]\s]*\]|[^\[\]/?#:,@\s]*)(?::(?P<port>\d*))?(?=[/?#]|$)"
)
_PDO = re.compile(r"[a-z]+:(?=[\w ]+=)")
_QUOTED = r"'(?:[^'\\]|\\.|'')*'"
_LIBPQ = re.compile(rf"\s*(?P<name>\w+)\s*=\s*(?P<value>{_QUOTED}|(?!')\S*)\s*", re.DOTALL)
_FIELD = re.compile(r"\s*(?P<name>\w+)\s*=(?P<value>[^;]*)(?:;|$)")
_PLAIN = re.compile(r"[^\s'\\;=@/?#]+")

Span = tuple[int, int]


def part_of(connection: str, part: str) -> str | None:
    """What a URL, libpq keywords or a PDO string say for a keyword; None if they do not say it."""
    span = _span(connection, part)
    if span is None:
        return None
    raw = connection[slice(*span)]
    if raw.startswith("'"):
        return re.sub(r"\\(.)|'(')", r"\1\2", raw[1:-1])
    return raw[1:-1] if raw.startswith("[") and "://" in connection else raw


def with_part(connection: str, part: str, new: str) -> str | None:
    """The connection string with one keyword changed; None if it cannot be said there.

    IPv6 addresses get brackets in URLs only; a URL without a port gets one after its host.
    """
    span = _span(connection, part)
    if span is None:
        return _with_port(connection, new) if part == "port" else None
    if not _PLAIN.fullmatch(new):
        return None
    start, end = span
    before, old, after = connection[:start], connection[start:end], connection[end:]
    return before + _dressed(before, old, new) + after


def _dressed(before: str, old: str, new: str) -> str:
    if old.startswith("'"):
        return f"'{new}'"
    return f"[{new}]" if ":" in new and "://" in before and "?" not in before else new


def _with_port(connection: str, new: str) -> str | None:
    url = _URL.match(connection)
    if not url or url["port"] is not None or not new.isdigit():
        return None
    return f"{connection[: url.end()]}:{new}{connection[url.end() :]}"


def _span(connection: str, part: str) -> Span | None:
    if url := _URL.match(connection):
        return _span_in_url(url, part)
    spans = [span for name, span in _keywords(connection) if name == part]
    return spans[0] if len(spans) == 1 else None


def _span_in_url(url: re.Match[str], part: str) -> Span | None:
    """A parameter after the question mark wins over the authority, as libpq has it."""
    if part not in ("host", "port"):
        return None
    if parameter := re.search(rf"[?&]{part}=([^&#]*)", url.string[url.end() :]):
        return url.end() + parameter.start(1), url.end() + parameter.end(1)
    return None if url[part] is None else url.span(part)


def _keywords(connection: str) -> Iterator[tuple[str, Span]]:
    """Every keyword with the span of its value; nothing at all unless the whole string is read."""
    pdo = _PDO.match(connection)
    pattern, position = (_FIELD, pdo.end()) if pdo else (_LIBPQ, 0)
    found: list[tuple[str, Span]] = []
    while position < len(connection):
        match = pattern.match(connection, position)
        if match is None:
            return
        found.append((match["name"], match.span("value")))
        position = match.end()
    yield from found
