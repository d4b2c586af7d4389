"""How often somebody may try a password: without it, guessing would cost the guesser nothing."""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

EACH, ALL = 6, 60
"""Tries a minute, from one address and from everywhere."""

ADDRESSES = 2_000
"""Addresses remembered, the latest; the limit on all of them holds whoever is forgotten."""


@dataclass(slots=True)
class _Bucket:
    most: int
    left: float
    at: float

    def fill(self, now: float) -> None:
        grown = max(0.0, now - self.at) * self.most / 60
        self.left, self.at = min(float(self.most), self.left + grown), now

    def wait(self) -> int:
        return 0 if self.left >= 1 else max(1, math.ceil((1 - self.left) * 60 / self.most))


@dataclass(slots=True)
class Attempts:
    """Token buckets in this process's memory; `now` is monotonic."""

    _each: OrderedDict[str, _Bucket] = field(default_factory=OrderedDict)
    _all: _Bucket = field(default_factory=lambda: _Bucket(most=ALL, left=ALL, at=0.0))
    _lock: Lock = field(default_factory=Lock)

    def take(self, address: str, *, now: float) -> int:
        """Take one try: 0, or the whole seconds after which there is one again."""
        with self._lock:
            own = self._of(_network(address), now)
            for bucket in (own, self._all):
                bucket.fill(now)
            wait = max(own.wait(), self._all.wait())
            if not wait:
                own.left -= 1
                self._all.left -= 1
            return wait

    def _of(self, network: str, now: float) -> _Bucket:
        bucket = self._each.pop(network, None) or _Bucket(most=EACH, left=EACH, at=now)
        self._each[network] = bucket
        while len(self._each) > ADDRESSES:
            self._each.popitem(last=False)
        return bucket


def _network(address: str) -> str:
    """An IPv6 address counts as its /64: one machine has all of that."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if known.version == 4:  # noqa: PLR2004 - IPv4
        return str(known)
    return str(ipaddress.ip_network((known, 64), strict=False))
