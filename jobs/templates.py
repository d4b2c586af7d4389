"""Managed values are templates over the leader: a bad one fails when loaded, not at three."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from urllib.parse import urlsplit

from jobs.inventory.address import Address

FIELDS = ("host", "port", "url_host", "address", "member", "read_hosts", "url")
"""`url` is the file's present URL with its host and port replaced: passwords stay where they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """What a template may use: the leader's address, its name and the replicas' hosts."""

    leader: Address
    member: str
    read_hosts: tuple[str, ...] = ()


def check_template(text: str) -> str:
    """Return the template if every field of it is known; ValueError names the unknown one."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        msg = f"{text!r} is no template: {error}; write {{{{ and }}}} for braces"
        raise ValueError(msg) from None
    for _, name, spec, conversion in parts:
        if name is not None and (name not in FIELDS or spec or conversion):
            msg = f"unknown placeholder {{{name}}}; known are " + ", ".join(
                f"{{{f}}}" for f in FIELDS
            )
            raise ValueError(msg)
    if any(name == "url" for _, name, _, _ in parts) and text != "{url}":
        msg = "{url} must stand alone"
        raise ValueError(msg)
    return text


def fill(template: str, values: Values, *, current: str | None) -> str:
    """The wanted value. `current` is the file's present one, used by `{url}` alone.

    ValueError where `{url}` finds no URL to keep.
    """
    if template == "{url}":
        return point_url(current, values.leader)
    return template.format_map(_fields(values))


def _fields(values: Values) -> Mapping[str, str]:
    return {
        "host": values.leader.host,
        "port": str(values.leader.port),
        "url_host": values.leader.url_host,
        "address": str(values.leader),
        "member": values.member,
        "read_hosts": ",".join(values.read_hosts or (values.leader.host,)),
    }


def point_url(current: str | None, leader: Address) -> str:
    """The same URL at another host and port; user, password, path and query stay byte for byte."""
    if not current or not urlsplit(current).netloc:
        msg = "the file holds no URL to keep; write the whole URL there once, then {url} follows the leader"
        raise ValueError(msg)
    match = re.fullmatch(r"([^/]*//(?:[^/?#]*@)?)([^/?#]*)(.*)", current, re.DOTALL)
    assert match is not None
    return f"{match[1]}{leader}{match[3]}"
