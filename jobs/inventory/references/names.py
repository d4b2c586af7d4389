"""Names that point nowhere: without this check a job would find out at the first failover."""

from __future__ import annotations

from collections.abc import Iterator

from jobs.inventory.references.mistake import Mistake
from jobs.inventory.references.raw import Raw, items, table, tables


def names(raw: Raw) -> Iterator[Mistake]:
    """Every name that should be a table's and is none's."""
    for cluster, one in tables(raw, "clusters"):
        yield from known(raw, f"clusters.{cluster}.etcd", one.get("etcd"), "etcd")
    for section in ("applications", "nodebalancers", "dns"):
        for name, one in tables(raw, section):
            yield from known(raw, f"{section}.{name}.cluster", one.get("cluster"), "clusters")
    for app, one in tables(raw, "applications"):
        for i, host in enumerate(items(one, "hosts")):
            yield from known(raw, f"applications.{app}.hosts.{i}", host, "hosts")
    for sender, one in tables(raw, "senders"):
        for i, cluster in enumerate(items(one, "clusters")):
            yield from known(raw, f"senders.{sender}.clusters.{i}", cluster, "clusters")
        if not one.get("keys") and not one.get("hmac"):
            yield Mistake(path=f"senders.{sender}", reason="needs keys (whpk_…) or hmac = true")


def known(raw: Raw, path: str, name: object, section: str) -> Iterator[Mistake]:
    """A mistake where `name` is no table of the section."""
    there = list(table(raw, section))
    if isinstance(name, str) and name not in there:
        have = ", ".join(there) or "none"
        yield Mistake(path=path, reason=f"[{section}.{name}] does not exist; there is: {have}")
