"""ini, json, toml and yaml: what is changed, and what is refused with which reason."""

from collections.abc import Mapping

import pytest
import tomlkit
from configupdater import ConfigUpdater

from jobs.edits.edit import Edit, Format, Refusal, edit, values
from jobs.edits.splice import apply

PGBOUNCER = """\
;; databases
[databases]
shop = host=10.0.0.1 port=5432 dbname=shop
* = host=10.0.0.1
"my.db" = host=10.0.0.1

[pgbouncer]
listen_port = 6432
user = "x"
%include /etc/pgbouncer/more.ini
"""
TOML = """\
title = 'x' # c
[db]
host = "10.0.0.1"
port = 5_432
url.main = 'postgres://u@h/d'
text = \"""
old\"""
list = [ {host = "a", port = 1}, { "host" = 'b' }, # c
]
day = 1979-05-27 07:32:00
on = true
[[srv]]
host = "one"
[[srv]]
host = "two"
[srv.sub]
"a.b" = '''x'''
"""
YAML = """\
# top
db: &db
  host: 10.0.0.1   # main
  port: 5432
  name: 'shop'
  empty:   # nothing yet
  block: |
    old

  line: |-
    old
  folded: some
    words
list: [a, {host: h, port: 1}]
last: one"""
JSON = '{\t"db": {"hosts": [{"host": "10.0.0.1", "port": 5432}], "a.b": null},\n "u": "\\u00e4\\/"}'

CASES: list[tuple[Format, str, str, str, str, str]] = [
    ("ini", PGBOUNCER, "databases.shop:host", "db2", "shop = host=10.0.0.1", "shop = host=db2"),
    ("ini", PGBOUNCER, "databases.shop:port", "6", "port=5432", "port=6"),
    ("ini", PGBOUNCER, "databases.*:host", "fd00::1", "* = host=10.0.0.1", "* = host=fd00::1"),
    (
        "ini",
        PGBOUNCER,
        "databases.my.db:host",
        "db2",
        '"my.db" = host=10.0.0.1',
        '"my.db" = host=db2',
    ),
    ("ini", PGBOUNCER, "pgbouncer.listen_port", "6433", "= 6432", "= 6433"),
    ("ini", PGBOUNCER, "pgbouncer.user", "y z", '"x"', '"y z"'),
    ("ini", "[a]\r\nb=\r\nc=1", "a.b", "x", "b=", "b=x"),
    ("ini", "[a]\nb = 1\n[c]\nb = 2\n[a]\nd = 3", "a.d", "4", "d = 3", "d = 4"),
    ("json", JSON, "db.hosts.0.host", "db2", '"10.0.0.1"', '"db2"'),
    ("json", JSON, "db.hosts.0.port", "6", "5432", "6"),
    ("json", JSON, 'db."a.b"', "x", "null", '"x"'),
    ("json", JSON, "u", "é/", "\\u00e4\\/", "\\u00e9\\/"),
    ("json", "\ufeff[1]", "0", "2", "1", "2"),
    ("toml", TOML, "db.host", "db2", '"10.0.0.1"', '"db2"'),
    ("toml", TOML, "db.port", "6", "5_432", "6"),
    ("toml", TOML, "db.url.main:host", "k", "u@h/d", "u@k/d"),
    ("toml", TOML, "db.text", "new", '"""\nold"""', '"""new"""'),
    ("toml", TOML, "db.list.0.host", 'a"b', '"a"', '"a\\"b"'),
    ("toml", TOML, "db.list.1.host", "it's", "'b'", '"it\'s"'),
    ("toml", TOML, "srv.1.host", "three", '"two"', '"three"'),
    ("toml", TOML, 'srv.1.sub."a.b"', "y", "'''x'''", "'''y'''"),
    ("yaml", YAML, "db.host", "db-2.example", "10.0.0.1", "db-2.example"),
    ("yaml", YAML, "db.host", "::1", "10.0.0.1", '"::1"'),
    ("yaml", YAML, "db.host", "fd00::1", "10.0.0.1", "fd00::1"),
    ("yaml", YAML, "db.host", "off", "10.0.0.1", '"off"'),
    ("yaml", YAML, "db.port", "6", "5432", "6"),
    ("yaml", YAML, "db.name", "it's", "'shop'", "'it''s'"),
    ("yaml", YAML, "db.empty", "x", "empty:", "empty: x"),
    ("yaml", YAML, "db.block", "new", "|\n    old", '"new"'),
    ("yaml", YAML, "db.line", "a: b #", "|-\n    old", "|-\n    a: b #"),
    ("yaml", YAML, "db.folded", "new", "some\n    words", "new"),
    ("yaml", YAML, "list.1.host", "k", "host: h", "host: k"),
    ("yaml", YAML, "last", "two", "one", "two"),
    ("yaml", "a:\r\n  b: 'x'\r\n", "a.b", "y", "'x'", "'y'"),
    ("yaml", "{a: , b: 1}", "a", "x", "a:", "a: x"),
]


