"""Which address each machine gets: roles have their tens, so that an address alone says who it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from itertools import pairwise

TENS = {"control": 5, "etcd": 11, "pg": 21, "web": 51}
"""The first one of each role in a subnet that is large enough."""
LARGE = 256
RESERVED = 2
"""Addresses at either end, which Linode keeps."""


class CannotFit(Exception):  # noqa: N818 - reads as a sentence
    """A subnet has too few addresses; the message says how many it needs."""


def standing(subnet: str, counts: Mapping[str, int]) -> Mapping[str, Mapping[str, str]]:
    """Names and addresses by role, such as {"pg": {"pg1": "10.0.0.21"}}. Raises CannotFit."""
    network = IPv4Network(subnet)
    free = network.num_addresses - 2 * RESERVED
    if sum(counts.values()) > free:
        raise CannotFit(
            f"{subnet} has {free} addresses, and {sum(counts.values())} machines need one"
        )
    starts = TENS if _roomy(network, counts) else dict(_packed(counts))
    return {
        role: {f"{role}{n + 1}": str(network[starts[role] + n]) for n in range(count)}
        for role, count in counts.items()
    }


def _roomy(network: IPv4Network, counts: Mapping[str, int]) -> bool:
    """Whether every role stays below the next one's ten."""
    ends = sorted((TENS[role], TENS[role] + count) for role, count in counts.items())
    apart = all(end <= start for (_, end), (start, _) in pairwise(ends))
    return network.num_addresses >= LARGE and apart and ends[-1][1] <= LARGE - RESERVED


def _packed(counts: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    at = RESERVED
    for role, count in counts.items():
        yield role, at
        at += count
