"""Whatever stands in a file, under whatever key, for whatever value: refused with words, or nothing else moved."""

import configparser
import warnings

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from jobs.edits.edit import Edit, Format, Refusal, edit, values
from jobs.edits.splice import apply
from tests.unit.jobs.edits.files import FORMATS, FRAGMENTS, SOUND, files, outside

KEYS = (
    st.sampled_from(
        [
            *("DB_HOST", "A", "db.host", "db.port", "x.host", "a.0", "db", "", ".", "..", "db.", ":host"),
            *("DB_HOST:host", "db.host:port", "db.host:", "db.host:nothing", "a b", "[db]", "host\n"),
            *("db.host.more", "a.99999999999999999999", "a.-1", "\x00", "é", "#", "=", "export A"),
        ]
    )
    | st.text(max_size=8)
)  # fmt: skip
VALUES = (
    st.sampled_from(
        [
            *("10.0.0.2", "fd00::1", "\x00", "\n", "\r\nAPP_KEY=mine", "\u2028", "\x85", "\x1b[2J"),
            *("$(id)", "${A}", "`id`", "' or '", '"', "\\", "#x", " x ", "-", "~", "null", "%s", "*a"),
            *("x" * 5000, "a=b\n[other]\nhost = evil", "|\n  x", "!!python/object:x", "{x: y}", "é"),
        ]
    )
    | st.text(max_size=20)
)  # fmt: skip
SOUND_ONES = st.sampled_from([(kind, text.encode()) for kind, text in SOUND.items()])
WANTED = st.dictionaries(KEYS, VALUES, max_size=2)


@settings(max_examples=300)
@given(file=files() | SOUND_ONES, more=st.just({}) | WANTED, new=VALUES)
def test_any_keys_and_values_are_written_or_refused(
    file: tuple[Format, bytes], more: dict[str, str], new: str
) -> None:
    """Several at once: no exception; a refusal says why and what to do; an edit says all that was wanted,
    and every byte beside its splices stands where it stood."""
    kind, content = file
    wanted = more | {FORMATS[kind]: new}
    done = edit(kind, content, wanted)
    event(f"{kind}: {type(done).__name__}")
    if isinstance(done, Refusal):
        assert done.reason
        assert done.remedy
        return
    after = apply(content, done.splices)
    assert values(kind, after, list(wanted)) == wanted
    assert b"".join(outside(content, done)) == b"".join(kept(after, done))


def kept(after: bytes, done: Edit) -> list[bytes]:
    """What of the new content is no splice's."""
    pieces, start, shift = [], 0, 0
    for splice in done.splices:
        at = splice.offset + shift
        pieces.append(after[start:at])
        start = at + len(splice.replacement)
        shift += len(splice.replacement) - splice.length
    return [*pieces, after[start:]]


@settings(max_examples=200)
@given(st.sampled_from(sorted(SOUND)), VALUES, st.data())
def test_no_other_line_changes(kind: Format, new: str, data: st.DataObject) -> None:
    """In a sound file between other lines: only the line that holds the key is another one afterwards."""
    around = {
        "dotenv": "K{}=v{} # c",
        "ini": "k{} = v{}",
        "toml": "k{} = 'v{}'",
        "yaml": "k{}: v{}",
    }
    more = "".join(f"{around[kind].format(n, n)}\n" for n in range(4)) if kind in around else ""
    before = SOUND[kind] if kind in {"ini", "json"} else more + SOUND[kind]
    content = (before + (more if kind in {"ini", "dotenv", "yaml"} else "")).encode()
    done = edit(kind, content, {FORMATS[kind]: new})
    if isinstance(done, Refusal):
        return
    after = apply(content, done.splices)
    old_lines, new_lines = content.split(b"\n"), after.split(b"\n")
    moved = [line for line in old_lines if line not in new_lines]
    assert len(moved) <= 1
    assert all(b"10.0.0.1" in line for line in moved)
    assert [line for line in old_lines if line in new_lines] == [
        line for line in old_lines if line not in moved
    ]


@settings(max_examples=120)
@given(st.data(), st.sampled_from(["10.0.0.2", "a b", "x=y", "é", "-", "0"]))
def test_a_reader_of_ini_sees_one_value_changed(data: st.DataObject, new: str) -> None:
    """configparser reads the wanted value and, everywhere else, what it read before."""
    drawn = data.draw(st.lists(st.sampled_from(FRAGMENTS["ini"]), max_size=4))
    text = SOUND["ini"] + "\n" + "".join(drawn)
    before, done = _read(text), edit("ini", text.encode(), {"db.host": new})
    if before is None or isinstance(done, Refusal):
        return
    after = _read(apply(text.encode(), done.splices).decode())
    assert after == before | {("db", "host"): new}


def _read(text: str) -> dict[tuple[str, str], str] | None:
    reader = configparser.RawConfigParser(delimiters=("=",), comment_prefixes=(";", "#"))
    try:
        reader.read_string(text.replace("\r\n", "\n"))
    except configparser.Error:
        return None
    return {(s, k): v for s in reader.sections() for k, v in reader.items(s)}


@pytest.mark.parametrize("kind", sorted(SOUND))
def test_a_huge_file_or_a_deep_one_is_no_trap(kind: Format) -> None:
    """One line of a hundred thousand characters, brackets and braces without end: an answer all the same."""
    deep = 200 if kind == "yaml" else 2_000
    for odd in (b"x" * 100_000, b"[" * deep, b'{"a":' * deep):
        for content in (odd, SOUND[kind].encode() + b"\n" + odd, odd + SOUND[kind].encode()):
            done = edit(kind, content, {FORMATS[kind]: "10.0.0.2"})
            assert isinstance(done, Edit) or done.remedy


def test_nothing_of_a_file_is_warned_of() -> None:
    """An anchor that stands twice makes the parser warn, and it would quote the line: a password in a log."""
    content = b"a: &a hush\nb: &a hush\ndb:\n  host: 10.0.0.1\n"
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        done = edit("yaml", content, {"db.host": "10.0.0.2"})
    assert isinstance(done, Edit)
    assert warned == []