@pytest.mark.parametrize(("kind", "content", "key", "new", "old_text", "new_text"), CASES)
def test_value_changes_and_nothing_else(
    kind: Format, content: str, key: str, new: str, old_text: str, new_text: str
) -> None:
    """The file is the same but for the value, which keeps its type and, if it can, its quotes."""
    done = edit(kind, content.encode(), {key: new})
    assert isinstance(done, Edit), done
    after = apply(content.encode(), done.splices)
    assert after.decode() == content.replace(old_text, new_text, 1)
    assert values(kind, after, [key]) == {key: new}
    assert edit(kind, after, {key: new}) == Edit(splices=(), changes=())


@pytest.mark.parametrize(
    ("kind", "content", "key", "new", "reason"),
    [
        ("ini", "[a]\nb = x ; c\n", "a.b", "y", "line 2 may end in a comment"),
        ("ini", "[a]\nb = x\n  y\n", "a.b", "z", "around line 2 an indented line"),
        ("ini", "[a]\nc = 1\n  b = x\n", "a.b", "z", "around line 3 an indented line"),
        ("ini", "[a]\nb = x\n", "a.b", "; y", "cannot hold the wanted value"),
        ("ini", "[a]\nb = x\n", "b", "y", "no key of such a file"),
        ("ini", "[a]\n= x\n", "a.b", "y", "no ini file"),
        ("json", '{"a": 1, "a": 2}', "a", "3", "line 1 names a key that its object already has"),
        ("json", '{"a": {"b": 1}, "a": {"c": 2}}', "a.b", "3", "already has"),
        ("json", '{"a": 1} // c', "a", "3", "line 1 is no JSON"),
        ("json", '{"a": NaN}', "a", "3", "NaN"),
        ("json", "[" * 100000, "a", "3", "too many levels"),
        ("json", '{"a": 1}', "a", "x", "a number stands there"),
        ("json", '{"a": true}', "a", "x", "a true stands there"),
        ("json", '{"a": 1}', "b", "x", "not in the file"),
        ("json", '{"a": 1}', "a..b", "x", "no key of such a file"),
        ("toml", "a = 1\na = 2\n", "a", "3", "no TOML: at line 2"),
        ("toml", TOML, "db.on", "x", "a bool stands there"),
        ("toml", TOML, "db.day", "x", "a datetime stands there"),
        ("toml", "a = 1", "a", "1.5", "number of this kind"),
        ("toml", "a = " + "[" * 5000, "a", "3", "nests too deep"),
        ("yaml", "a: &x 1\nb: *x\n", "a", "2", "anchor"),
        ("yaml", "a: &x 1\nb: *x\n", "b", "2", "anchor"),
        ("yaml", "a: &x {h: 1}\nb: *x\n", "b.h", "2", "anchor"),
        ("yaml", "a: &x {h: 1}\nb: {<<: *x}\n", "b.h", "2", "merge"),
        ("yaml", "a: 1\n---\na: 2\n", "a", "2", "several YAML documents"),
        ("yaml", "a: 1\na: 2\n", "a", "3", "stands twice"),
        ("yaml", "a: !vault x\n", "a", "3", "line 1 gives the value a tag"),
        ("yaml", "a: |  # c\n  x\n", "a", "3", "opens a block scalar"),
        ("yaml", "a:\n-\n- b\n", "a.0", "3", "nothing stands"),
        ("yaml", "a: [\n", "a", "3", "is no YAML"),
        ("yaml", "a: 5\n", "a", "x", "a number stands there"),
        ("yaml", "a: yes\nb: 2001-01-01", "b", "x", "a timestamp stands there"),
        ("yaml", "%YAML 1.54\na: 5\n", "a", "x", "beyond the parser"),
        ("yaml", "[" * 3000, "a", "x", "too many levels"),
    ],
)
def test_refusal_says_why_and_what_lifts_it(
    kind: Format, content: str, key: str, new: str, reason: str
) -> None:
    """What cannot be changed with certainty is refused with a reason and a remedy."""
    refusal = edit(kind, content.encode(), {key: new})
    assert isinstance(refusal, Refusal), refusal
    assert reason in refusal.reason
    assert refusal.remedy


