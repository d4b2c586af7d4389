"""What holds for every file of every format, looked for by Hypothesis."""

import io
import json
import tomllib
from collections.abc import Callable, Mapping

import pytest
from dotenv import dotenv_values
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from jobs.edits.edit import Edit, Format, Refusal, edit, values
from jobs.edits.splice import apply

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
WANTED = st.one_of(
    st.sampled_from(
        ["10.0.0.2", "fd00::1", "db-1.example", "5432", "", "yes", "a b", "#", "'", '"']
    ),
    st.text(max_size=12),
)


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


@settings(max_examples=600, deadline=None)
@given(file=files(), new=WANTED)
def test_edit_says_what_is_wanted_or_refuses(file: tuple[Format, bytes], new: str) -> None:
    """No input raises; an edit makes the file say the wanted value, and a second one is empty."""
    kind, content = file
    key = FORMATS[kind]
    done = edit(kind, content, {key: new})
    if isinstance(done, Refusal):
        assert done.reason
        assert done.remedy
        return
    after = apply(content, done.splices)
    assert values(kind, after, [key]) == {key: new}
    assert edit(kind, after, {key: new}) == Edit(splices=(), changes=())
    assert bool(done.splices) == (after != content)
    position = 0
    for piece in outside(content, done):
        position = after.index(piece, position) + len(piece)


VALUES = st.one_of(st.text(alphabet="ab.:/@-_ #'\"\\$é=", max_size=10), st.just("10.0.0.1"))
Reader = Callable[[str], object]


def _yaml(text: str) -> object:
    return YAML(typ="safe", pure=True).load(text)


@pytest.mark.parametrize(
    ("kind", "reader", "template"),
    [
        ("json", json.loads, '{{"a": [1, {{"b": {0}}}], "c": {1}}}'),
        ("toml", tomllib.loads, "c = {1} # c\n[[a]]\nb=1\n[[a]]\nb = {0}\n"),
        ("yaml", _yaml, "a:\n- 1\n-   b:  {0}   # c\nc: {1}\n"),
        ("yaml", _yaml, "{{a: [1, {{b: {0}}}], c: {1}}}"),
    ],
)
@settings(max_examples=60, deadline=None)
@given(old=VALUES, other=VALUES, new=VALUES)
def test_a_reader_sees_one_value_changed(
    kind: Format, reader: Reader, template: str, old: str, other: str, new: str
) -> None:
    """The format's usual reader gets the same document but for the wanted value."""
    before, expected = (
        template.format(*map(json.dumps, pair)) for pair in ((old, other), (new, other))
    )
    done = edit(kind, before.encode(), {"a.1.b": new})
    assert isinstance(done, Edit)
    after = apply(before.encode(), done.splices).decode()
    assert reader(after) == reader(expected)


@settings(max_examples=400, deadline=None)
@given(data=st.data(), new=VALUES)
def test_python_dotenv_sees_one_value_changed(data: st.DataObject, new: str) -> None:
    """python-dotenv reads the wanted value and, everywhere else, what it read before."""
    fragments = st.sampled_from([f for f in FRAGMENTS["dotenv"] if f != "\ufeff"])
    drawn = data.draw(st.lists(fragments, max_size=8))
    text = data.draw(st.sampled_from(["".join(drawn), damage(SOUND["dotenv"], data, drawn[:3])]))
    done = edit("dotenv", text.encode(), {"DB_HOST": new})
    if isinstance(done, Edit):
        after = apply(text.encode(), done.splices).decode()
        assert _dotenv(after) == _dotenv(text) | {"DB_HOST": new}


def _dotenv(text: str) -> dict[str, str | None]:
    return dict(dotenv_values(stream=io.StringIO(text, newline=""), interpolate=False))
