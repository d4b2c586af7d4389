"""How a lab differs from the usual one, as a value: some disasters need another ground than others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from deploy.lab.lab import Lab


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """`endpoint` (leader, nodebalancer or both) is where the shops point; `inventory` is merged over the
    lab's own, table by table; `light` is how many light hosts there are beside the shops, the first of
    which follow further clusters where there are `neighbours`; `machines` are further ones, by name and
    address; `redis` is one server, a pair under Sentinel, or one whose clock can be moved; `first` is done
    before anything runs on them, and `also` comes up once the shops are there, before pgbaton's own
    processes look at anything."""

    endpoint: str = "leader"
    inventory: Mapping[str, Any] = field(default_factory=dict)
    light: int = 0
    neighbours: bool = False
    machines: Mapping[str, str] = field(default_factory=dict)
    redis: Literal["alone", "sentinel", "movable"] = "alone"
    first: Sequence[Callable[[Lab], None]] = ()
    also: Sequence[Callable[[Lab], None]] = ()

    def at(self, endpoint: str | None) -> Setting:
        """The same with another endpoint; None changes nothing."""
        return self if endpoint is None else replace(self, endpoint=endpoint)


def merged(below: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Tables merged key by key; anything else of `over` stands instead."""
    found = dict(below)
    for key, value in over.items():
        both = isinstance(value, Mapping) and isinstance(found.get(key), Mapping)
        found[key] = merged(found[key], value) if both else value
    return found
