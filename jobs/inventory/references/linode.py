"""NodeBalancers and DNS records: what Linode would refuse, and two tables that mean the same thing there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from jobs.inventory.references.mistake import Mistake
from jobs.inventory.references.raw import Raw, tables


def at_linode(raw: Raw) -> Iterator[Mistake]:
    """Every such mistake of `nodebalancers` and `dns`."""
    for name, table in tables(raw, "nodebalancers"):
        yield from _balancer(raw, name, table)
    for name, table in tables(raw, "dns"):
        yield from _record(raw, name, table)
    yield from _contested(raw, "nodebalancers", "port", _place)
    yield from _contested(raw, "dns", "name", _fqdn)


def _balancer(raw: Raw, name: str, table: Raw) -> Iterator[Mistake]:
    interval, timeout = table.get("check_interval", 5), table.get("check_timeout", 2)
    if isinstance(interval, int) and isinstance(timeout, int) and timeout >= interval:
        reason = f"must be below check_interval ({interval}): Linode refuses it otherwise"
        yield Mistake(path=f"nodebalancers.{name}.check_timeout", reason=reason)
    cluster = dict(tables(raw, "clusters")).get(str(table.get("cluster")))
    if cluster is not None and not cluster.get("machines") and not table.get("backends"):
        reason = f"name the members' addresses: here, or in [clusters.{table['cluster']}] machines"
        yield Mistake(path=f"nodebalancers.{name}.backends", reason=reason)
    yield from _members(raw, f"nodebalancers.{name}", table, "backends")


def _record(raw: Raw, name: str, table: Raw) -> Iterator[Mistake]:
    yield from _members(raw, f"dns.{name}", table, "addresses")
    addresses = table.get("addresses")
    if isinstance(addresses, dict) and len({":" in str(a) for a in addresses.values()}) > 1:
        reason = (
            "mixes IPv4 and IPv6: one name holds one kind; write a [dns] table with a name for each"
        )
        yield Mistake(path=f"dns.{name}.addresses", reason=reason)


def _members(raw: Raw, path: str, table: Raw, key: str) -> Iterator[Mistake]:
    """A map by member names nobody that the cluster's machines do not name (where they are named)."""
    clusters = dict(tables(raw, "clusters"))
    machines = clusters.get(str(table.get("cluster")), {}).get("machines")
    by_member = table.get(key)
    if not isinstance(machines, dict) or not isinstance(by_member, dict):
        return
    for member in by_member:
        if member not in machines:
            have = ", ".join(machines)
            yield Mistake(path=f"{path}.{key}.{member}", reason=f"is no member; there is: {have}")


def _contested(
    raw: Raw, section: str, key: str, what_of: Callable[[Raw], str]
) -> Iterator[Mistake]:
    """Two tables may not mean the same thing at Linode: each would undo the other, for ever."""
    owner: dict[str, str] = {}
    for name, table in tables(raw, section):
        what = what_of(table)
        first = owner.setdefault(what, name)
        if what and first != name:
            reason = f"{what} is [{section}.{first}]'s already; give this one another"
            yield Mistake(path=f"{section}.{name}.{key}", reason=reason)


def _place(balancer: Raw) -> str:
    label = balancer.get("label")
    return f"port {balancer.get('port', 5432)} of {label}" if label else ""


def _fqdn(record: Raw) -> str:
    """As DNS compares names; empty where there is no domain."""
    domain = record.get("domain")
    return f"{record.get('name', '')}.{domain}".strip(".").casefold() if domain else ""
