from __future__ import annotations

import base64
import json
import string
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jobs.masking import COMMON, FLOOR, Known, masked, secrets_in

FILES = {
    "dotenv": b'APP=shop\nDB_PASSWORD=hunter2-x\nexport API_TOKEN="with \\"quote\\""\nDB_HOST=10.0.0.1\n',
    "ini": b"[databases]\nshop = host=10.0.0.1 password=hunter2-x dbname=shop\n",
    "json": b'{"auth": {"password": "hunter2-x", "n": 1}, "host": "10.0.0.1"}',
    "toml": b"[db]\nurl = 'postgres://shop:hunter2-x@10.0.0.1/shop'\n",
    "yaml": b"production:\n  username: shop\n  password: hunter2-x  # changed in May\n",
    "comment": b"#DB_PASSWORD=hunter2-x\n",
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_every_format_gives_its_secrets_away(content: bytes) -> None:
    """Found by the key's name, or as the password of a URL; names and addresses are none."""
    known = secrets_in([content])
    said = masked("login of shop at 10.0.0.1 with hunter2-x failed", known)
    assert said == "login of shop at 10.0.0.1 with *** failed"


WORDS = st.text(
    st.sampled_from(string.ascii_letters + string.digits + "!#%&()*+-./:;<=>?@[]^_{|}~äö"),
    min_size=FLOOR,
    max_size=40,
)


@given(WORDS, st.text(max_size=20), st.text(max_size=20))
def test_a_secret_of_a_file_never_shows(secret: str, before: str, after: str) -> None:
    """Whatever stands around it: as it is, percent-encoded, in JSON, in base64 alone or among others."""
    assume(secret.lower() not in COMMON and len(set(secret)) > 2 and "*" not in secret)
    known = secrets_in([json.dumps({"db_password": secret}, ensure_ascii=False).encode()])
    raw = secret.encode()
    for spelling in (
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret, ensure_ascii=False),
        base64.b64encode(raw).decode(),
    ):
        shown = masked(f"{before}{spelling}{after}", known)
        assert spelling.strip('"') not in shown
    inside = base64.b64encode(b"user:" + raw + b"@x").decode()
    assert secret not in base64.b64decode(masked(inside, known) + "===", validate=False).decode(
        "utf-8", "replace"
    )


@given(
    st.text(st.sampled_from(string.ascii_letters + string.digits), min_size=12, max_size=40),
    st.integers(FLOOR, 11),
)
def test_a_secret_that_is_cut_off_does_not_show_either(secret: str, size: int) -> None:
    """A bounded output ends, or begins, in the middle of it."""
    assume(secret.lower() not in COMMON and len(set(secret)) > 2)
    known = Known(frozenset({secret}))
    assert secret[:size] not in masked(f"it said: {secret[:size]}", known)
    assert secret[-size:] not in masked(f"{secret[-size:]} it said", known)


def test_short_values_and_everyday_words_make_no_stars() -> None:
    """A password `a`, `admin` or `postgres` is no secret, and stands in half of all sentences."""
    known = secrets_in(
        [b"A_PASSWORD=a\nB_PASSWORD=admin\nC_PASSWORD=postgres\nD_KEY=------------\n"]
    )
    text = "a host without a password: postgres says admin ------------"
    assert known.masked(text) == text


def test_prose_in_a_comment_is_no_secret() -> None:
    """A comment about a token does not put its words on the list; a commented password is on it."""
    known = secrets_in([b"# the token: yourself you must fetch it\n#API_TOKEN=Zx81-spectrum\n"])
    assert known.masked("yourself you must fetch it") == "yourself you must fetch it"
    assert known.masked("Zx81-spectrum") == "***"


def test_a_key_of_several_lines_is_known_by_each() -> None:
    """As a dotenv file holds it, in one value with escapes, or over lines."""
    known = secrets_in(
        [b"PRIVATE_KEY=\"first-line-x1\\nsecond-line-y2\"\nOTHER_KEY='third-z3\nfourth-q4'\n"]
    )
    for line in ("first-line-x1", "second-line-y2", "third-z3", "fourth-q4"):
        assert known.masked(f"says {line}.") == "says ***."


def test_where_a_key_lies_is_no_secret() -> None:
    """The path of a key file helps whoever mends it."""
    known = secrets_in([b"ssl_key_file = /etc/ssl/private/shop.pem\n"])
    assert (
        known.masked("cannot read /etc/ssl/private/shop.pem")
        == "cannot read /etc/ssl/private/shop.pem"
    )


def test_laravels_key_is_known_without_its_prefix() -> None:
    """base64:… in the file, the rest of it in an exception."""
    key = base64.b64encode(bytes(range(32))).decode()
    known = secrets_in([f"APP_KEY=base64:{key}\n".encode()])
    assert known.masked(f"invalid key {key}") == "invalid key ***"


def test_what_is_known_shows_nowhere() -> None:
    """Not in a repr, as a traceback or a log may print it."""
    assert "hunter2" not in repr(secrets_in([FILES["dotenv"]]))


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "content", [b"x" * 400_000, b"://a:" * 80_000, b'"' * 100_000, b"key" * 100_000, b"\xff" * 9]
)
def test_no_file_takes_long(content: bytes) -> None:
    """A managed file may be anything; a host waits for nobody's regular expression."""
    secrets_in([content])
