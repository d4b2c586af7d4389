"""What Linode offers to everybody: regions, plans and their prices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from deploy.lab.linode.rest.forms import Row
from deploy.lab.linode.rest.refusal import not_found
from deploy.lab.linode.rest.routes import EVERYBODY, Route

IMAGES = ("linode/debian12", "linode/debian13", "linode/ubuntu24.04")
CAPABILITIES = (
    "Linodes",
    "NodeBalancers",
    "Block Storage",
    "Cloud Firewall",
    "VPCs",
    "Metadata",
    "Placement Group",
    "Linode Interfaces",
)


def _region(name: str, label: str, *lacks: str) -> Row:
    return {
        "id": name,
        "label": label,
        "country": name[:2],
        "status": "ok",
        "site_type": "core",
        "capabilities": [one for one in CAPABILITIES if one not in lacks],
        "placement_group_limits": {
            "maximum_pgs_per_customer": 100,
            "maximum_linodes_per_pg": 5,
            "maximum_linodes_per_flexible_pg": 10,
        },
        "resolvers": {"ipv4": "192.0.2.53", "ipv6": "2001:db8::53"},
    }


def _plan(name: str, label: str, memory: int, vcpus: int, monthly: float) -> Row:
    return {
        "id": name,
        "label": label,
        "class": name.split("-")[1],
        "memory": memory,
        "vcpus": vcpus,
        "disk": memory * 20,
        "gpus": 0,
        "transfer": memory,
        "network_out": 2000,
        "successor": None,
        **_price(monthly, hourly=monthly / 2000 * 3),
        "addons": {"backups": _price(monthly / 5, hourly=monthly / 10_000 * 3)},
    }


def _price(monthly: float, *, hourly: float) -> Row:
    """A price everywhere, and a higher one in one region."""
    here = {"monthly": monthly, "hourly": round(hourly, 4)}
    dear = {"monthly": monthly * 1.2, "hourly": round(hourly * 1.2, 4)}
    return {"price": here, "region_prices": [{"id": "id-cgk", **dear}]}


@dataclass(slots=True, kw_only=True)
class Catalogue:
    """As of 2026, cut short. `images` is what a Linode may be made of."""

    regions: list[Row] = field(
        default_factory=lambda: [
            _region("us-ord", "Chicago, IL"),
            _region("id-cgk", "Jakarta, ID"),
            _region("us-southeast", "Atlanta, GA", "VPCs", "Metadata"),
        ]
    )
    plans: list[Row] = field(
        default_factory=lambda: [
            _plan("g6-nanode-1", "Nanode 1GB", 1024, 1, 5),
            _plan("g6-standard-1", "Linode 2GB", 2048, 1, 12),
            _plan("g6-standard-2", "Linode 4GB", 4096, 2, 24),
            _plan("g6-standard-4", "Linode 8GB", 8192, 4, 48),
            _plan("g6-dedicated-2", "Dedicated 4GB", 4096, 2, 36),
        ]
    )
    balancers: list[Row] = field(
        default_factory=lambda: [
            {
                "id": "nodebalancer",
                "label": "NodeBalancer",
                "transfer": 0,
                **_price(10, hourly=0.015),
            }
        ]
    )
    images: tuple[str, ...] = IMAGES


def routes(catalogue: Catalogue) -> list[Route]:
    desk = Shelf(catalogue)
    return [
        Route("GET", "/regions", desk.regions, EVERYBODY, collection=True),
        Route("GET", "/regions/<region>", desk.region, EVERYBODY),
        Route("GET", "/linode/types", desk.plans, EVERYBODY, collection=True),
        Route("GET", "/linode/types/<plan>", desk.plan, EVERYBODY),
        Route("GET", "/nodebalancers/types", desk.balancers, EVERYBODY, collection=True),
    ]


@dataclass(frozen=True, slots=True)
class Shelf:
    """What one may look at."""

    catalogue: Catalogue

    def regions(self) -> Iterable[Row]:
        return self.catalogue.regions

    def region(self, region: str) -> Row:
        return _named(self.catalogue.regions, region)

    def plans(self) -> Iterable[Row]:
        return self.catalogue.plans

    def plan(self, plan: str) -> Row:
        return _named(self.catalogue.plans, plan)

    def balancers(self) -> Iterable[Row]:
        return self.catalogue.balancers


def _named(rows: Iterable[Row], name: str) -> Row:
    found = [row for row in rows if row["id"] == name]
    if not found:
        raise not_found()
    return found[0]
