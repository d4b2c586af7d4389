"""From Linode's objects to provisioning's values, each member asked for by its type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from deploy.provision.found import FoundGroup, FoundLinode, FoundSubnet, FoundVpc, FoundWall
from deploy.provision.offer import Offer, Price, Region
from workers.linode.rows import Row


def group_of(row: Row) -> FoundGroup:
    return FoundGroup(
        id=row.number("id"),
        label=row.text("label"),
        region=row.text("region"),
        policy=row.text("placement_group_policy"),
        linodes=frozenset(one.number("linode_id") for one in row.rows("members")),
    )


def vpc_of(row: Row) -> FoundVpc:
    return FoundVpc(
        id=row.number("id"),
        label=row.text("label"),
        region=row.text("region"),
        description=row.maybe("description") or "",
        subnets=tuple(
            FoundSubnet(
                id=one.number("id"), label=one.text("label"), network=one.maybe("ipv4") or ""
            )
            for one in row.rows("subnets")
        ),
    )


def wall_of(row: Row) -> FoundWall:
    rules = row.row("rules")
    return FoundWall(
        id=row.number("id"),
        label=row.text("label"),
        tags=row.texts("tags"),
        enabled=row.text("status") == "enabled",
        policies=(rules.text("inbound_policy"), rules.text("outbound_policy")),
        inbound=_plain(rules.rows("inbound")),
        outbound=_plain(rules.rows("outbound")),
        devices=frozenset((one.text("type"), one.number("id")) for one in row.rows("entities")),
    )


def linode_of(row: Row, leases: Mapping[int, tuple[str, str | None]]) -> FoundLinode:
    """`leases`: VPC address and public address by the Linode's id."""
    group, number = row.row("placement_group"), row.number("id")
    address, public = leases.get(number, (None, None))
    return FoundLinode(
        id=number,
        label=row.text("label"),
        region=row.text("region"),
        type=row.maybe("type") or "",
        image=row.maybe("image") or "none",
        status=row.text("status"),
        tags=row.texts("tags"),
        group=group.number("id") if group.members else None,
        address=address,
        public=public,
        ipv4=row.texts("ipv4"),
    )


def lease_of(row: Row) -> tuple[int, tuple[str, str | None]] | None:
    """Whose address it is; None for a range, or what is no Linode's."""
    address = row.maybe("address")
    if address is None or not isinstance(row.members.get("linode_id"), int):
        return None
    return row.number("linode_id"), (address, row.maybe("nat_1_1"))


def offer_of(*, regions: Iterable[Row], plans: Iterable[Row], balancers: Iterable[Row]) -> Offer:
    return Offer(
        regions={row.text("id"): _region(row) for row in regions},
        plans={row.text("id"): _prices(row) for row in plans},
        balancers={row.text("id"): _prices(row) for row in balancers},
    )


def _region(row: Row) -> Region:
    limits = row.row("placement_group_limits").scalars()
    strict = limits.get("maximum_linodes_per_pg")
    flexible = limits.get("maximum_linodes_per_flexible_pg", strict)
    return Region(
        capabilities=frozenset(row.texts("capabilities")),
        strict=strict if isinstance(strict, int) else None,
        flexible=flexible if isinstance(flexible, int) else None,
    )


def _prices(row: Row) -> Mapping[str, Price]:
    """By region, "" for all others; of a plan with backups by "REGION+backups"."""
    found = {key: price for key, price in _each(row) if price is not None}
    extra = {
        f"{key}+backups": price for key, price in _each(row.row("addons").row("backups")) if price
    }
    return {**found, **extra}


def _each(row: Row) -> Iterable[tuple[str, Price | None]]:
    yield "", _price(row.row("price"))
    for one in row.rows("region_prices"):
        yield one.text("id"), _price(one)


def _price(row: Row) -> Price | None:
    told: Mapping[str, Any] = row.members if isinstance(row.members, Mapping) else {}
    monthly, hourly = told.get("monthly"), told.get("hourly")
    if not isinstance(monthly, int | float) or not isinstance(hourly, int | float):
        return None
    return Price(monthly=float(monthly), hourly=float(hourly))


def _plain(rows: Iterable[Row]) -> tuple[Mapping[str, Any], ...]:
    """Rules as they can be sent back: without what Linode left empty."""
    return tuple(
        {name: value for name, value in row.members.items() if value is not None} for row in rows
    )
