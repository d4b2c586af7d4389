"""The inventory: every mistake at once, each with its path, and no secret in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jobs.inventory import (
    Address,
    BadInventory,
    Inventory,
    load_inventory,
    parse_address,
    parse_conn_url,
)
from tests.world import INVENTORY

FIVE_MISTAKES = """
schema = 1
[redis]
url = "http://10.0.0.1:6379"
[etcd.main]
endpoints = ["10.0.0.1:2379"]
[clusters.shop]
etcd = "mian"
scope = "shop"
colour = "blue"
[applications.store]
cluster = "shop"
hosts = ["web9"]
[[applications.store.files]]
path = "/srv/.env"
keys = { DB_HOST = "{leader}" }
"""


def test_five_mistakes_are_all_named_with_their_paths() -> None:
    """Wrong shapes and names that point nowhere come in one answer."""
    bad = load_inventory(FIVE_MISTAKES)
    assert isinstance(bad, BadInventory)
    found = {m.path: m.reason for m in bad.mistakes}
    assert set(found) == {
        "redis.url",
        "etcd.main.endpoints.0",
        "clusters.shop.etcd",
        "clusters.shop.colour",
        "applications.store.hosts.0",
        "applications.store.files.0.keys.DB_HOST",
    }
    assert "there is: main" in found["clusters.shop.etcd"]
    assert "must begin with redis://" in found["redis.url"]
    assert "unknown placeholder {leader}" in found["applications.store.files.0.keys.DB_HOST"]


def test_text_that_is_no_toml_says_where() -> None:
    """A syntax error names line and column."""
    bad = load_inventory("[redis\nurl = 1")
    assert isinstance(bad, BadInventory)
    assert "line 1" in str(bad)


def test_two_applications_may_not_manage_one_file() -> None:
    """The same file on the same host twice would be a tug-of-war."""
    table = INVENTORY[INVENTORY.index("[applications.store]") :].replace(
        "applications.store", "applications.copy"
    )
    bad = load_inventory(INVENTORY + table)
    assert isinstance(bad, BadInventory)
    assert "is managed by applications.store already" in str(bad)


def test_digest_ignores_comments_and_order_and_sees_content() -> None:
    """Two files that mean the same have one digest; a changed address has another."""
    one, two = load_inventory(INVENTORY), load_inventory("# a comment\n" + INVENTORY)
    three = load_inventory(INVENTORY.replace("10.0.1.1", "10.0.1.9"))
    assert isinstance(one, Inventory)
    assert isinstance(two, Inventory)
    assert isinstance(three, Inventory)
    assert one.digest == two.digest != three.digest


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("10.0.0.1", Address(host="10.0.0.1")),
        ("db.example.com:6000", Address(host="db.example.com", port=6000)),
        ("2001:db8::1", Address(host="2001:db8::1")),
        ("[2001:db8::1]:6000", Address(host="2001:db8::1", port=6000)),
    ],
)
def test_addresses_are_read_as_people_write_them(text: str, address: Address) -> None:
    """Hostnames stay hostnames, and a bare IPv6 address keeps its colons."""
    assert parse_address(text) == address


@pytest.mark.parametrize(
    "text", ["", "host:port", "10.0.0.1:0", "10.0.0.1:70000", "[db]:1", "a b", "u@h:1"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    """A ValueError says what to write instead."""
    with pytest.raises(ValueError, match=r"address|port"):
        parse_address(text)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgres://10.0.0.1:5432/postgres", "10.0.0.1:5432"),
        ("postgres://pg1.internal:6432/postgres", "pg1.internal:6432"),
        ("postgres://[2001:db8::1]:5432/postgres", "[2001:db8::1]:5432"),
        ("postgresql://PG1.Internal/db", "PG1.Internal:5432"),
    ],
)
def test_conn_url_may_hold_a_hostname_or_ipv6(url: str, shown: str) -> None:
    """IPv6 is bracketed where it is shown as part of a URL, and nowhere else."""
    assert str(parse_conn_url(url)) == shown


@pytest.mark.parametrize(
    "url", ["", "http://10.0.0.1/", "postgres:///db", "postgres://10.0.0.1:x/db"]
)
def test_broken_conn_url_is_refused(url: str) -> None:
    """No host, another scheme, a port that is none: a ValueError, never a guess."""
    with pytest.raises(ValueError, match=r"postgres://|address"):
        parse_conn_url(url)


@pytest.mark.parametrize("host", ["[", "[x", "h\u2100st", "[v1.x"])
def test_a_url_that_is_none_does_not_show_its_login(host: str) -> None:
    """Python's own complaint repeats it: nobody hears that."""
    with pytest.raises(ValueError, match=r"address|no URL|postgres://") as seen:
        parse_conn_url(f"postgres://monitor:hunter2@{host}/db")
    assert "hunter2" not in repr((seen.value, seen.value.__context__, seen.value.__cause__))
    bad = load_inventory(INVENTORY + f'[webhook]\nurls = ["http://u:hunter2@{host}/"]\n')
    assert isinstance(bad, BadInventory)
    assert "hunter2" not in str(bad)


@pytest.mark.parametrize("end", ["http://[", "http://[::1", "http://h\u2100st:2379"])
def test_an_endpoint_that_is_no_url_is_a_mistake(end: str) -> None:
    """Like any other: no traceback."""
    raw = re.sub(r"(?m)^endpoints = .*$", f'endpoints = ["{end}"]', INVENTORY)
    bad = load_inventory(raw)
    assert isinstance(bad, BadInventory)
    assert any("endpoints" in mistake.path for mistake in bad.mistakes)


@pytest.mark.parametrize(
    ("given", "posted"),
    [
        ("http://10.0.0.1:8000", "http://10.0.0.1:8000/events"),
        ("http://10.0.0.1:8000/", "http://10.0.0.1:8000/events"),
        ("https://host/pgbaton/events", "https://host/pgbaton/events"),
    ],
)
def test_an_address_without_a_path_means_events(given: str, posted: str) -> None:
    """webhook.urls may name the server alone."""
    inventory = load_inventory(INVENTORY + f'[webhook]\nurls = ["{given}"]\n')
    assert isinstance(inventory, Inventory)
    assert inventory.webhook.urls == (posted,)


def test_documented_example_is_a_sound_inventory() -> None:
    """What the documentation tells people to write passes every check."""
    example = Path(__file__).parents[3] / "docs/inventory.toml"
    assert isinstance(load_inventory(example.read_text()), Inventory)


@pytest.mark.parametrize(
    ("clusters", "said", "allowed"),
    [(1, "", 600), (61, "", 610), (400, "", 4000), (400, "per_minute = 30", 30)],
    ids=["one", "more", "many", "said"],
)
def test_who_speaks_of_many_clusters_may_say_more(clusters: int, said: str, allowed: int) -> None:
    """In a storm each of them has something to tell; what the inventory says itself counts."""
    names = [f"c{number}" for number in range(clusters)]
    tables = "".join(f'[clusters.{name}]\netcd = "main"\nscope = "{name}"\n' for name in names)
    sender = f"[senders.crowd]\nclusters = {names}\nhmac = true\n{said}\n"
    inventory = load_inventory(f"{INVENTORY}\n{tables}{sender}")
    assert isinstance(inventory, Inventory), str(inventory)
    assert inventory.senders["crowd"].per_minute == allowed
