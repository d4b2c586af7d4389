"""Linode's objects, each member asked for by its type: without it, an answer that lacks one would be a KeyError."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobs.inventory import Address
from jobs.ports import LinodeUnavailable


@dataclass(frozen=True, slots=True)
class Row:
    """One object of an answer; `what` names it to people. Members that are not what they should be
    raise LinodeUnavailable."""

    what: str
    members: Any

    def number(self, name: str) -> int:
        value = self._get(name)
        if type(value) is not int:
            raise self._without(name)
        return value

    def text(self, name: str) -> str:
        value = self._get(name)
        if not isinstance(value, str):
            raise self._without(name)
        return value

    def maybe(self, name: str) -> str | None:
        """A text that may be missing, null, or of another type."""
        value = self._get(name)
        return value if isinstance(value, str) else None

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; empty where it is missing or null."""
        value = self._get(name) or ()
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
            raise self._without(name)
        return tuple(value)

    def row(self, name: str) -> Row:
        """An object within; empty where it is missing or null."""
        return Row(f"{self.what}, {name}", self._get(name) or {})

    def rows(self, name: str) -> tuple[Row, ...]:
        """Objects within; none where the list is missing or null."""
        value = self._get(name) or ()
        if not isinstance(value, list | tuple):
            raise self._without(name)
        return tuple(Row(f"{self.what}, {name}", one) for one in value)

    def address(self, name: str) -> Address:
        """`ip:port` or `[ipv6]:port`; IPv6 in its shortest form, whatever form it came in."""
        host, _, port = self.text(name).rpartition(":")
        bracketed = host.startswith("[") and host.endswith("]")
        try:
            ip = ipaddress.ip_address(host[1:-1] if bracketed else host)
        except ValueError:
            raise self._without(name) from None
        if isinstance(ip, ipaddress.IPv6Address) is not bracketed or not port.isdecimal():
            raise self._without(name)
        return Address(host=str(ip), port=int(port))

    def scalars(self) -> dict[str, str | int | bool]:
        """All members that are texts, numbers or truths."""
        return {n: v for n, v in self._all().items() if isinstance(v, str | int | bool)}

    def _get(self, name: str) -> Any:
        return self._all().get(name)

    def _all(self) -> Mapping[str, Any]:
        if not isinstance(self.members, Mapping):
            raise self._without("its members")
        return self.members

    def _without(self, name: str) -> LinodeUnavailable:
        return LinodeUnavailable(
            f"Linode's answer lacks {name}, or has it in another form ({self.what})",
            "see that linode.url is Linode's API, and that no proxy answers in its place",
        )
