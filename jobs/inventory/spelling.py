"""One address in its one spelling: without it two that are equal would look different."""

from __future__ import annotations

import ipaddress
import re

from jobs.inventory.address import parse_address


def spelled(text: str) -> str:
    """The host of `host`, `host:port` or `[v6]:port` as it is compared: an IP address in its shortest
    form, an IPv4 address mapped into IPv6 as IPv4, a name in small letters without the root's dot.
    ValueError says what is no address."""
    host = parse_address(text).host
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return _name(host)
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def is_loopback(host: str) -> bool:
    """Whether every machine means itself by it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _name(host: str) -> str:
    if re.fullmatch(r"[\d.]+", host):
        msg = f"{host!r} is neither an IPv4 address nor a name; write four numbers of 0 to 255, without leading zeros"
        raise ValueError(msg)
    return host.casefold().rstrip(".")
