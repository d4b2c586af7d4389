"""From the inventory to what is wanted at Linode: who stands where, behind what, and under which label."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from deploy.provision.roles import SHORT, Role, plan_of, roles_of
from deploy.provision.rules import rules
from deploy.provision.wanted import Wanted, WantedFirewall, WantedGroup, WantedLinode, WantedVpc
from deploy.site import Placed, placed
from jobs.balancer.wanted import WantedBalancer
from jobs.balancer.wanted import wanted as wanted_balancer
from jobs.inventory import Inventory, Provision

LONGEST = 32
"""Characters of a firewall's label."""

PUBLIC_KEY = r"(?:ssh-|ecdsa-|sk-)\S+ [A-Za-z0-9+/]+={0,3}(?: [^\r\n]*)?"
USER_DATA = 16_384
"""Bytes of user data, decoded, beyond which Linode refuses it."""


class CannotProvision(Exception):  # noqa: N818 - reads as a sentence
    """The inventory cannot be brought about at Linode; says why, and what to write."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}; {remedy}")
        self.reason, self.remedy = reason, remedy


def wanted(
    inventory: Inventory,
    *,
    keys: Sequence[str] = (),
    user_data: Mapping[str, str] | None = None,
) -> Wanted:
    """What the inventory wants. `keys` are public SSH keys, `user_data` cloud-init's by machine.
    Raises CannotProvision, and CannotPlace."""
    asked = _asked(inventory)
    mine, elsewhere = _divided(inventory, asked)
    linodes = tuple(_linodes(inventory, asked, mine))
    data = user_data or {}
    return Wanted(
        region=asked.region,
        tags=asked.tags,
        groups=tuple(_groups(asked, linodes)),
        vpc=WantedVpc(label=_tidy(asked.prefix or "pgbaton"), network=asked.subnet),
        firewalls=tuple(_firewalls(inventory, asked, mine)),
        linodes=tuple(
            replace(one, keys=_keys(asked, keys), user_data=_checked(one.name, data))
            for one in linodes
        ),
        front_ports=tuple(sorted({b.port for b in inventory.nodebalancers.values()})),
        clients=inventory.deploy.clients,
        balancers=tuple(_balancers(inventory, asked)),
        elsewhere=elsewhere,
    )


def _asked(inventory: Inventory) -> Provision:
    """The table, if it can be acted on at all."""
    asked = inventory.provision
    if asked is None:
        raise CannotProvision(
            "the inventory does not say where to create anything",
            'write [provision] region = "us-ord" (docs/provision.md)',
        )
    if not asked.tags:
        raise CannotProvision(
            "[provision] tags is empty, so that nothing could be told apart as ours",
            'write tags = ["pgbaton"]',
        )
    _demand_a_way_in(inventory, asked)
    return asked


def label_of(inventory: Inventory, asked: Provision, machine: Placed) -> str:
    """A machine's label at Linode."""
    made = _prefixed(asked, machine.name) if asked.prefix else machine.name
    if machine.cluster is None:
        return made
    return inventory.clusters[machine.cluster].linodes.get(machine.name, made)


def _demand_a_way_in(inventory: Inventory, asked: Provision) -> None:
    """Who creates machines that nobody can log in to has to mend that in Linode's console."""
    subnet = ipaddress.ip_network(asked.subnet)
    outside = [n for n in inventory.deploy.networks if not subnet.overlaps(ipaddress.ip_network(n))]
    if not inventory.deploy.operators and not outside:
        raise CannotProvision(
            "nobody outside the new machines could log in to them, not even pgbaton push",
            'write the networks that you log in from as operators = ["203.0.113.0/24"] in [deploy]',
        )


def _divided(
    inventory: Inventory, asked: Provision
) -> tuple[tuple[Placed, ...], Mapping[str, str]]:
    """The machines to create, and where the others are: hosts may be anywhere, all else is ours."""
    mine, elsewhere = list[Placed](), dict[str, str]()
    for machine in placed(inventory).values():
        why = _outside(machine.address, ipaddress.ip_network(asked.subnet))
        if why is None:
            mine.append(machine)
        elif roles_of(machine) == ("host",) and why.startswith("is not"):
            elsewhere[machine.name] = machine.address
        else:
            raise CannotProvision(
                f"{machine.name} cannot have the address {machine.address}: it {why}",
                f"give it one of {asked.subnet}, or write another [provision] subnet",
            )
    return tuple(mine), elsewhere


