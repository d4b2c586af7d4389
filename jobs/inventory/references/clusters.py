"""Clusters that Patroni could not run as they are written: ports, timing, and how many members."""

from __future__ import annotations

from collections.abc import Iterator

from jobs.inventory.references.mistake import Mistake
from jobs.inventory.references.raw import Raw, table, tables, texts, whole

OURS = {"watch", "probe"}
THERE = {"postgres", "template0", "template1"}
ROLES = {"postgres", "replicator", "rewinder", "public", "none"}
"""Roles that Patroni makes, and words that PostgreSQL takes for none."""


def clusters(raw: Raw) -> Iterator[Mistake]:
    """Every such mistake of `clusters`."""
    for name, one in tables(raw, "clusters"):
        yield from _mux(name, one)
        yield from _timing(name, one)
        yield from _members(name, one)
        yield from _named(name, one)
        yield from _databases(name, one)
        yield from _flapping(name, one)


def _mux(cluster: str, one: Raw) -> Iterator[Mistake]:
    """A mux listens beside PostgreSQL and Patroni: each needs a port of its own."""
    mux = one.get("mux")
    if not isinstance(mux, dict):
        return
    path, port = f"clusters.{cluster}.mux.port", mux.get("port", 5432)
    if port == one.get("postgresql_port", 5432):
        reason = (
            f"{port} is PostgreSQL's; give PostgreSQL a port of its own: postgresql_port = 5433"
        )
        yield Mistake(path=path, reason=f"{reason} (or the mux: port = 5433)")
    if port == one.get("rest_port", 8008):
        reason = f"{port} is Patroni's rest_port; give the mux a port of its own: port = 5432"
        yield Mistake(path=path, reason=reason)


def _timing(cluster: str, one: Raw) -> Iterator[Mistake]:
    """Patroni's rule: a leader that must retry still renews its key before the others take it."""
    ttl, loop, retry = (
        whole(one, key, default)
        for key, default in (("ttl", 30), ("loop_wait", 10), ("retry_timeout", 10))
    )
    needs = loop + 2 * retry
    if needs > ttl:
        yield Mistake(
            path=f"clusters.{cluster}.ttl",
            reason=(
                f"loop_wait + 2 x retry_timeout is {needs}, and Patroni demands at most ttl "
                f"({ttl}): a leader that retries once would lose its key; write ttl = {needs}, or "
                f"make the others shorter"
            ),
        )


def _members(cluster: str, one: Raw) -> Iterator[Mistake]:
    """One machine is no cluster; none means that it is deployed by somebody else."""
    if len(table(one, "machines")) == 1:
        yield Mistake(
            path=f"clusters.{cluster}.machines",
            reason=(
                "one database machine has nobody to fail over to; name a second (a third keeps "
                "synchronous replication while one is away), or leave machines out if the cluster "
                "is deployed by others"
            ),
        )


def _named(cluster: str, one: Raw) -> Iterator[Mistake]:
    """A member is a sender by its own name, and so are two of our processes."""
    for member in table(one, "machines"):
        if member in OURS:
            reason = (
                f"is what pgbaton's own process {member} signs as; give the member another name"
            )
            yield Mistake(path=f"clusters.{cluster}.machines.{member}", reason=reason)


def _databases(cluster: str, one: Raw) -> Iterator[Mistake]:
    """What is there already cannot be made: the whole bootstrap would fail with it."""
    probe = table(one, "probe").get("user")
    for database, role in texts(one, "databases"):
        path = f"clusters.{cluster}.databases.{database}"
        if database in THERE:
            reason = "is there in every PostgreSQL; give yours another name"
            yield Mistake(path=path, reason=reason)
        if role in ROLES or role == probe or role.startswith("pg_"):
            whose = "the monitoring role" if role == probe else "PostgreSQL's or Patroni's own"
            reason = f"the role {role} is {whose}; name one of the application's"
            yield Mistake(path=path, reason=reason)


def _flapping(cluster: str, one: Raw) -> Iterator[Mistake]:
    """Nothing is held back that no answer of PostgreSQL vouches for, nor longer than it counts."""
    if "flapping" not in one:
        return
    path, flapping = f"clusters.{cluster}.flapping", table(one, "flapping")
    if not table(one, "probe").get("user"):
        reason = (
            "without a monitoring role nobody knows whether the member that applications stay at "
            'still answers, so nothing would ever be held; name it: probe = { user = "pgbaton" }'
        )
        yield Mistake(path=path, reason=reason)
    calm, within = whole(flapping, "calm", 120), whole(flapping, "within", 600)
    if calm > within:
        reason = (
            f"{calm} s is more than within ({within} s), in which changes count; "
            f"write calm = {within} or less"
        )
        yield Mistake(path=f"{path}.calm", reason=reason)
