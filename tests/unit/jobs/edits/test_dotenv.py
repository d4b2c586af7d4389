"""The dotenv file: each case of bad input, and python-dotenv as the judge of every result."""

import io

import pytest
from dotenv import dotenv_values

from jobs.edits.edit import Edit, Refusal, edit, values
from jobs.edits.splice import apply

NEW = "10.0.0.22"


def changed(before: bytes, *, key: str = "DB_HOST", new: str = NEW) -> bytes:
    """The file after its edit; the edit has to exist, and a second one has to do nothing."""
    first = edit("dotenv", before, {key: new})
    assert isinstance(first, Edit), first
    after = apply(before, first.splices)
    assert edit("dotenv", after, {key: new}) == Edit(splices=(), changes=())
    return after


def read_by_python(content: bytes) -> dict[str, str | None]:
    return dict(dotenv_values(stream=io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(b"DB_HOST=10.0.0.1\n", b"DB_HOST=10.0.0.22\n", id="plain"),
        pytest.param(b'DB_HOST="10.0.0.1"\n', b'DB_HOST="10.0.0.22"\n', id="double quotes"),
        pytest.param(b"DB_HOST='10.0.0.1'\n", b"DB_HOST='10.0.0.22'\n", id="single quotes"),
        pytest.param(b"export DB_HOST=a\n", b"export DB_HOST=10.0.0.22\n", id="export"),
        pytest.param(b"DB_HOST=a # why\n", b"DB_HOST=10.0.0.22 # why\n", id="comment"),
        pytest.param(b"DB_HOST='a'# why\n", b"DB_HOST='10.0.0.22'# why\n", id="comment at quote"),
        pytest.param(b"DB_HOST= # why\n", b"DB_HOST=10.0.0.22 # why\n", id="only a comment"),
        pytest.param(b"#DB_HOST=a\nDB_HOST=b", b"#DB_HOST=a\nDB_HOST=10.0.0.22", id="outcommented"),
        pytest.param(b"A=1\r\nDB_HOST=a\r\n", b"A=1\r\nDB_HOST=10.0.0.22\r\n", id="CRLF"),
        pytest.param(
            b"\xef\xbb\xbfDB_HOST=a\n", b"\xef\xbb\xbfDB_HOST=10.0.0.22\n", id="byte order mark"
        ),
        pytest.param(b"A=1\nDB_HOST=a", b"A=1\nDB_HOST=10.0.0.22", id="no final newline"),
        pytest.param(
            b"DB_HOST=a\nB=2\nDB_HOST=b\n",
            b"DB_HOST=10.0.0.22\nB=2\nDB_HOST=10.0.0.22\n",
            id="twice",
        ),
        pytest.param(b"A=1\n", b"A=1\nDB_HOST=10.0.0.22\n", id="missing"),
        pytest.param(
            b"A=1\r\nB=2", b"A=1\r\nB=2\r\nDB_HOST=10.0.0.22\r\n", id="missing, last line open"
        ),
        pytest.param(b"", b"DB_HOST=10.0.0.22\n", id="empty file"),
        pytest.param(b"DB_HOST=\nB=2\n", b"DB_HOST=10.0.0.22\nB=2\n", id="empty value"),
        pytest.param(b"DB_HOST=", b"DB_HOST=10.0.0.22", id="empty value at the end"),
        pytest.param(b'DB_HOST=""\n', b'DB_HOST="10.0.0.22"\n', id="empty quotes"),
        pytest.param(b"DB_HOST\nB=2\n", b"DB_HOST=10.0.0.22\nB=2\n", id="no equals sign"),
        pytest.param(
            b'DB_HOST="a\nDB_HOST=b\n"\nC=3\n', b'DB_HOST="10.0.0.22"\nC=3\n', id="many lines"
        ),
        pytest.param(
            b'KEY="a\nDB_HOST=b\n"\nDB_HOST=c\n',
            b'KEY="a\nDB_HOST=b\n"\nDB_HOST=10.0.0.22\n',
            id="the key inside another's lines",
        ),
        pytest.param(b"DB_HOST = a\n", b"DB_HOST = 10.0.0.22\n", id="space around ="),
        pytest.param(b'DB_HOST= "a" \n', b'DB_HOST= "10.0.0.22" \n', id="space around quotes"),
        pytest.param(b"  DB_HOST=a\n", b"  DB_HOST=10.0.0.22\n", id="indented"),
        pytest.param(b"DB_HOST=${MAIN}\n", b"DB_HOST=10.0.0.22\n", id="reference"),
        pytest.param(b'DB_HOST="${A}-${B}"\n', b'DB_HOST="10.0.0.22"\n', id="references in quotes"),
        pytest.param(b"XDB_HOST=a\n", b"XDB_HOST=a\nDB_HOST=10.0.0.22\n", id="a longer key"),
        pytest.param(b"DB_HOST=a b c\n", b"DB_HOST=10.0.0.22\n", id="unquoted spaces"),
    ],
)
def test_value_changes_and_nothing_else(before: bytes, after: bytes) -> None:
    """Only the value's bytes change, and python-dotenv reads the wanted value."""
    assert changed(before) == after
    assert read_by_python(after) == read_by_python(before) | {"DB_HOST": NEW}


