"""What the doctor may reach with: the same hands as the processes have, as far as they are here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deploy.doctor.evidence import Unseen
from deploy.doctor.report import Report
from deploy.keyring import Keyring
from jobs.claims import Claims
from jobs.inventory import Inventory
from jobs.ports import Anchors, Balancers, Fleet, HostHand, ReadTrail
from jobs.verdict import Verdict
from workers.secrets import Secrets

if TYPE_CHECKING:
    from workers.linode import Api


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """`keyring`: Unseen where there is no keys folder; `hosts`: Unseen without the workers' SSH key.
    `digest` is the inventory's as the processes know it. `look` gathers and judges one cluster; `offline` tells of the inventory itself. `pings`: whether events
    may be sent. `now`: seconds since 1970; `token`: fresh random hex; `journals`: those that wait here."""

    inventory: Inventory
    digest: str
    secrets: Secrets
    keyring: Keyring | Unseen
    trail: ReadTrail
    hosts: HostHand | Unseen
    balancers: Balancers | None
    linode: Api | None
    anchors: Mapping[str, Anchors]
    fleet: Fleet
    look: Callable[[str], tuple[Claims, Verdict]]
    offline: Callable[[], Report]
    now: Callable[[], float]
    token: Callable[[], str]
    journals: Callable[[], Sequence[str]]
    pings: bool = True
