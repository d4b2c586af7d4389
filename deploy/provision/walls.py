"""Firewalls of the plan: ours get our rules, and keep those that others put there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from deploy.provision.found import Found, FoundWall
from deploy.provision.item import Item, Reason, create, differs, foreign, leave
from deploy.provision.rules import MARK, WallRule, front_rules
from deploy.provision.steps import CreateWall, Rules, SetRules, Waits
from deploy.provision.wanted import Wanted, WantedFirewall
from jobs.inventory.linode import is_ip

CLOSED = ("DROP", "ACCEPT")
"""Policies: what no rule lets in stays out; what goes out is the machine's business."""


def wall_items(want: Wanted, found: Found, *, front: bool) -> Iterator[Item]:
    """The firewalls before Linodes, or the one before NodeBalancers, whose rules name the Linodes'
    public addresses and therefore wait for them."""
    for wall in want.firewalls:
        if wall.front is front:
            yield from _items(want, found, wall)


def spelled(rule: WallRule) -> Mapping[str, Any]:
    """A rule in Linode's own words."""
    told = {"ipv4": list(rule.ipv4), "ipv6": list(rule.ipv6)}
    ports = {} if rule.ports is None else {"ports": rule.ports}
    return {
        "label": rule.label,
        "action": "ACCEPT",
        "protocol": rule.protocol,
        "addresses": {name: networks for name, networks in told.items() if networks},
        **ports,
    }


def merged(ours: Sequence[Mapping[str, Any]], there: Sequence[Mapping[str, Any]]) -> Rules:
    """Our rules in the place of our former ones; others' stand before or behind them as they did,
    since the first match counts."""
    mine = [_is_ours(rule) for rule in there]
    first = mine.index(True) if True in mine else 0
    others = [(i, rule) for i, rule in enumerate(there) if not mine[i]]
    before = [rule for i, rule in others if i < first]
    behind = [rule for i, rule in others if i >= first]
    return (*before, *ours, *behind)


def _items(want: Wanted, found: Found, wall: WantedFirewall) -> Iterator[Item]:
    waits = _waits(want, found) if wall.front else None
    there, asked = found.walls.get(wall.label), _front(want, found) if wall.front else wall.rules
    ours = tuple(spelled(rule) for rule in asked)
    shown = f"lets in our machines at port {_ports(want)}" if wall.front else _listed(ours)
    if there is None:
        step = CreateWall(label=wall.label, rules=ours, tags=want.tags)
        yield create("firewall", wall.label, shown, waits or step)
    elif want.tags[0] not in there.tags:
        yield foreign("firewall", wall.label, f'has no tag "{want.tags[0]}"')
    elif not there.enabled:
        yield differs("firewall", wall.label, Reason.DISABLED, "is disabled; enable it at Linode")
    elif waits is not None:
        yield leave("firewall", wall.label, "its rules follow the Linodes")
    else:
        yield _rules(there, ours, shown)


def _waits(want: Wanted, found: Found) -> Waits | None:
    lacks = [
        one.label
        for one in want.linodes
        if one.label not in found.linodes or found.linodes[one.label].public is None
    ]
    return Waits(needs=tuple(lacks)) if lacks else None


def _front(want: Wanted, found: Found) -> tuple[WallRule, ...]:
    """Our machines by their public addresses, for so they come to a NodeBalancer's; hosts that are
    elsewhere by the one that is known."""
    there = [found.linodes.get(one.label) for one in want.linodes]
    publics = [one.public for one in there if one is not None and one.public is not None]
    hosts = [address for address in want.elsewhere.values() if is_ip(address)]
    return front_rules(want.front_ports, (*publics, *hosts, *want.clients))


def _ports(want: Wanted) -> str:
    return ", ".join(map(str, want.front_ports))


def _rules(there: FoundWall, ours: Rules, shown: str) -> Item:
    inbound = merged(ours, there.inbound)
    same = [_bare(rule) for rule in inbound] == [_bare(rule) for rule in there.inbound]
    others = sum(not _is_ours(rule) for rule in there.inbound)
    kept = f"; {others} of others' kept" if others else ""
    if same and there.policies == CLOSED:
        return leave("firewall", there.label, f"{shown}{kept}")
    return Item(
        kind="firewall",
        label=there.label,
        verdict="change",
        reason=Reason.RULES,
        detail=f"{_changed(there, ours)}{kept}",
        step=SetRules(wall=there.id, label=there.label, inbound=inbound, outbound=there.outbound),
    )


def _changed(there: FoundWall, ours: Rules) -> str:
    """Which of our rules are not as they were."""
    has = {str(rule.get("label")): _bare(rule) for rule in there.inbound if _is_ours(rule)}
    must = {str(rule["label"]): _bare(rule) for rule in ours}
    names = [n for n in dict.fromkeys((*must, *has)) if has.get(n) != must.get(n)]
    policy = [] if there.policies == CLOSED else [f"policies {'/'.join(there.policies)}"]
    return f"set {', '.join([n.removeprefix(MARK) for n in names] + policy) or 'their order'}"


def _is_ours(rule: Mapping[str, Any]) -> bool:
    return str(rule.get("label") or "").startswith(MARK)


def _bare(rule: Mapping[str, Any]) -> tuple[Any, ...]:
    """A rule as it compares: Linode fills in what it was not told, and writes "22, 80" for "22,80"."""
    addresses = rule.get("addresses") or {}
    return (
        rule.get("label"),
        rule.get("action"),
        rule.get("protocol"),
        str(rule.get("ports") or "").replace(" ", ""),
        tuple(sorted(addresses.get("ipv4") or ())),
        tuple(sorted(addresses.get("ipv6") or ())),
    )


def _listed(rules: Rules) -> str:
    return f"lets in {', '.join(str(rule['label']).removeprefix(MARK) for rule in rules)}"
