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
    shown = (m for m in group.members if m in changes and m in found)
    waiting = [m for m in shown if (found[m].patroni or {}).get("pending_restart")]
    if waiting:
        yield Left(
            machine=", ".join(waiting),
            what="the restart of PostgreSQL",
            why="Patroni shows pending_restart: some parameter counts only after a start",
            remedy="patronictl restart one after another, the leader last",
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
