"""Addresses outside the networks they need: Linode refuses some, the firewall shuts out others."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from jobs.inventory.linode import is_ip
from jobs.inventory.references.machines import Said, machines
from jobs.inventory.references.mistake import Mistake
from jobs.inventory.references.raw import Raw, items, table
from jobs.inventory.spelling import is_loopback

PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
LINODES_OWN = IPv4Network("192.168.128.0/17")
"""Linode's private addresses; no VPC may overlap them (API 4.234, VPC subnet: ipv4)."""
SMALLEST = 29
RESERVED = 2
"""Addresses at either end of a subnet that no machine gets. Four are, says Cloud Manager's source; that
they are the first two and the last two is Linode's documentation, not the API's document."""


def networks(raw: Raw) -> Iterator[Mistake]:
    """The VPC's subnet, and where every machine stands in it and in `deploy.networks`."""
    subnet = _subnet(raw)
    if isinstance(subnet, Mistake):
        yield subnet
    for machine, all_said in machines(raw).items():
        one = next((said for said in all_said if said.host and not is_loopback(said.host)), None)
        if one is None or one.host is None:
            continue
        if isinstance(subnet, IPv4Network) and not _elsewhere(machine, all_said, subnet):
            yield from _within(one.path, one.host, subnet)
        yield from _admitted(raw, one.path, one.host)


def _elsewhere(machine: str, all_said: tuple[Said, ...], subnet: IPv4Network) -> bool:
    """A machine on which nothing but applications run may be anywhere: then it is not created."""
    only_host = all(one.path == f"hosts.{machine}.address" for one in all_said)
    return only_host and not any(
        one.host and is_ip(one.host) and ip_address(one.host) in subnet for one in all_said
    )


def _subnet(raw: Raw) -> IPv4Network | Mistake | None:
    """None: nothing is created at Linode, or the text is no network at all, which is told elsewhere."""
    if not isinstance(raw.get("provision"), dict):
        return None
    text = table(raw, "provision").get("subnet", "10.0.0.0/24")
    network = _network(text)
    if network is None:
        return None
    reason = _unusable(network)
    if reason is not None:
        return Mistake(path="provision.subnet", reason=f"{reason}; write for example 10.0.0.0/24")
    return network if isinstance(network, IPv4Network) else None


def _unusable(network: IPv4Network | IPv6Network) -> str | None:
    if isinstance(network, IPv6Network):
        return f"{network} is IPv6; machines get IPv4 addresses of their VPC"
    if not any(network.subnet_of(private) for private in PRIVATE):
        return f"{network} is not private (10/8, 172.16/12, 192.168/16), and Linode refuses it"
    if network.overlaps(LINODES_OWN):
        return f"{network} overlaps {LINODES_OWN}, which is Linode's own, and Linode refuses it"
    if network.prefixlen > SMALLEST:
        return f"{network} is smaller than /{SMALLEST}, the smallest that Linode allows"
    return None


def _within(path: str, host: str, subnet: IPv4Network) -> Iterator[Mistake]:
    if not is_ip(host):
        reason = f"{host} is a name; a machine that pgbaton provision creates needs an address in {subnet}"
        yield Mistake(path=path, reason=reason)
        return
    address = ip_address(host)
    first, last = subnet[RESERVED], subnet[-1 - RESERVED]
    if address not in subnet:
        reason = f"{host} lies outside provision.subnet, {subnet}; write one of {first} to {last}"
        yield Mistake(path=path, reason=reason)
    elif not _free(address, subnet):
        reason = (
            f"{host} is one of the two first and two last addresses of {subnet}, which Linode keeps "
            f"for itself; write one of {first} to {last}"
        )
        yield Mistake(path=path, reason=reason)


def _free(address: IPv4Address | IPv6Address, subnet: IPv4Network) -> bool:
    place = int(address) - int(subnet.network_address)
    return RESERVED <= place < subnet.num_addresses - RESERVED


def _admitted(raw: Raw, path: str, host: str) -> Iterator[Mistake]:
    """With networks named and a firewall, a machine outside them would be shut out by the others."""
    deploy = table(raw, "deploy")
    named = [n for text in items(deploy, "networks") if (n := _network(text)) is not None]
    if not named or deploy.get("firewall") == "none" or not is_ip(host):
        return
    if not any(ip_address(host) in network for network in named):
        have = ", ".join(map(str, named))
        reason = f"{host} lies in none of deploy.networks ({have}), and the other machines' firewalls would refuse it; add its network there"
        yield Mistake(path=path, reason=reason)


def _network(text: object) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text) if isinstance(text, str) else None
    except ValueError:
        return None
