"""Cloud Firewalls before the database nodes: whether a NodeBalancer's checks and traffic get in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Network, ip_network

from deploy.doctor.evidence import Evidence, Unseen
from deploy.doctor.finding import Finding, error, listed, note, plural, warning
from jobs.balancer.found import FoundFirewall, Rule
from jobs.balancer.standing import RANGE

NODEBALANCERS = IPv4Network(RANGE)
ANYWHERE = IPv4Network("0.0.0.0/0")
KEPT_OUT = "such a node is DOWN, whatever it would answer"
PASSES_SO_FAR = "it passes so far, by another interface or since the rules are new"


def firewalls(seen: Evidence) -> Iterator[Finding]:
    """Every member's machine, unless its backend lies in a VPC: there a NodeBalancer comes from a
    range of its own."""
    if seen.want.subnet_id is not None:
        yield from _vpc(seen)
        return
    yield from _shut(seen)
    yield from _unseen(seen)
    if unknown := [member for member, walls in seen.walls.items() if walls is None]:
        yield _no_machine(seen, unknown)


def _shut(seen: Evidence) -> Iterator[Finding]:
    """Machines that the same firewall keeps shut for the same reason are named together."""
    shut = {member: found for member in seen.walls if (found := _wall(seen, member)) is not None}
    for found in dict.fromkeys(shut.values()):
        members = listed([member for member, other in shut.items() if other == found])
        label, why, passes_so_far = found
        finding, hurts = (warning, PASSES_SO_FAR) if passes_so_far else (error, KEPT_OUT)
        yield finding(
            "firewall",
            f"firewall {label} before {members} keeps {RANGE} from port {seen.port}: {why}",
            f"NodeBalancers check and connect from there: {hurts}.",
            f"add the inbound rule ACCEPT TCP {seen.port} from {RANGE}, above any that drops it",
        )


def _wall(seen: Evidence, member: str) -> tuple[str, str, bool] | None:
    """The first firewall that keeps a NodeBalancer out, why, and whether it gets in all the same: a
    machine may have several, one an interface, and which of them is met is not known."""
    walls = seen.walls[member]
    if not isinstance(walls, tuple):
        return None
    shut = [(w.label, why) for w in walls if (why := keeps_out(w, NODEBALANCERS, seen.port))]
    if not shut:
        return None
    node = seen.node(member)
    return *shut[0], len(shut) < len(walls) or (node is not None and node.status == "UP")


def _vpc(seen: Evidence) -> Iterator[Finding]:
    """What lets everybody in lets the balancer in; of the rest one cannot tell from here."""
    unclear = sorted(
        {
            wall.label
            for walls in seen.walls.values()
            if isinstance(walls, tuple)
            for wall in walls
            if keeps_out(wall, ANYWHERE, seen.port)
        }
    )
    if unclear:
        yield note(
            "firewall",
            f"backends are in a VPC (subnet {seen.want.subnet_id}): firewall {', '.join(unclear)} was not judged",
            f"There a NodeBalancer comes from its own range of the subnet, not from {RANGE}.",
            f"let that range through to port {seen.port}: the API's /nodebalancers/{_id(seen)}/vpcs shows it",
        )


def _id(seen: Evidence) -> str:
    return "ID" if seen.balancer is None else str(seen.balancer.id)


def _unseen(seen: Evidence) -> Iterator[Finding]:
    """Members whose firewalls are hidden by the same reason are named together."""
    hidden = {member: w for member, w in seen.walls.items() if isinstance(w, Unseen)}
    for walls in dict.fromkeys(hidden.values()):
        members = listed([member for member, w in hidden.items() if w == walls])
        what = f"the firewalls before {members} were not seen: {walls.reason}"
        why = f"Whether {RANGE} gets through to port {seen.port} there cannot be said."
        yield note("firewall", what, why, walls.remedy)


def _no_machine(seen: Evidence, members: list[str]) -> Finding:
    labels = [seen.cluster.linode_of(member) for member in members]
    names = ", ".join(f'{member} = "…"' for member in members)
    return note(
        "machine",
        f"Linode knows no {plural(members, 'machine', 'machines')} labelled {listed(labels)}",
        "Firewalls there cannot be looked at, nor reboots and shutdowns be heard of.",
        f"write the labels into [clusters.{seen.table.cluster}]: linodes = {{ {names} }}",
    )


def keeps_out(wall: FoundFirewall, source: IPv4Network, port: int) -> str:
    """Why not all of a network gets through to a TCP port; empty where it does. The first rule that
    matches an address decides about it, the policy about those that are left."""
    if not wall.enabled:
        return ""
    left = [source]
    for rule in wall.inbound:
        if not (_is_tcp(rule) and _has_port(rule, port)):
            continue
        for network in _networks(rule):
            if rule.action.upper() == "DROP" and any(network.overlaps(n) for n in left):
                return f"its rule {_said(rule, network)} comes first"
            left = [rest for n in left for rest in _without(n, network)]
    if not left or wall.policy.upper() == "ACCEPT":
        return ""
    part = "" if left == [source] else f" all of {source}"
    return f"no rule accepts{part or ' it'}, and its policy is DROP"


def _is_tcp(rule: Rule) -> bool:
    return rule.protocol.upper() in {"TCP", "ALL"}


def _has_port(rule: Rule, port: int) -> bool:
    """No ports are all ports; else "22, 5432-5433"."""
    if not rule.ports or not rule.ports.strip():
        return True
    for part in rule.ports.split(","):
        match = re.fullmatch(r"\s*(\d+)\s*(?:-\s*(\d+)\s*)?", part)
        if match is not None and int(match[1]) <= port <= int(match[2] or match[1]):
            return True
    return False


def _networks(rule: Rule) -> Iterator[IPv4Network]:
    """The rule's IPv4 networks; others are none of a NodeBalancer's business."""
    for text in rule.addresses:
        try:
            network = ip_network(text, strict=False)
        except ValueError:
            continue
        if isinstance(network, IPv4Network):
            yield network


def _without(network: IPv4Network, taken: IPv4Network) -> Iterator[IPv4Network]:
    if not network.overlaps(taken):
        yield network
    elif taken.subnet_of(network) and taken != network:
        yield from network.address_exclude(taken)


def _said(rule: Rule, network: IPv4Network) -> str:
    return " ".join(filter(None, (rule.action, rule.protocol, rule.ports, "from", str(network))))
