"""One account at Linode, in memory or as the double: without it, fake and adapter could not be held to the same."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from deploy.lab.linode.account import zones
from deploy.lab.linode.account.seed import sow
from jobs.balancer.found import FoundFirewall, Rule
from jobs.ports import Balancers, Records
from jobs.zone import FoundRecord
from tests.contract.linode.double import Double
from tests.fakes.balancers import FakeBalancers
from tests.fakes.records import FakeRecords
from workers.linode import Api, LinodeBalancers, LinodeRecords

Told = tuple[str, str, str, int]
"""A record: type, name, target, seconds to live."""

WALL = FoundFirewall(
    label="pg-wall",
    policy="DROP",
    inbound=(
        Rule(action="ACCEPT", protocol="TCP", ports="22, 5432", addresses=("192.168.255.0/24",)),
        Rule(action="ACCEPT", protocol="ICMP", ports=None, addresses=("0.0.0.0/0", "::/0")),
    ),
)


class Account(Protocol):
    """The ports, and what else happens at Linode."""

    @property
    def balancers(self) -> Balancers: ...
    @property
    def records(self) -> Records: ...
    def fare(self, label: str, status: str) -> None: ...
    def twin(self, label: str) -> None: ...
    def lose(self, label: str) -> None: ...
    def guarded(self, machine: str) -> None: ...
    def unguarded(self, machine: str) -> None: ...
    def domain(self, name: str, *records: Told) -> None: ...
    def break_down(self) -> None: ...
    def recover(self) -> None: ...


@dataclass(slots=True)
class FakeAccount:
    balancers: FakeBalancers = field(default_factory=FakeBalancers)
    records: FakeRecords = field(default_factory=FakeRecords)

    def fare(self, label: str, status: str) -> None:
        self.balancers.turn(**{label: status})

    def twin(self, label: str) -> None:
        first = next(b for b in self.balancers.found.values() if b.label == label)
        self.balancers.put(replace(first, id=first.id + 5000))

    def lose(self, label: str) -> None:
        for balancer in self.balancers.found.values():
            configs = (
                replace(c, nodes=tuple(n for n in c.nodes if n.label != label))
                for c in balancer.configs
            )
            self.balancers.put(replace(balancer, configs=tuple(configs)))

    def guarded(self, machine: str) -> None:
        self.balancers.machines[machine] = (WALL,)

    def unguarded(self, machine: str) -> None:
        self.balancers.machines[machine] = ()

    def domain(self, name: str, *records: Told) -> None:
        self.records.domain(name, *(_record(n, one) for n, one in enumerate(records, 1)))

    def break_down(self) -> None:
        self.balancers.break_down()
        self.records.break_down()

    def recover(self) -> None:
        self.balancers.recover()
        self.records.recover()


@dataclass(slots=True)
class RealAccount:
    """The adapters over the double, whose modes take effect at once."""

    double: Double
    balancers: LinodeBalancers = field(init=False)
    records: LinodeRecords = field(init=False)

    def __post_init__(self) -> None:
        self.double.world.modes.delay = 0
        api = Api(self.double.url, token=self.double.token)
        self.balancers, self.records = LinodeBalancers(api), LinodeRecords(api)

    def fare(self, label: str, status: str) -> None:
        self.double.fare(label, status)

    def twin(self, label: str) -> None:
        """Linode's own API keeps labels unique; that two have one is left from before it did."""
        made = self.double.client().nodebalancer_create("us-ord", label=f"{label}-2")
        self.double.world.balancers.get(made.id)["label"] = label

    def lose(self, label: str) -> None:
        self.double.world.nodes.drop(self.double.node(label))

    def guarded(self, machine: str) -> None:
        seed = {"firewalls": [_wall()], "machines": [_machine(machine, firewall=WALL.label)]}
        sow(self.double.world, seed)

    def unguarded(self, machine: str) -> None:
        sow(self.double.world, {"machines": [_machine(machine)]})

    def domain(self, name: str, *records: Told) -> None:
        zone = zones.add(
            self.double.world, {"domain": name, "type": "master", "soa_email": "dns@example.org"}
        )
        for kind, label, target, ttl in records:
            told = {"type": kind, "name": label, "target": target, "ttl_sec": ttl}
            zones.add_record(self.double.world, zone, told)

    def break_down(self) -> None:
        self.double.hurt(broken="503")

    def recover(self) -> None:
        self.double.heal()


def _record(number: int, told: Told) -> FoundRecord:
    kind, name, target, ttl = told
    return FoundRecord(id=number, type=kind, name=name, target=target, ttl=ttl)


def _machine(label: str, **more: str) -> dict[str, object]:
    return {"label": label, "ipv4": ["192.168.1.11"], **more}


def _wall() -> dict[str, object]:
    rules = {
        "inbound_policy": WALL.policy,
        "outbound_policy": "ACCEPT",
        "inbound": [_rule(rule) for rule in WALL.inbound],
    }
    return {"label": WALL.label, "rules": rules}


def _rule(rule: Rule) -> dict[str, object]:
    ports = {"ports": rule.ports} if rule.ports else {}
    told = {"ipv4": _family(rule.addresses, "."), "ipv6": _family(rule.addresses, ":")}
    addresses = {name: found for name, found in told.items() if found}
    return {"action": rule.action, "protocol": rule.protocol, "addresses": addresses, **ports}


def _family(addresses: Sequence[str], mark: str) -> list[str]:
    return [one for one in addresses if mark in one]
