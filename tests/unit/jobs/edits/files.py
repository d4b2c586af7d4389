"""Files of every format, sound and damaged: without them each law of the edits would draw its own."""

from collections.abc import Mapping

from hypothesis import strategies as st

from jobs.edits.edit import Edit, Format

FORMATS: Mapping[Format, str] = {
    "dotenv": "DB_HOST",
    "ini": "db.host",
    "json": "db.host",
    "toml": "db.host",
    "yaml": "db.host",
}
FRAGMENTS: Mapping[Format, tuple[str, ...]] = {
    "dotenv": (
        *("DB_HOST", "A", "=", " ", "\t", "'", '"', "\\", "#", "\n", "\r\n", "\r", "export "),
        *("${A}", "$", "x", "10.0.0.1", "é", "\ufeff", "\u2028", '="', "DB_HOST=", "\nDB_HOST=v"),
    ),
    "ini": (
        *("[db]", "[x]", "host", "host = ", "other", "=", ":", " ", "\t", "\n", "\r\n", "\r"),
        *(";", "#", '"', "'", "10.0.0.1", "é", "%include a", "[", "]", "[db]\nhost = v\n"),
    ),
    "json": (
        *('{"db": ', '{"host": ', '"10.0.0.1"', '"x"', "5432", "{", "}", "[", "]", ",", ":"),
        *("\\", '"', "\n", "\t", "null", "true", "NaN", '"db"', '"host"', "é", '"\\/\\u0041"'),
    ),
    "toml": (
        *("[db]\n", "[[db]]\n", "host = ", "db.host = ", "other = ", '"x"', "'x'", '"""', "'''"),
        *("\n", "\r\n", " ", "#", "5_432", "0x1F", "1.5", "true", "{host = ", "}", "[", "]", ","),
        *("é", "\\", "1979-05-27 07:32:00", '"host"', "."),
    ),
    "yaml": (
        *("db:\n", "  host: ", "  other: ", "host: ", "- ", "10.0.0.1", "5432", "'x'", '"x"'),
        *("\n", "\r\n", " ", "  ", "#", "&a ", "*a", "|", ">-", "~", "{", "}", "[", "]", ",", "é"),
        *("<<: ", "---\n", "!t ", "? ", ": ", "db: {host: x}\n", "\t", "%YAML 1.1\n"),
    ),
}
SOUND: Mapping[Format, str] = {
    "dotenv": "A=1\nDB_HOST=10.0.0.1 # c\nC='d e'\n",
    "ini": "[db]\nhost = 10.0.0.1\n; c\n[x]\nhost = y\n",
    "json": '{"a": [1], "db": {"port": 1, "host": "10.0.0.1"}}',
    "toml": 'a = 1\n[db]\nhost = "10.0.0.1" # c\nport = 1\n',
    "yaml": "a: [1]\ndb:\n  host: 10.0.0.1   # c\n  port: 1\n",
}


@st.composite
def files(draw: st.DrawFn) -> tuple[Format, bytes]:
    """A sound file with a few insertions, or fragments of one, now and then arbitrary bytes."""
    kind: Format = draw(st.sampled_from(list(FORMATS)))
    fragments = st.lists(st.sampled_from(FRAGMENTS[kind]), max_size=8)
    damaged = st.builds(damage, st.just(SOUND[kind]), st.data(), fragments.map(lambda f: f[:3]))
    near = fragments.map("".join)
    return kind, draw(
        st.one_of(damaged.map(str.encode), near.map(str.encode), st.binary(max_size=40))
    )


def damage(text: str, data: st.DataObject, fragments: list[str]) -> str:
    """The text with each fragment put somewhere into it."""
    for fragment in fragments:
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + fragment + text[at:]
    return text


def outside(content: bytes, done: Edit) -> list[bytes]:
    """The bytes that no splice covers, piece by piece."""
    ends = [0, *(splice.end for splice in done.splices)]
    starts = [*(splice.offset for splice in done.splices), len(content)]
    return [content[end:start] for end, start in zip(ends, starts, strict=True)]
