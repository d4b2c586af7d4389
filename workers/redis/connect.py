"""Ways to reach Redis: a URL, a socket, TLS or Sentinel; without it each process would know them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from redis import Redis as Client
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel, SentinelConnectionPool

CONNECT = 1.0
"""Seconds to open a connection."""
READ = 2.0
"""Seconds to wait for a reply."""
HEALTH = 15
"""Seconds of idleness after which a connection is tried before it is used."""

Redis = Client


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisSettings:
    """Where Redis is. `url` is redis://host:port/db, rediss://host:port/db, unix:///path?db=0, or,
    with Sentinel, redis+sentinel://host:port,host:port/service/db (rediss+sentinel:// for TLS).

    Passwords never stand in the URL: they are arguments, from the composition root. `ca` is the
    PEM file that signs the server's certificate (None: the system's), `cert` and `key` our own.
    """

    url: str
    password: str | None = field(default=None, repr=False)
    username: str | None = None
    sentinel_password: str | None = field(default=None, repr=False)
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None


def connect(settings: RedisSettings, *, read: float = READ) -> Client:
    """A client that connects when first used. It never repeats a command by itself: a repeated
    command whose reply was lost would be applied twice. ValueError where the URL is none of ours."""
    scheme, _, rest = settings.url.partition("://")
    if scheme != "unix" and "@" in rest:
        msg = "the Redis address holds a password: take it out, it is the secret redis-password"
        raise ValueError(msg)
    common: dict[str, Any] = _common(settings, read=read)
    if scheme.startswith("rediss"):
        common |= _tls(settings)
    match scheme:
        case "redis+sentinel" | "rediss+sentinel":
            return _by_sentinel(settings, rest, common)
        case "unix" | "redis" | "rediss":
            return _directly(settings.url, common)
        case _:
            msg = f"{settings.url!r} is no Redis address: begin with redis://, rediss://, unix:// or redis+sentinel://"
            raise ValueError(msg)


def where(client: Client) -> str:
    """The server's address, for messages; never a password."""
    known = client.connection_pool.connection_kwargs
    if "path" in known:
        return str(known["path"])
    if "host" in known:
        return f"{known['host']}:{known.get('port')}"
    return f"Sentinel's {getattr(client.connection_pool, 'service_name', 'primary')}"


def led_by_sentinel(client: Client) -> bool:
    """True where a failover may happen, so that one server's word is not enough."""
    return isinstance(client.connection_pool, SentinelConnectionPool)


def _common(settings: RedisSettings, *, read: float) -> dict[str, Any]:
    return {
        "username": settings.username,
        "password": settings.password,
        "socket_connect_timeout": CONNECT,
        "socket_timeout": read,
        "socket_keepalive": True,
        "health_check_interval": HEALTH,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
    }


def _tls(settings: RedisSettings) -> dict[str, Any]:
    return {
        "ssl": True,
        "ssl_ca_certs": str(settings.ca) if settings.ca else None,
        "ssl_certfile": str(settings.cert) if settings.cert else None,
        "ssl_keyfile": str(settings.key) if settings.key else None,
        "ssl_check_hostname": True,
    }


def _directly(url: str, common: dict[str, Any]) -> Client:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        db = _number(parts.query.removeprefix("db="), url)
        return Client(unix_socket_path=unquote(parts.path), db=db, **common)
    db = _number(parts.path.strip("/"), url)
    return Client(host=parts.hostname or "127.0.0.1", port=parts.port or 6379, db=db, **common)


def _by_sentinel(settings: RedisSettings, rest: str, common: dict[str, Any]) -> Client:
    netloc, _, path = rest.partition("/")
    service, _, db = path.strip("/").partition("/")
    if not service:
        msg = f"{settings.url!r} names no service: redis+sentinel://host:port,host:port/service"
        raise ValueError(msg)
    own = {"username": None, "password": settings.sentinel_password, "socket_timeout": READ}
    sentinel: Any = Sentinel(_addresses(netloc), sentinel_kwargs={**common, **own})  # type: ignore[no-untyped-call]
    client: Client = sentinel.master_for(service, db=_number(db, settings.url), **common)
    return client


def _addresses(netloc: str) -> list[tuple[str, int]]:
    split = (urlsplit(f"//{one}") for one in netloc.split(","))
    return [(one.hostname or "127.0.0.1", one.port or 26379) for one in split]


def _number(text: str, url: str) -> int:
    if text and not text.isdecimal():
        msg = f"{url!r}: the database is a number, as in redis://host:6379/0 or unix:///path?db=0"
        raise ValueError(msg)
    return int(text or 0)
