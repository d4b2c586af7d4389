"""Isolation that could not be done, or not be undone: who would notice only while two primaries take writes."""

from __future__ import annotations

from collections.abc import Iterator

from jobs.inventory.references.mistake import Mistake
from jobs.inventory.references.raw import Raw, items, table, tables


def isolation(raw: Raw) -> Iterator[Mistake]:
    """Every such mistake of `clusters.X.isolation`."""
    for name, one in tables(raw, "clusters"):
        policy = table(one, "isolation").get("policy")
        path = f"clusters.{name}.isolation"
        if policy in ("reject", "stop"):
            yield from _noticed(name, one, path)
        if policy == "reject":
            yield from _rejected(raw, name, path)
        if policy == "stop":
            yield from _reached(raw, name, one, path)
            yield from _owner(raw, one, path)


def _noticed(cluster: str, one: Raw, path: str) -> Iterator[Mistake]:
    if not table(one, "probe").get("user"):
        reason = (
            "nobody asks PostgreSQL who takes writes, so that no stale primary is ever seen: write "
            f'probe = {{ user = "pgbaton" }} in [clusters.{cluster}]'
        )
        yield Mistake(path=f"{path}.policy", reason=reason)


def _rejected(raw: Raw, cluster: str, path: str) -> Iterator[Mistake]:
    """Whoever rejects a node must be the one to accept it again, once its member leads."""
    balancers = [(n, b) for n, b in tables(raw, "nodebalancers") if b.get("cluster") == cluster]
    if not any(b.get("modes") == "enforce" for _, b in balancers):
        reason = (
            'there is no NodeBalancer whose modes pgbaton sets: write modes = "enforce" in the '
            'cluster\'s [nodebalancers] table, or policy = "stop"'
        )
        yield Mistake(path=f"{path}.policy", reason=reason)


def _reached(raw: Raw, cluster: str, one: Raw, path: str) -> Iterator[Mistake]:
    members = table(one, "machines")
    if not members:
        reason = f"nobody knows where the members are: name them in [clusters.{cluster}] machines"
        yield Mistake(path=f"{path}.policy", reason=reason)
    for member in members:
        tables_ = (table(table(raw, section), member) for section in ("machines", "hosts"))
        if not any(items(one, "host_keys") for one in tables_):
            reason = (
                f"the workers would not know {member} from somebody else; pgbaton keys make --write pins the "
                f"host key that it made, pgbaton keys pin {member} --write the one of a machine that was there"
            )
            yield Mistake(path=f"machines.{member}.host_keys", reason=reason)


def _owner(raw: Raw, one: Raw, path: str) -> Iterator[Mistake]:
    """The workers' key is worth one command to this user, and must not be worth more by another line."""
    user = table(one, "isolation").get("user", "postgres")
    if user in {"root", table(raw, "deploy").get("user", "root")}:
        reason = f"{user} is not who owns PostgreSQL; name that one (Debian: postgres)"
        yield Mistake(path=f"{path}.user", reason=reason)
    hosts = table(raw, "hosts")
    for member in table(one, "machines"):
        if member in hosts and table(hosts, member).get("user", "pgbaton") == user:
            reason = f"[hosts.{member}] logs in as {user} too; give its applications another user"
            yield Mistake(path=f"{path}.user", reason=reason)
