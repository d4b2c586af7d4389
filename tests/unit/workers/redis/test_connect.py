import secrets
from pathlib import Path
from typing import Any

import pytest
from redis import SSLConnection
from redis.sentinel import SentinelConnectionPool

from workers.redis import RedisSettings, connect
from workers.redis.connect import led_by_sentinel, where


def _known(url: str, **more: Any) -> dict[str, Any]:
    """What a connection would be made with; nothing is sent."""
    return dict(connect(RedisSettings(url=url, **more)).connection_pool.connection_kwargs)


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("redis://cache:6380/2", {"host": "cache", "port": 6380, "db": 2}),
        ("redis://[2001:db8::1]", {"host": "2001:db8::1", "port": 6379, "db": 0}),
        ("unix:///run/redis%20a/s?db=3", {"path": "/run/redis a/s", "db": 3}),
        ("unix:///run/s", {"path": "/run/s", "db": 0}),
        ("rediss://cache/1", {"host": "cache", "port": 6379, "db": 1, "ssl_check_hostname": True}),
    ],
)
def test_an_address_is_understood(url: str, wanted: dict[str, object]) -> None:
    """Host, port, socket and database out of the URL."""
    known = _known(url)
    assert {name: known[name] for name in wanted} == wanted


def test_no_connection_repeats_by_itself() -> None:
    """A repeated command whose reply was lost would be applied twice; and nothing waits for ever."""
    known = _known("redis://cache")
    assert known["retry"].get_retries() == 0
    assert known["socket_connect_timeout"] == 1
    assert known["socket_timeout"] == 2


def test_tls_uses_the_given_files() -> None:
    """The authority and our own certificate; the name is checked."""
    ca, cert, key = Path("/ca.pem"), Path("/c.pem"), Path("/k.pem")
    client = connect(RedisSettings(url="rediss://cache", ca=ca, cert=cert, key=key))
    known = client.connection_pool.connection_kwargs
    assert client.connection_pool.connection_class is SSLConnection
    assert (known["ssl_ca_certs"], known["ssl_certfile"], known["ssl_keyfile"]) == (
        "/ca.pem",
        "/c.pem",
        "/k.pem",
    )


def test_sentinels_are_asked_for_the_primary() -> None:
    """All of them, with their own password; the data connections have another."""
    data, watch = secrets.token_hex(8), secrets.token_hex(8)
    url = "redis+sentinel://a:26380,[::1]:26381,c/main/4"
    client = connect(RedisSettings(url=url, password=data, sentinel_password=watch))
    pool: Any = client.connection_pool
    assert isinstance(pool, SentinelConnectionPool)
    assert led_by_sentinel(client)
    assert where(client) == "Sentinel's main"
    asked = [s.connection_pool.connection_kwargs for s in pool.sentinel_manager.sentinels]
    assert [(one["host"], one["port"]) for one in asked] == [
        ("a", 26380),
        ("::1", 26381),
        ("c", 26379),
    ]
    assert {one["password"] for one in asked} == {watch}
    assert (pool.connection_kwargs["password"], pool.connection_kwargs["db"]) == (data, 4)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://cache", "begin with redis://"),
        ("redis://cache/shop", "the database is a number"),
        ("unix:///run/s?db=x", "the database is a number"),
        ("redis+sentinel://a,b", "names no service"),
    ],
)
def test_a_wrong_address_is_told(url: str, said: str) -> None:
    """With what a right one looks like."""
    with pytest.raises(ValueError, match=said):
        connect(RedisSettings(url=url))


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    """An address stands in inventories and logs."""
    word = secrets.token_hex(8)
    with pytest.raises(ValueError, match="take it out") as refusal:
        connect(RedisSettings(url=f"redis://:{word}@cache"))
    assert word not in str(refusal.value)
    assert word not in repr(RedisSettings(url="redis://cache", password=word))
