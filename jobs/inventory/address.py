"""Where a member listens: without one place that reads addresses, an IPv6 colon ends up in a port."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

DEFAULT_PORT = 5432


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A host (name, IPv4 or bare IPv6) and a TCP port."""

    host: str
    port: int = DEFAULT_PORT

    @property
    def url_host(self) -> str:
        """The host as URLs want it: IPv6 in brackets, everything else as it is."""
        return f"[{self.host}]" if ":" in self.host else self.host

    def __str__(self) -> str:
        return f"{self.url_host}:{self.port}"


def parse_address(text: str) -> Address:
    """Read `host`, `host:port`, `[v6]:port` or a bare IPv6; ValueError says what is wrong."""
    if is_ipv6(text):
        return Address(host=text)
    match = re.fullmatch(r"(?:\[([^\]\s]+)\]|([^\s:/@\[\]]+))(?::(\d{1,5}))?", text)
    if match is None:
        msg = f"{text!r} is no address; write host, host:port or [IPv6]:port"
        raise ValueError(msg)
    port = int(match[3] or DEFAULT_PORT)
    return _checked(host=match[1] or match[2], port=port, text=text, bracketed=bool(match[1]))


def _checked(*, host: str, port: int, text: str, bracketed: bool) -> Address:
    if not 0 < port <= 65535:  # noqa: PLR2004
        msg = f"the port of {text!r} must lie between 1 and 65535"
        raise ValueError(msg)
    if bracketed and not is_ipv6(host):
        msg = f"{host!r} stands in brackets but is no IPv6 address"
        raise ValueError(msg)
    return Address(host=host, port=port)


def parse_conn_url(url: str) -> Address:
    """Read a member record's `conn_url` or `proxy_url` (postgres://host:port/db); else ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.hostname:
        msg = f"{url!r} is no postgres:// URL with a host"
        raise ValueError(msg)
    host = re.sub(r"^.*@", "", parts.netloc)
    return parse_address(host)


def is_ipv6(text: str) -> bool:
    """True for an IPv6 address without brackets."""
    try:
        return isinstance(ipaddress.ip_address(text), ipaddress.IPv6Address)
    except ValueError:
        return False
