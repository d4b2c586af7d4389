"""All that the double knows: rows as the API shows them, told apart by id."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, fields
from itertools import count
from typing import Any

from deploy.lab.linode.account.catalogue import Catalogue
from deploy.lab.linode.account.modes import Modes
from deploy.lab.linode.rest.forms import Row
from deploy.lab.linode.rest.refusal import not_found, refuse

NOTIFICATION = "notification"
UNKNOWN = "Unknown"
"""A node's status until its first check, as recorded from Linode; the document writes it small."""

PUBLIC = ipaddress.ip_network("198.51.100.0/24")
"""Where Linodes have their public addresses: documentation's own network."""


class Table:
    """Rows by id; an id is never given twice."""

    def __init__(self, first: int) -> None:
        self._ids = count(first)
        self._rows: dict[int, Row] = {}

    def __iter__(self) -> Iterator[Row]:
        return iter(list(self._rows.values()))

    def add(self, **members: Any) -> Row:
        row = {"id": next(self._ids), **members}
        self._rows[row["id"]] = row
        return row

    def get(self, number: int, **parents: int) -> Row:
        """The row with this id under these parents; 404 where there is none."""
        row = self._rows.get(number)
        if row is None or any(row[name] != value for name, value in parents.items()):
            raise not_found()
        return row

    def where(self, **members: Any) -> list[Row]:
        return [row for row in self if all(row[n] == value for n, value in members.items())]

    def drop(self, row: Row) -> None:
        self._rows.pop(row["id"], None)

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Whoever fails within has changed nothing."""
        before = {number: dict(row) for number, row in self._rows.items()}
        try:
            yield
        except BaseException:
            self._rows = before
            raise


@dataclass(slots=True, kw_only=True)
class World:
    """One account. Whoever reads or writes rows holds `lock`; `changed` is called, under the lock,
    after whatever the data plane must follow. A Linode runs `boots_for` seconds after it was made;
    an account has `most_machines` of them."""

    clock: Callable[[], float] = time.time
    modes: Modes = field(default_factory=Modes)
    addresses: list[str] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    changed: Callable[[], None] = lambda: None
    statuses: dict[int, str] = field(default_factory=dict)
    catalogue: Catalogue = field(default_factory=Catalogue)
    boots_for: float = 0.0
    most_machines: int = 200
    booted: dict[int, float] = field(default_factory=dict)
    balancers: Table = field(default_factory=lambda: Table(12_001))
    configs: Table = field(default_factory=lambda: Table(4_001))
    nodes: Table = field(default_factory=lambda: Table(54_001))
    vpcs: Table = field(default_factory=lambda: Table(1_401))
    machines: Table = field(default_factory=lambda: Table(123_001))
    interfaces: Table = field(default_factory=lambda: Table(2_001))
    groups: Table = field(default_factory=lambda: Table(3_001))
    networks: Table = field(default_factory=lambda: Table(5_001))
    subnets: Table = field(default_factory=lambda: Table(6_001))
    leases: Table = field(default_factory=lambda: Table(8_001))
    firewalls: Table = field(default_factory=lambda: Table(501))
    devices: Table = field(default_factory=lambda: Table(801))
    events: Table = field(default_factory=lambda: Table(900_001))
    domains: Table = field(default_factory=lambda: Table(1_001))
    records: Table = field(default_factory=lambda: Table(7_001))

    @contextmanager
    def asked(self) -> Iterator[None]:
        """One request: alone in this world, and carried out wholly or not at all."""
        with self.lock, ExitStack() as stack:
            for one in fields(self):
                if isinstance(table := getattr(self, one.name), Table):
                    stack.enter_context(table.whole())
            yield

    def now(self) -> str:
        """The API's way to write an instant: UTC without a zone, whole seconds."""
        return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(self.clock()))

    def status(self, node: Row) -> str:
        """A node's status; a rejected one is DOWN once that took effect."""
        rejected = self.modes.effective(node["id"], node["mode"]) == "reject"
        return "DOWN" if rejected else self.statuses.get(node["id"], UNKNOWN)

    def region(self, name: str, *, needs: str = "Linodes") -> Row:
        """A region that offers this."""
        found = [row for row in self.catalogue.regions if row["id"] == name]
        if not found or needs not in found[0]["capabilities"]:
            raise refuse("region is not valid", "region")
        return found[0]

    def public_address(self) -> str:
        """An address that no Linode has."""
        taken = {one for machine in self.machines for one in machine["ipv4"]}
        return next(str(one) for one in PUBLIC.hosts() if str(one) not in taken)

    def boot(self, machine: Row) -> None:
        """Let a new machine come up in its time."""
        machine["status"] = "provisioning"
        self.booted[machine["id"]] = self.clock() + self.boots_for

    def alive(self, machine: Row) -> Row:
        """A machine with the status it has by now."""
        due = self.booted.get(machine["id"])
        if due is not None and self.clock() >= due:
            machine["status"] = "running"
            del self.booted[machine["id"]]
        return machine

    def config(self, balancer: int, config: int) -> Row:
        """A configuration of this NodeBalancer."""
        self.balancers.get(balancer)
        return self.configs.get(config, nodebalancer_id=balancer)

    def vpc_config(self, balancer: Row, subnet: int | None) -> int | None:
        """By which of its VPCs a NodeBalancer reaches a node of this subnet; None without one."""
        joined = self.vpcs.where(nodebalancer_id=balancer["id"], subnet_id=subnet)
        if subnet is not None and not joined:
            raise refuse("The NodeBalancer is not in this subnet", "subnet_id")
        return joined[0]["id"] if joined else None

    def table(self, kind: str) -> Table:
        """Where a firewall's device of this kind stands."""
        kinds = {"linode": self.machines, "nodebalancer": self.balancers}
        return kinds.get(kind, self.interfaces)

    def attach(self, firewall: Row, kind: str, row: Row) -> Row:
        """Put a device behind a firewall."""
        now = self.now()
        named = entity(kind, row)
        return self.devices.add(firewall=firewall["id"], entity=named, created=now, updated=now)

    def detach(self, kind: str, row: Row) -> None:
        """Take a device from behind every firewall."""
        for device in self._guards(kind, row):
            self.devices.drop(device)

    def walls(self, kind: str, row: Row) -> list[Row]:
        """The firewalls before a device."""
        return [self.wall(self.firewalls.get(one["firewall"])) for one in self._guards(kind, row)]

    def _guards(self, kind: str, row: Row) -> list[Row]:
        wanted = (kind, row["id"])
        return [d for d in self.devices if (d["entity"]["type"], d["entity"]["id"]) == wanted]

    def wall(self, firewall: Row) -> Row:
        """A firewall as the API shows it, with what it stands before."""
        behind = [one["entity"] for one in self.devices.where(firewall=firewall["id"])]
        return {**firewall, "entities": behind}

    def forget_events(self) -> None:
        """Begin as an account where nothing has happened lately."""
        for event in self.events:
            self.events.drop(event)

    def tell(
        self, action: str, kind: str, row: Row, *, status: str = NOTIFICATION, message: str = ""
    ) -> Row:
        """Leave an event of the account about a row of this kind."""
        return self.events.add(
            action=action,
            created=self.now(),
            duration=None,
            entity=entity(kind, row),
            secondary_entity=None,
            message=message,
            percent_complete=100 if status == "finished" else None,
            rate=None,
            read=False,
            seen=False,
            status=status,
            time_remaining=None,
            username="lab",
            details=None,
        )


def entity(kind: str, row: Row) -> Row:
    """How an event names what it befell."""
    folders = {
        "linode": "linode/instances",
        "domain": "domains",
        "firewall": "networking/firewalls",
    }
    url = f"/v4/{folders.get(kind, f'{kind}s')}/{row['id']}"
    return {"id": row["id"], "label": row.get("label", row.get("domain")), "type": kind, "url": url}
