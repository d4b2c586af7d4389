"""Patroni's cluster-wide configuration lives in etcd, where no file reaches it: only a PATCH does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from deploy.push.asking import dynamic
from deploy.push.changes import Changes
from deploy.push.group import Group
from deploy.push.observed import Observed
from deploy.push.steps import Configure, Left
from deploy.push.wanted import Wanted


def configure(
    group: Group,
    site: Mapping[str, Wanted],
    changes: Mapping[str, Changes],
    found: Mapping[str, Observed],
) -> Iterator[Configure]:
    """One step where a member that is pushed shows another configuration than the inventory's."""
    for member in group.members:
        seen = found.get(member)
        if member not in changes or seen is None or seen.config is None:
            continue
        patch = differing(dynamic(site[member].blueprint), seen.config)
        if patch:
            yield Configure(group=group, patch=patch, was=_same_keys(patch, seen.config))
        return


def pending(
    group: Group, changes: Mapping[str, Changes], found: Mapping[str, Observed]
) -> Iterator[Left]:
    """Members whose PostgreSQL has not yet taken what only a start of it takes."""
    for member in group.members:
        said = found[member].patroni if member in found else None
        if member in changes and said is not None and said.get("pending_restart"):
            yield Left(
                machine=member,
                what="the restart of PostgreSQL",
                why="Patroni shows pending_restart: some parameter counts only after a start",
                remedy=f"patronictl restart --pending for {member}, the leader last",
            )


def differing(wanted: Mapping[str, Any], there: Mapping[str, Any]) -> dict[str, Any]:
    """What of `wanted` is not so; keys that are only there are somebody else's."""
    patch: dict[str, Any] = {}
    for key, value in wanted.items():
        if isinstance(value, Mapping):
            inner = there.get(key)
            deeper = differing(value, inner if isinstance(inner, Mapping) else {})
            patch |= {key: deeper} if deeper else {}
        elif key not in there or str(there[key]) != str(value):
            patch[key] = value
    return patch


def _same_keys(patch: Mapping[str, Any], there: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _same_keys(value, there.get(key) or {})
        if isinstance(value, Mapping)
        else there.get(key)
        for key, value in patch.items()
    }
