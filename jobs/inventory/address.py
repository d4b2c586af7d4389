"""Where a member listens: without one place that reads addresses, an IPv6 colon ends up in a port."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

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
    """Read a member record's `conn_url` or `proxy_url` (postgres://host:port/db); else ValueError, which
    shows no login of it. What a record says goes into files and commands: its host must be one."""
    parts = url_parts(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.hostname:
        msg = f"{shown(url)!r} is no postgres:// URL with a host"
        raise ValueError(msg)
    host = re.sub(r"^.*@", "", parts.netloc)
    address = parse_address(host)
    if not is_host(address.host):
        msg = f"{shown(url)!r} holds characters that no host name or address has"
        raise ValueError(msg)
    return address


def url_parts(url: str) -> SplitResult:
    """A URL in its parts; ValueError where it is none. Python's own complaint would repeat the login in it."""
    try:
        return urlsplit(url)
    except ValueError:
        pass
    msg = "is no URL: its host has characters or brackets that no host has"
    raise ValueError(msg)


_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9_.])?")
_ZONED = re.compile(r"[0-9A-Fa-f:.]{2,45}(?:%[A-Za-z0-9._-]{1,40})?")


def is_host(text: str) -> bool:
    """Whether a name or a bare address could be one of DNS or of IP: nothing that a shell, a URL or a
    file would read as more than a word."""
    return _HOST.fullmatch(text) is not None or (
        is_ipv6(text) and _ZONED.fullmatch(text) is not None
    )


def shown(url: str) -> str:
    """The beginning of a URL as it may be told: without user and password."""
    return re.sub(r"//[^/]*@", "//", url)[:120]


def is_ipv6(text: str) -> bool:
    """True for an IPv6 address without brackets."""
    try:
        return isinstance(ipaddress.ip_address(text), ipaddress.IPv6Address)
    except ValueError:
        return False
