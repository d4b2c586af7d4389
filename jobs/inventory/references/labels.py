"""Names that Linode would refuse: too long, too short, or of letters that it does not take."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jobs.inventory.ground import LINODE_LABEL
from jobs.inventory.references.machines import machines
from jobs.inventory.references.mistake import Mistake
from jobs.inventory.references.raw import Raw, items, table, tables, texts

LONGEST = 64
NODE = r"[A-Za-z0-9_.-]{3,32}"
TAG = range(3, 51)


def labels(raw: Raw) -> Iterator[Mistake]:
    """Labels of machines, NodeBalancers and their nodes, and tags."""
    if isinstance(raw.get("provision"), dict):
        yield from _machines(raw)
        yield from _tags("provision.tags", items(table(raw, "provision"), "tags"))
    for name, one in tables(raw, "nodebalancers"):
        yield from _balancer(raw, name, one)
        yield from _tags(f"nodebalancers.{name}.tags", items(one, "tags"))


def _machines(raw: Raw) -> Iterator[Mistake]:
    prefix = table(raw, "provision").get("prefix", "pgbaton")
    given = {
        member: (f"clusters.{name}.linodes.{member}", label)
        for name, one in tables(raw, "clusters")
        for member, label in texts(one, "linodes")
    }
    owner: dict[str, str] = {}
    for machine, all_said in machines(raw).items():
        made = re.sub("-{2,}", "-", f"{prefix}-{machine}").strip("-") if prefix else machine
        path = all_said[0].path if all_said else f"machines.{machine}"
        path, label = given.get(machine, (path, made))
        if (reason := _refused(label)) is not None:
            yield Mistake(path=path, reason=reason)
        if (first := owner.setdefault(label.casefold(), machine)) != machine:
            reason = f"its Linode would be called {label}, as {first}'s is; labels are unique"
            yield Mistake(path=path, reason=reason)


def _refused(label: str) -> str | None:
    if len(label) > LONGEST:
        return (
            f"its Linode would be called {label}: {len(label)} characters, and Linode allows "
            f"{LONGEST}; shorten the name or provision.prefix"
        )
    if re.fullmatch(LINODE_LABEL, label) is None:
        return (
            f"its Linode would be called {label}, and Linode takes 3 to {LONGEST} letters, digits, "
            f"'.', '_' and '-', a letter or digit at both ends, and no two of the others side by side"
        )
    return None


def _balancer(raw: Raw, name: str, one: Raw) -> Iterator[Mistake]:
    if "." in str(one.get("label", "")):
        reason = "Linode takes no '.' in a NodeBalancer's label: letters, digits, '_' and '-'"
        yield Mistake(path=f"nodebalancers.{name}.label", reason=reason)
    cluster = table(table(raw, "clusters"), str(one.get("cluster")))
    for member in table(one, "backends") or table(cluster, "machines"):
        if re.fullmatch(NODE, member) is None:
            reason = (
                f"its node at the NodeBalancer {name} would be called {member}, and Linode takes 3 to "
                f"32 letters, digits, '.', '_' and '-'; give the member another name"
            )
            yield Mistake(path=f"clusters.{one.get('cluster')}.machines.{member}", reason=reason)


def _tags(path: str, tags: list[object]) -> Iterator[Mistake]:
    for i, tag in enumerate(tags):
        if isinstance(tag, str) and len(tag) not in TAG:
            reason = f"has {len(tag)} characters, and Linode takes tags of {TAG[0]} to {TAG[-1]}"
            yield Mistake(path=f"{path}.{i}", reason=reason)