def test_explicitly_written_key_beside_a_merge() -> None:
    """A merge only forbids keys that it may bring; one written out beside it is the mapping's own."""
    content = b"a: &x {h: 1}\nb:\n  <<: *x\n  k: v\n"
    done = edit("yaml", content, {"b.k": "w"})
    assert isinstance(done, Edit)
    assert apply(content, done.splices) == content.replace(b"v", b"w")


@pytest.mark.parametrize("kind", ["json", "toml", "yaml"])
def test_parser_messages_do_not_quote_the_file(kind: Format) -> None:
    """A reason is shown to people, so it holds no word of the file."""
    content = b'a: *hunter\nb = \'hunter\n{"c": hunter'
    refusal = edit(kind, content, {"a": "x"})
    assert isinstance(refusal, Refusal)
    assert "hunter" not in refusal.reason


def test_values_behind_an_alias() -> None:
    """An aliased scalar can be read; a key below an aliased mapping is refused, not missing."""
    assert values("yaml", b"a: &x 1\nb: *x\n", ["b", "c"]) == {"b": "1", "c": None}
    assert isinstance(values("yaml", b"a: &x {h: 1}\nb: *x\n", ["b.h"]), Refusal)


def test_other_libraries_read_the_same() -> None:
    """tomlkit and ConfigUpdater, which are not used for the edit, read the wanted values."""
    toml = _edited("toml", TOML, {"db.host": "db2", "db.list.1.host": "c", "srv.0.host": "x"})
    document = tomlkit.parse(toml).unwrap()
    assert (document["db"]["host"], document["db"]["list"][1]["host"]) == ("db2", "c")
    assert [server["host"] for server in document["srv"]] == ["x", "two"]
    ini = ConfigUpdater(allow_no_value=True)
    ini.read_string(_edited("ini", PGBOUNCER, {"databases.*:host": "db2"}))
    assert ini["databases"]["*"].value == "host=db2"


def _edited(kind: Format, content: str, wanted: Mapping[str, str]) -> str:
    done = edit(kind, content.encode(), wanted)
    assert isinstance(done, Edit)
    return apply(content.encode(), done.splices).decode()


def test_two_names_for_one_place_must_agree() -> None:
    """Spelled in two ways with two values, a key cannot say both: refused by the proof."""
    refusal = edit("json", b'{"a": "1"}', {"a": "2", '"a"': "3"})
    assert isinstance(refusal, Refusal)
    assert refusal.key == "a"


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    ("kind", "content", "key"),
    [
        ("dotenv", "K=a" + " " * 100_000 + "b\n", "K"),
        ("dotenv", "K=" + "pass" * 100_000 + "://" * 100_000, "K"),
        ("dotenv", "A=1\n" * 20_000 + "K=1\n", "K"),
        ("ini", "[s]\nK = " + " a" * 100_000, "s.K"),
        ("json", '{"K": "' + "\\n" * 100_000 + '"}', "K"),
        ("toml", 'K = "' + "\\n" * 100_000 + '"', "K"),
        ("yaml", 'K: "' + "x " * 20_000 + '"', "K"),
    ],
    ids=["spaces", "words that look secret", "lines", "ini", "json", "toml", "yaml"],
)
def test_a_long_value_takes_no_long_time(kind: Format, content: str, key: str) -> None:
    """No pattern goes over a long value again and again."""
    assert isinstance(edit(kind, content.encode(), {key: "db2"}), Edit)
