"""What Linode offers in a region, and all that stands against a plan before anything is created."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from deploy.provision.wanted import Wanted, WantedGroup

NEEDED = ("VPCs", "Metadata")
"""What a region must have; all that has VPCs has the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """In US dollars, without taxes and traffic."""

    monthly: float
    hourly: float

    def __add__(self, other: Price) -> Price:
        return Price(monthly=self.monthly + other.monthly, hourly=self.hourly + other.hourly)


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """`strict` and `flexible`: the most Linodes in a placement group of that policy; None where
    Linode does not say."""

    capabilities: frozenset[str]
    strict: int | None = None
    flexible: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """By Linode's ids; prices by region, "" for all regions that have none of their own."""

    regions: Mapping[str, Region] = field(default_factory=dict)
    plans: Mapping[str, Mapping[str, Price]] = field(default_factory=dict)
    balancers: Mapping[str, Mapping[str, Price]] = field(default_factory=dict)

    def price(self, what: str, region: str, *, backups: bool = False) -> Price | None:
        """What one costs there; None where Linode does not say."""
        prices = {**self.balancers, **self.plans}.get(what, {})
        base = prices.get(region, prices.get(""))
        if not backups or base is None:
            return base
        extra = prices.get(f"{region}+backups", prices.get("+backups"))
        return None if extra is None else base + extra


def objections(want: Wanted, offer: Offer, scopes: str | None) -> tuple[tuple[str, str], ...]:
    """All that would make a run stop half-way, each with its remedy: asked before the first request
    that creates anything."""
    return (*_scopes(want, scopes), *_region(want, offer), *_plans(want, offer))


def scopes_of(want: Wanted) -> tuple[str, ...]:
    """What a token must hold. Placement groups belong to Linodes."""
    areas = ["linodes", "vpc", "firewall", *(["nodebalancers"] if want.balancers else [])]
    return tuple(f"{area}:read_write" for area in areas)


def _scopes(want: Wanted, scopes: str | None) -> Iterator[tuple[str, str]]:
    if scopes is None:
        return
    held = set(scopes.replace(",", " ").split())
    lacks = [s for s in scopes_of(want) if held.isdisjoint({"*", s, f"{s.partition(':')[0]}:*"})]
    if lacks:
        yield (
            f"the token lacks {', '.join(lacks)} (it has {scopes.strip() or 'no scope'})",
            f"make a token with {', '.join(scopes_of(want))}, and give it in PGBATON_LINODE_TOKEN",
        )


def _region(want: Wanted, offer: Offer) -> Iterator[tuple[str, str]]:
    region = offer.regions.get(want.region)
    if region is None:
        yield (
            f"Linode has no region {want.region!r}",
            f"write another in [provision] region{_near(want.region, offer.regions)}",
        )
        return
    if lacks := [one for one in NEEDED if one not in region.capabilities]:
        fit = [n for n, r in offer.regions.items() if set(NEEDED) <= r.capabilities]
        yield (
            f"region {want.region} has no {' and no '.join(lacks)}",
            f"write another in [provision] region, such as {', '.join(sorted(fit)[:5]) or 'none'}",
        )
    for group in want.groups:
        yield from _crowded(want, region, group)


def _crowded(want: Wanted, region: Region, group: WantedGroup) -> Iterator[tuple[str, str]]:
    most = region.strict if group.policy == "strict" else region.flexible
    if most is None or len(group.linodes) <= most:
        return
    reason = f"placement group {group.label} would hold {len(group.linodes)} Linodes"
    larger = group.policy == "strict" and (region.flexible or 0) >= len(group.linodes)
    remedy = 'write [provision] placement = "flexible"' if larger else "take fewer members"
    yield f"{reason}, and {want.region} allows {most}", remedy


def _plans(want: Wanted, offer: Offer) -> Iterator[tuple[str, str]]:
    for kind in dict.fromkeys(one.type for one in want.linodes):
        if kind not in offer.plans:
            names = [one.name for one in want.linodes if one.type == kind]
            where = f"[machines.{names[0]}] type or [provision.types]"
            yield (
                f"Linode has no type {kind!r} ({', '.join(names)})",
                f"write another in {where}{_near(kind, offer.plans)}",
            )


def _near(name: str, names: Mapping[str, object] | Sequence[str]) -> str:
    near = get_close_matches(name, list(names), n=3, cutoff=0.5)
    return f": {' or '.join(near)}?" if near else ""
