"""How answers are read: each reader raises ValueError for what is none, and says what to write."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from ipaddress import IPv4Network, ip_network

NAME = r"[A-Za-z0-9][A-Za-z0-9_-]{0,20}"
CHANNEL = r"[CG][A-Z0-9]{2,20}"
SMALLEST = 29
"""The smallest subnet that Linode allows."""


def name(text: str) -> str:
    if re.fullmatch(NAME, text) is None:
        msg = f"{text!r} is no name: up to 21 letters, digits, '-' and '_', the first a letter or digit"
        raise ValueError(msg)
    return text


def count(least: int, most: int, *, odd: bool = False) -> Callable[[str], int]:
    """A reader of whole numbers within bounds."""

    def read(text: str) -> int:
        if not text.isdigit() or not least <= int(text) <= most:
            msg = f"{text!r} is no number from {least} to {most}"
            raise ValueError(msg)
        if odd and int(text) % 2 == 0:
            msg = f"{text} bear no more losses than {int(text) - 1}: write an odd number"
            raise ValueError(msg)
        return int(text)

    return read


def yes_or_no(text: str) -> bool:
    if text.casefold() not in {"y", "yes", "n", "no"}:
        msg = "answer yes or no"
        raise ValueError(msg)
    return text.casefold().startswith("y")


def words(text: str) -> tuple[str, ...]:
    """Several words, between commas or blanks."""
    return tuple(text.replace(",", " ").split())


def networks(text: str) -> tuple[str, ...]:
    """Networks, or single addresses."""
    return tuple(str(ip_network(word)) for word in words(text) if word != "none")


def subnet(text: str) -> str:
    network = IPv4Network(text)
    if network.prefixlen > SMALLEST:
        msg = f"write a network of /{SMALLEST} or larger, such as 10.0.0.0/24"
        raise ValueError(msg)
    return str(network)


def channel(text: str) -> str | None:
    """A channel's id, or `none`."""
    if text == "none":
        return None
    if re.fullmatch(CHANNEL, text) is None:
        msg = f"{text!r} is no channel's id; it begins with C or G, and stands at the end of its details"
        raise ValueError(msg)
    return text


def machines(text: str) -> Mapping[str, str]:
    """`pg1=10.0.0.21 pg2=10.0.0.22` as a map."""
    found: dict[str, str] = {}
    for word in words(text):
        key, _, address = word.partition("=")
        if not address or key in found:
            msg = f"{word!r}: write each machine once, as NAME=ADDRESS"
            raise ValueError(msg)
        found[name(key)] = address
    return found


def some_machines(text: str) -> Mapping[str, str]:
    found = machines(text)
    if not found:
        msg = "write at least one machine, as NAME=ADDRESS"
        raise ValueError(msg)
    return found


def some_words(text: str) -> tuple[str, ...]:
    found = words(text)
    if not found:
        msg = "write at least one"
        raise ValueError(msg)
    return found