@pytest.mark.parametrize(
    ("before", "new", "after"),
    [
        (b"A=x\n", "two words", b'A="two words"\n'),
        (b"A=x\n", "a#b", b'A="a#b"\n'),
        (b"A=x\n", "", b'A=""\n'),
        (b"A='x'\n", "it's", b'A="it\'s"\n'),
        (b'A="x"\n', 'say "a"', b'A="say \\"a\\""\n'),
        (b'A="x"\n', "back\\slash", b'A="back\\\\slash"\n'),
        (b"A=x\n", "$HOME", b"A='$HOME'\n"),
        (b"A= # c\n", "", b'A="" # c\n'),
    ],
)
def test_new_value_that_needs_quotes(before: bytes, new: str, after: bytes) -> None:
    """A value that plain text cannot hold gets quotes in which both readers agree."""
    assert changed(before, key="A", new=new) == after
    assert read_by_python(after) == {"A": new}


@pytest.mark.parametrize(
    ("content", "new", "reason"),
    [
        pytest.param(b'DB_HOST="a\n', NEW, "line 1 opens a quote", id="open quote"),
        pytest.param(b'A=1\nB="a\nDB_HOST=b\n', NEW, "line 2 opens a quote", id="open elsewhere"),
        pytest.param(b"DB_HOST='a' b\n", NEW, "line 1 goes on after the value", id="junk"),
        pytest.param(b"DB_HOST=a#b\n", NEW, "line 1 has a #", id="hash without space"),
        pytest.param(b"DB_HOST=\xff\n", NEW, "not UTF-8: byte 8", id="not UTF-8"),
        pytest.param(b"DB_HOST=a\0\n", NEW, "NUL bytes", id="NUL"),
        pytest.param(b"DB_HOST=a\n", "${X}", "no quoting", id="reference wanted"),
        pytest.param(b"DB_HOST=a\n", "a\\ b\\", "no quoting", id="backslash at the end"),
        pytest.param(b"DB_HOST=a\n", "a\nB=1", "do not print", id="newline wanted"),
        pytest.param(b'# A="b\nDB_HOST=a\n', NEW, "phpdotenv takes line 2", id="comment opens"),
    ],
)
def test_refusal_says_why_and_what_lifts_it(content: bytes, new: str, reason: str) -> None:
    """What cannot be changed safely is refused with its reason and a remedy."""
    refusal = edit("dotenv", content, {"DB_HOST": new})
    assert isinstance(refusal, Refusal)
    assert reason in refusal.reason
    assert refusal.remedy


def test_key_that_is_none() -> None:
    """A word that no dotenv file may hold as key is refused before the file is touched."""
    refusal = edit("dotenv", b"A=1\n", {"DB HOST": "a"})
    assert isinstance(refusal, Refusal)
    assert refusal.key == "DB HOST"


def test_last_of_two_counts() -> None:
    """Both phpdotenv and python-dotenv let the last of two lines win; so does `values`."""
    assert values("dotenv", b"A=1\nA=2\n", ["A", "B"]) == {"A": "2", "B": None}


def test_right_already() -> None:
    """A file that is right gives no splice, whatever its quotes and comments."""
    content = b"export DB_HOST = '10.0.0.22' # main\r\n"
    assert edit("dotenv", content, {"DB_HOST": NEW}) == Edit(splices=(), changes=())


def test_several_keys_and_an_appended_one() -> None:
    """An edit at the very end and an appended line become one splice."""
    content = b"DB_PORT=1"
    done = edit("dotenv", content, {"DB_PORT": "15", "DB_HOST": "a", "B": "c"})
    assert isinstance(done, Edit)
    assert len(done.splices) == 1
    assert apply(content, done.splices) == b"DB_PORT=15\nDB_HOST=a\nB=c\n"
