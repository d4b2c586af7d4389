import secrets

import pytest

from jobs.edits.connection import part_of, with_part
from jobs.edits.draft import Change
from jobs.edits.edit import Edit, Format, Refusal, edit, values
from jobs.edits.secret import masked
from jobs.edits.splice import apply

PASSWORD = secrets.token_hex(8)


@pytest.mark.parametrize(
    ("before", "part", "old", "new", "after"),
    [
        ("postgres://u:p@h:1/d?x=y", "host", "h", "k", "postgres://u:p@k:1/d?x=y"),
        ("postgres://u:p@h:1/d", "port", "1", "2", "postgres://u:p@h:2/d"),
        ("postgres://u:p@h/d", "port", None, "2", "postgres://u:p@h:2/d"),
        ("postgres://h", "host", "h", "fd00::1", "postgres://[fd00::1]"),
        ("postgres://[fd00::1]:5/d", "host", "fd00::1", "h", "postgres://h:5/d"),
        ("postgres:///d?host=h&a=b", "host", "h", "fd00::1", "postgres:///d?host=fd00::1&a=b"),
        ("jdbc:postgresql://h:1/d", "host", "h", "k", "jdbc:postgresql://k:1/d"),
        ("host=h port=1", "host", "h", "fd00::1", "host=fd00::1 port=1"),
        ("dbname=d host = 'h' port=1", "host", "h", "k", "dbname=d host = 'k' port=1"),
        ("password='it''s host=x' host=h", "host", "h", "k", "password='it''s host=x' host=k"),
        ("pgsql:host=h;port=1;dbname=d", "port", "1", "2", "pgsql:host=h;port=2;dbname=d"),
    ],
)
def test_one_keyword_changes(before: str, part: str, old: str | None, new: str, after: str) -> None:
    """URLs, libpq keywords and PDO strings change in one keyword, each in its own way."""
    assert part_of(before, part) == old
    assert with_part(before, part, new) == after
    assert part_of(after, part) == new


@pytest.mark.parametrize(
    ("connection", "part", "new"),
    [
        ("10.0.0.1", "host", "h"),
        ("postgres://h1:1,h2:2/d", "host", "h"),
        ("postgres://h/d", "dbname", "e"),
        ("host=h host=k", "host", "l"),
        ("host=h port=1", "hostaddr", "l"),
        ("host=h", "host", "a b"),
        ("host='h", "host", "k"),
    ],
)
def test_what_is_not_certain_is_not_changed(connection: str, part: str, new: str) -> None:
    """No keyword, two of them, several hosts or a value that needs escapes: nothing is written."""
    assert with_part(connection, part, new) is None


@pytest.mark.parametrize(
    ("format_", "content"),
    [
        ("dotenv", f"URL=postgres://u:{PASSWORD}@10.0.0.1:5432/d\n"),
        ("dotenv", f'URL="postgres://${{U}}:{PASSWORD}@10.0.0.1:5432/d" # c\n'),
        ("dotenv", f"URL='host=10.0.0.1 password={PASSWORD} port=5432'\n"),
        ("json", f'{{"URL": "postgres:\\/\\/u\\u0041:{PASSWORD}@10.0.0.1:5432\\/d"}}'),
        ("toml", f'URL = "postgres://\\u0041:{PASSWORD}@10.0.0.1:5432/d"\n'),
        ("yaml", f"URL: postgres://u:{PASSWORD}@10.0.0.1:5432/d # c\n"),
        ("yaml", f'URL: "host=10.0.0.1 password=\\"{PASSWORD} port=5432"\n'),
    ],
    ids=lambda given: str(given).replace(PASSWORD, "***"),
)
def test_only_host_and_port_travel(format_: Format, content: str) -> None:
    """Host and port change inside a value; its password is in no splice and in no change."""
    before = content.encode()
    wanted = {"URL:host": "db-2.example", "URL:port": "6000"}
    done = edit(format_, before, wanted)
    assert isinstance(done, Edit)
    assert not any(PASSWORD.encode() in splice.replacement for splice in done.splices)
    assert sum(splice.length for splice in done.splices) <= len("10.0.0.1") + len("5432")
    assert PASSWORD not in repr(done.changes)
    after = content.replace("10.0.0.1", "db-2.example").replace("5432", "6000")
    assert apply(before, done.splices) == after.encode()
    assert values(format_, after.encode(), list(wanted)) == wanted


def test_a_part_that_is_not_there() -> None:
    """The refusal names the key with its part, and says what would help."""
    refusal = edit("dotenv", b"URL=x\n", {"URL:host": "h"})
    assert isinstance(refusal, Refusal)
    assert (refusal.key, "connection string" in refusal.reason) == ("URL:host", True)


def test_a_part_of_a_missing_key_is_not_made_up() -> None:
    """A connection string that is not there cannot be guessed from its host."""
    assert isinstance(edit("dotenv", b"A=1\n", {"URL:host": "h"}), Refusal)


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("DB_PASSWORD", "abc", "***"),
        ("app.apiKey", "abc", "***"),
        ("API_TOKEN", "abc", "***"),
        ("tokens.db:host", "10.0.0.1", "10.0.0.1"),
        ("URL", "postgres://u:p@w/d@h:1/d", "postgres://u:***@h:1/d"),
        ("URL", "redis://:abc@h", "redis://:***@h"),
        ("dsn", "host=h password='a b' port=1", "host=h password=*** port=1"),
        ("dsn", "postgres://h/d?sslpassword=abc&a=b", "postgres://h/d?sslpassword=***&a=b"),
        ("DB_HOST", "10.0.0.1", "10.0.0.1"),
    ],
)
def test_people_see_no_secret(key: str, value: str, shown: str) -> None:
    """Whole secrets, passwords of URLs and of keywords are masked, addresses are not."""
    assert masked(key, value) == shown


def test_changes_are_masked() -> None:
    """An edit of a whole URL tells people what changes without its password."""
    done = edit("dotenv", b"URL=postgres://u:p@h/d\n", {"URL": "postgres://u:p@k/d"})
    assert isinstance(done, Edit)
    assert done.changes == (
        Change(key="URL", old="postgres://u:***@h/d", new="postgres://u:***@k/d"),
    )
