from __future__ import annotations

import base64
import random
import secrets
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.cli.deeds import one_line
from jobs.audit import Kind
from jobs.masking import masked
from jobs.remote import HostFailure
from tests.world import make_world

CHANCE = random.Random(4)  # noqa: S311 - made up here, so that no secret stands in this file


def some(alphabet: str, length: int) -> str:
    return "".join(CHANCE.choices(alphabet, k=length))


ALNUM = string.ascii_letters + string.digits
SHAPES = {
    "url": ("postgres://shop:{}@10.0.0.1/shop", some(ALNUM, 9)),
    "url with an at sign": ("redis://:{}@10.0.0.1", "p@ss" + some(ALNUM, 5)),
    "pair": ("PGPASSWORD={} psql", some(ALNUM, 7)),
    "quoted pair": ('db.password = "{}" in line 3', "two words"),
    "yaml": ("password: {}", "correcthorse"),
    "json": ('{{"api_key": "{}"}}', some(ALNUM, 8)),
    "option": ("mysql --password {} shop", some(ALNUM, 8)),
    "sql": ("ALTER USER shop PASSWORD '{}'", some(ALNUM, 8)),
    "header": ("Authorization: Bearer {}", some(ALNUM, 12)),
    "basic": ("sent Basic {} to it", base64.b64encode(b"shop:x1y2").decode()),
    "laravel": ("No such key base64:{}", base64.b64encode(bytes(range(32))).decode()),
    "aws": ("denied for {}", "AKIA" + some(string.ascii_uppercase + string.digits, 16)),
    "slack": ("bad {}", "xoxb-" + some(string.digits, 12)),
    "slack webhook": ("post https://hooks.slack.com/services/{}", "T0/B0/" + some(ALNUM, 20)),
    "github": ("bad {}", "ghp_" + some(ALNUM, 36)),
    "webhook key": ("bad {}", "whsk_" + base64.b64encode(bytes(range(32))).decode()),
    "linode": ("token is {}", some("0123456789abcdef", 64)),
    "jwt": ("bad {}", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0." + some(ALNUM, 12)),
    "random": ("it said {} and ended", some(ALNUM, 40)),
    "pem": ("-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----", some(ALNUM, 64)),
    "cut pem": ("-----BEGIN PRIVATE KEY-----\n{}", some(ALNUM, 20)),
}


@pytest.mark.parametrize(("said", "secret"), SHAPES.values(), ids=SHAPES)
def test_a_secret_is_known_by_its_shape(said: str, secret: str) -> None:
    """What stands in no managed file; masking twice changes nothing more."""
    shown = masked(said.format(secret))
    assert secret not in shown
    assert "***" in shown
    assert masked(shown) == shown


PLAIN = (
    'FATAL: password authentication failed for user "shop"',
    "SQLSTATE[28P01] no password supplied",
    "parse error: invalid token: expected ;",
    "/var/www/shop/releases/20261125200203/storage/logs/laravel-2026-11-25.log is not writable",
    "Illuminate\\Database\\QueryException at vendor/laravel/framework/src/Illuminate/Database/Connection.php:829",
    "after-command 'php artisan config:cache' ended with status 1; its output is on the host in /var/lib/pgbaton/shop/after.log",
    "shop-horizon@1.service does not restart: Unit shop-horizon@1.service not found.",
    "the host holds 7300000000000000001/3/4711, which is newer",
    "job repoint-3f2a9c1b0d-9a8b7c6d5e4f3a2b of 3f2a9c1b-0d9a-4b7c-8d5e-4f3a2b1c0d9e gave way",
    "connect to [2001:db8::1]:5432 refused, http://10.0.0.1:8008/patroni?x=1",
    "the secret linode-token is missing; basic configuration, bearer of news",
    "PRIMARY KEY (id), monkey=banana, compass: north",
    "",
)


@pytest.mark.parametrize("text", PLAIN)
def test_a_text_without_secrets_stays_as_it_is(text: str) -> None:
    """What hosts say every day, byte for byte."""
    assert masked(text) == text


@given(st.lists(st.sampled_from(sorted(set(" ".join(PLAIN[:4]).split()))), max_size=20))
def test_plain_words_stay_in_any_order(words: list[str]) -> None:
    """But for what an equals sign or a colon makes a pair of."""
    text = " ".join(w for w in words if not w.endswith(":"))
    assert masked(text) == text


@given(st.text(max_size=300))
def test_any_text_can_be_masked_and_only_once(text: str) -> None:
    """No text breaks it, and what was masked is not masked again."""
    once = masked(text)
    assert masked(once) == once


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "piece", ["a", "://", "password", "-", "=", "'", "base64:", "eyJ", "A1b", " "]
)
def test_no_text_takes_long(piece: str) -> None:
    """A host may say anything, at any length."""
    masked(piece * (60_000 // len(piece)))


def test_what_a_host_says_is_masked_before_it_is_kept() -> None:
    """A failure before any file was read too: in the trail, and in what is remembered of the host."""
    world, secret = make_world(), secrets.token_hex(8)
    reason = f"the login shell printed: DB_PASSWORD={secret}"
    world.hosts.at("10.0.1.1").down = HostFailure(
        kind="script", reason=reason, remedy=f"try token={secret}"
    )
    world.settle()
    kept = repr(world.told(Kind.HOST)) + repr(world.ledger.state("shop").hosts)
    assert secret not in kept
    assert "the login shell printed: DB_PASSWORD=***" in kept


def test_what_an_operator_notes_is_masked() -> None:
    """Pasted in haste at three in the morning, it would stand in the record for ever."""
    nobody: Any = None
    assert one_line(nobody, nobody, "moved,  password=hunter2") == "moved, password=***"
