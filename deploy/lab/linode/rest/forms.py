"""What a request's body may hold: without it the double would take what Linode refuses."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from deploy.lab.linode.rest.refusal import Reason, Refused, refuse

Row = dict[str, Any]
Check = Callable[[Any], str | None]
"""Why a value cannot be, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The members a body may have, and those it must have."""

    members: Mapping[str, Check]
    required: tuple[str, ...] = ()

    def read(self, body: object, *, partial: bool = False) -> Row:
        """The body, checked; `partial` for an update. Every mistake is refused at once."""
        if not isinstance(body, dict):
            raise refuse("Request body must be a JSON object")
        errors = [*self._unknown(body), *self._wrong(body)]
        errors += [] if partial else self._missing(body)
        if errors:
            raise Refused(errors)
        return dict(body)

    def _unknown(self, body: Row) -> list[Reason]:
        names = [name for name in body if name not in self.members]
        return [Reason(reason=f"{name} is not a valid field", field=name) for name in names]

    def _wrong(self, body: Row) -> list[Reason]:
        found = [(n, self.members[n](v)) for n, v in body.items() if n in self.members]
        return [Reason(reason=why, field=name) for name, why in found if why is not None]

    def _missing(self, body: Row) -> list[Reason]:
        names = [name for name in self.required if name not in body]
        return [Reason(reason=f"{name} is required", field=name) for name in names]


def integer(low: int, high: int) -> Check:
    def check(value: Any) -> str | None:
        good = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        return None if good else f"Must be an integer between {low} and {high}"

    return check


def number(value: Any) -> str | None:
    good = isinstance(value, int) and not isinstance(value, bool)
    return None if good else "Must be of type Integer"


def one_of(*words: Any) -> Check:
    def check(value: Any) -> str | None:
        return None if value in words else f"Must be one of {', '.join(map(str, words))}"

    return check


def text(low: int = 0, high: int = 65_536, *, pattern: str = "") -> Check:
    """A string of that length all of which matches the pattern."""

    def check(value: Any) -> str | None:
        if not isinstance(value, str):
            return "Must be of type String"
        if not low <= len(value) <= high:
            return f"Length must be {low}-{high} characters"
        return None if re.fullmatch(pattern or "(?s).*", value) else f"Must match {pattern}"

    return check


def flag(value: Any) -> str | None:
    return None if isinstance(value, bool) else "Must be of type Boolean"


def said(body: Row) -> Row:
    """Without what is null: a client that leaves a list out may say so."""
    return {name: value for name, value in body.items() if value is not None}


def nullable(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


def many(check: Check) -> Check:
    def each(value: Any) -> str | None:
        if not isinstance(value, list):
            return "Must be of type Array"
        return next((why for why in map(check, value) if why is not None), None)

    return each


def anything(_value: Any) -> str | None:
    """For members whose own form is read elsewhere."""
    return None


def ip_and_port(value: Any) -> str | None:
    """A backend's address: 192.168.1.2:80, or [2001:db8::1]:80. Linode takes IPv4 of its private
    network and of VPCs only; here any will do, for a lab has its own network."""
    found = re.fullmatch(r"(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):([0-9]{1,5})", str(value))
    if found is None or ip(found[1] or found[2]) or not 1 <= int(found[3]) <= 65_535:  # noqa: PLR2004
        return "Must be an IP address and a port, as in 192.168.1.2:80"
    return None


def ip(value: Any) -> str | None:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return "Must be an IP address"
    return None
