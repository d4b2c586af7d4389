"""What holds for every file of every format, looked for by Hypothesis."""

import io
import json
import tomllib
from collections.abc import Callable

import pytest
from dotenv import dotenv_values
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from jobs.edits.edit import Edit, Format, Refusal, edit, values
from jobs.edits.splice import apply
from tests.unit.jobs.edits.files import FORMATS, FRAGMENTS, SOUND, damage, files, outside

WANTED = st.one_of(
    st.sampled_from(
        ["10.0.0.2", "fd00::1", "db-1.example", "5432", "", "yes", "a b", "#", "'", '"']
    ),
    st.text(max_size=12),
)


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
