"""A secret in the inventory is a mistake that names its proper place, and no message repeats it."""

from __future__ import annotations

import secrets

import pytest

from jobs.inventory import BadInventory, Inventory, load_inventory
from tests.unit.jobs.test_inventory_addresses import GROUND

WORD = f"Sesam{secrets.token_hex(6)}"
PEM = "-----BEGIN " + "PRIVATE KEY-----\\n" + WORD
WHSK, WHSEC, BOT = f"whsk_{WORD}", f"whsec_{WORD}", f"xoxb-{WORD}"
LINODE = secrets.token_hex(32)
APP = """
[applications.store]
cluster = "shop"
hosts = ["web1"]
check = "true"
[[applications.store.files]]
path = "/srv/.env"
keys = { DB_HOST = "{host}" }
"""


@pytest.mark.parametrize(
    ("old", "new", "path", "place"),
    [
        ("redis://", f"redis://:{WORD}@", "redis.url", "the secret redis-password"),
        ("[redis]\n", f'[redis]\npassword = "{WORD}"\n', "redis.password", "PGBATON_REDIS_PASSWORD"),
        ("[etcd.main]\n", f'[etcd.main]\nuser = "p"\npassword = "{WORD}"\n', "etcd.main.password",
         "secrets/etcd-main-password in the keys folder"),
        ('"http://10.0.0.11', f'"http://root:{WORD}@10.0.0.11', "etcd.main.endpoints.0",
         "etcd-main-password"),
        ('scope = "shop"', f'scope = "shop"\nprobe = {{ user = "p", password = "{WORD}" }}',
         "clusters.shop.probe.password", "PGBATON_PROBE_SHOP_PASSWORD"),
        ('scope = "shop"', f'scope = "postgres://p:{WORD}@10.0.0.1/x"', "clusters.shop.scope",
         "probe-shop-password"),
        ("[redis]", f'[linode]\ntoken = "{WORD}"\n[redis]', "linode.token", "PGBATON_LINODE_TOKEN"),
        ("[redis]", f'[linode]\nurl = "{LINODE}"\n[redis]', "linode.url", "linode-token"),
        ("[redis]", f'[slack]\nchannel = "{BOT}"\n[redis]', "slack.channel", "slack-token"),
        ("[redis]", f'[slack]\nurl = "https://hooks.slack.com/services/T0/B0/{WORD}"\n[redis]',
         "slack.url", "slack-webhook"),
        ("[redis]", f'[alerts]\nkey = "{WHSEC}"\n[redis]', "alerts.key", "alert-key"),
        ("[redis]", f'[senders.pg1]\nclusters = ["shop"]\nkeys = ["{WHSK}"]\n[redis]',
         "senders.pg1.keys.0", "sender-key-pg1"),
        ("[redis]", f'[senders.pg1]\nclusters = ["shop"]\nhmac = "{WHSEC}"\n[redis]',
         "senders.pg1.hmac", "sender-key-pg1"),
        ('"ssh-ed25519 AAAA"', f'"{PEM}"', "hosts.web1.host_keys.0", "a file of the keys folder"),
        ('check = "true"', f'check = "psql \'host=x password={WORD}\'"', "applications.store.check",
         "a file of the keys folder"),
        ('DB_HOST = "{host}"', f'DB_HOST = "{{host}}", DB_PASSWORD = "{WORD}"',
         "applications.store.files.0.keys.DB_PASSWORD", "a file of the keys folder"),
        ("10.0.0.21", f"u:{WORD}@10.0.0.21 password={WORD}", "clusters.shop.machines.pg1",
         "probe-shop-password"),
        ("[redis]", f'[clusters.shop.parameters]\nprimary_conninfo = "password={WORD}"\n[redis]',
         "clusters.shop.parameters.primary_conninfo", "probe-shop-password"),
    ],
    ids=map(str, range(18)),  # the words are new in every process, and all workers must collect the same names
)  # fmt: skip
def test_a_secret_is_named_by_its_place_and_never_repeated(
    old: str, new: str, path: str, place: str
) -> None:
    """Whatever else is wrong at that place is left out: it would repeat the value."""
    bad = load_inventory((GROUND + APP).replace(old, new, 1))
    assert isinstance(bad, BadInventory)
    found = {m.path: m.reason for m in bad.mistakes}
    assert place in found[path]
    assert "an inventory holds none" in found[path]
    assert [m.path for m in bad.mistakes].count(path) == 1
    assert WORD not in str(bad)
    assert LINODE not in str(bad)
    assert WORD not in repr(bad)


def test_a_secret_as_a_key_is_not_repeated_either() -> None:
    """Somebody pasted it on the wrong side of the sign."""
    bad = load_inventory(GROUND.replace("[redis]\n", f'[redis]\n{BOT} = "x"\n'))
    assert isinstance(bad, BadInventory)
    assert "redis.…" in {m.path for m in bad.mistakes}
    assert WORD not in str(bad)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('scope = "shop"', 'scope = "shop"\ndatabases = { token = "token" }'),
        (
            'scope = "shop"',
            'scope = "shop"\nparameters = { password_encryption = "scram-sha-256" }',
        ),
        ('check = "true"', 'check = "curl -u $USER:$PASSWORD http://127.0.0.1/"'),
        ('check = "true"', "check = \"PGPASSFILE=/srv/.pgpass psql -c 'select 1'\""),
        ('DB_HOST = "{host}"', 'DATABASE_URL = "{url}"'),
        ('DB_HOST = "{host}"', 'DB_HOST = "{host}", DB_TOKEN_URL = "{url}"'),
        ("[redis]", '[heartbeat]\nclock = "https://hc.example.com/ping?token=abc"\n[redis]'),
        ("applications.store", "applications.token"),
    ],
)
def test_what_only_sounds_like_one_is_none(old: str, new: str) -> None:
    """Names of people's own, PostgreSQL's parameters, templates and variables of a shell."""
    loaded = load_inventory((GROUND + APP).replace(old, new))
    assert isinstance(loaded, Inventory), loaded


def test_other_mistakes_stay_readable_beside_a_short_one() -> None:
    """Leaving out each letter of a password that is one would leave nothing."""
    text = GROUND.replace("[redis]\n", '[redis]\npassword = "e"\n').replace(
        'etcd = "main"', 'etcd = "x"'
    )
    bad = load_inventory(text)
    assert isinstance(bad, BadInventory)
    found = {m.path: m.reason for m in bad.mistakes}
    assert found["clusters.shop.etcd"] == "[etcd.x] does not exist; there is: main"


def test_a_secret_is_left_out_of_what_others_say_of_it() -> None:
    """It stands at two places, and one of them is told for another reason, too."""
    told = GROUND.replace("[redis]\n", f'[redis]\npassword = "{WORD}"\n')
    bad = load_inventory(told.replace('etcd = "main"', f'etcd = "{WORD}"'))
    assert isinstance(bad, BadInventory)
    found = {m.path: m.reason for m in bad.mistakes}
    assert found["clusters.shop.etcd"] == "[etcd.…] does not exist; there is: main"