def _outside(address: str, subnet: ipaddress.IPv4Network | ipaddress.IPv6Network) -> str | None:
    """Why a Linode cannot have an address of this subnet, or None."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "is not an IP address"
    if ip not in subnet:
        return f"is not in {subnet}"
    if ip in {subnet[0], subnet[1], subnet[-2], subnet[-1]}:
        return "is one of the first two or last two of the subnet, which Linode keeps"
    return None


def _linodes(
    inventory: Inventory, asked: Provision, machines: Sequence[Placed]
) -> Iterator[WantedLinode]:
    for machine in machines:
        yield WantedLinode(
            name=machine.name,
            label=label_of(inventory, asked, machine),
            type=plan_of(inventory, machine),
            image=asked.image,
            address=machine.address,
            firewall=_wall_label(asked, roles_of(machine)),
            roles=roles_of(machine),
            group=_group_label(asked, machine),
            backups=asked.backups,
        )


def _groups(asked: Provision, linodes: Sequence[WantedLinode]) -> Iterator[WantedGroup]:
    """A group for each etcd and each cluster. A Linode can be in one only: a machine that is both
    stands with its cluster, whose members are the fewer."""
    for label in dict.fromkeys(one.group for one in linodes if one.group is not None):
        members = tuple(one.label for one in linodes if one.group == label)
        if len(members) > 1:
            yield WantedGroup(label=label, policy=asked.placement, linodes=members)


def _group_label(asked: Provision, machine: Placed) -> str | None:
    if machine.cluster is not None:
        return _prefixed(asked, f"db-{machine.cluster}")[:64].rstrip("-._")
    if machine.etcd is not None:
        return _prefixed(asked, f"etcd-{machine.etcd}")[:64].rstrip("-._")
    return None


def _firewalls(
    inventory: Inventory, asked: Provision, machines: Sequence[Placed]
) -> Iterator[WantedFirewall]:
    for of in dict.fromkeys(roles_of(machine) for machine in machines):
        those = [m for m in machines if roles_of(m) == of]
        yield WantedFirewall(label=_wall_label(asked, of), rules=rules(inventory, those, of))
    if any(b.firewall_id is None for b in inventory.nodebalancers.values()):
        yield WantedFirewall(label=_short(asked, "front"), front=True)


def _wall_label(asked: Provision, of: Sequence[Role]) -> str:
    return _short(asked, "-".join(SHORT[role] for role in of) or "idle")


def _short(asked: Provision, name: str) -> str:
    label = _prefixed(asked, name)
    if len(label) > LONGEST:
        raise CannotProvision(
            f"a firewall would be called {label}: {len(label)} characters, and Linode allows {LONGEST}",
            "shorten [provision] prefix",
        )
    return label


def _prefixed(asked: Provision, name: str) -> str:
    """The label of what is no machine: without a prefix, too, nobody else's would be called so."""
    return _tidy(f"{asked.prefix or 'pgbaton'}-{name}")


def _tidy(label: str) -> str:
    """No two hyphens side by side, and none at an end: Linode takes none."""
    return re.sub("-{2,}", "-", label).strip("-")


def _balancers(inventory: Inventory, asked: Provision) -> Iterator[WantedBalancer]:
    for name, table in inventory.nodebalancers.items():
        if not table.tags:
            raise CannotProvision(
                f"[nodebalancers.{name}] tags is empty, so that anybody's of its label would be taken for ours",
                'write tags = ["pgbaton"], and give that tag to one that is yours already',
            )
        want = wanted_balancer(inventory, name)
        yield replace(want, region=want.region or asked.region)


def _keys(asked: Provision, more: Sequence[str]) -> tuple[str, ...]:
    for number, key in enumerate(asked.authorized_keys, start=1):
        if re.fullmatch(PUBLIC_KEY, key.strip()) is None:
            raise CannotProvision(
                f"[provision] authorized_keys: number {number} is no public SSH key",
                "write what a .pub file holds, one line for each key: ssh-ed25519 AAAA…",
            )
    return tuple(dict.fromkeys(key.strip() for key in (*more, *asked.authorized_keys)))


def _checked(machine: str, user_data: Mapping[str, str]) -> str:
    text = user_data.get(machine, "")
    if (size := len(text.encode())) > USER_DATA:
        raise CannotProvision(
            f"the user data of {machine} has {size} bytes, and Linode takes {USER_DATA}",
            "shorten [provision] authorized_keys",
        )
    return text
