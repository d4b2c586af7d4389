"""Applications whose tables contradict each other: where they point, and who else edits their files."""

from __future__ import annotations

from collections.abc import Iterator

from jobs.inventory.references.mistake import Mistake
from jobs.inventory.references.names import known
from jobs.inventory.references.raw import Raw, items, tables


def applications(raw: Raw) -> Iterator[Mistake]:
    """An application at the leader edits files; one behind a NodeBalancer means exactly one."""
    for app, table in tables(raw, "applications"):
        yield from _application(raw, app, table)
    yield from _twice(raw)


def addressed(raw: Raw) -> Raw:
    """With a stand-in for the address of each NodeBalancer that `pgbaton provision` is to create."""
    if "provision" not in raw or not isinstance(raw.get("nodebalancers"), dict):
        return raw
    balancers = {
        name: {"address": f"2001:db8::{i:x}", **table} if isinstance(table, dict) else table
        for i, (name, table) in enumerate(raw["nodebalancers"].items(), start=1)
    }
    return {**raw, "nodebalancers": balancers}


def _application(raw: Raw, app: str, table: Raw) -> Iterator[Mistake]:
    path = f"applications.{app}"
    if table.get("endpoint", "leader") != "leader":
        yield from _behind(raw, path, table)
        return
    if not table.get("files"):
        reason = "an application at the leader needs files to edit"
        yield Mistake(path=f"{path}.files", reason=reason)
    if table.get("nodebalancer") is not None:
        reason = 'names a NodeBalancer, but the application is at the leader; write endpoint = "nodebalancer"'
        yield Mistake(path=f"{path}.nodebalancer", reason=reason)


def _behind(raw: Raw, path: str, table: Raw) -> Iterator[Mistake]:
    """An application behind a NodeBalancer: exactly one is meant, of its own cluster, and a login
    through its address can be tried while Linode's API is down."""
    cluster, named = table.get("cluster"), table.get("nodebalancer")
    yield from known(raw, f"{path}.nodebalancer", named, "nodebalancers")
    of = {n: b for n, b in tables(raw, "nodebalancers") if b.get("cluster") == cluster}
    meant = of.get(str(named)) if named is not None else next(iter(of.values()), None)
    if named is None and len(of) != 1:
        have = ", ".join(of) or "none"
        reason = f"say which of the cluster's NodeBalancers it points at; there is: {have}"
        yield Mistake(path=f"{path}.nodebalancer", reason=reason)
    elif meant is None:
        if any(named == n for n, _ in tables(raw, "nodebalancers")):
            reason = f"[nodebalancers.{named}] stands before another cluster"
            yield Mistake(path=f"{path}.nodebalancer", reason=reason)
    elif not meant.get("address"):
        told = "provision --write learns" if "provision" in raw else "nodebalancer show prints"
        reason = f"its NodeBalancer needs its own address: pgbaton {told} it"
        yield Mistake(path=f"{path}.endpoint", reason=reason)


def _twice(raw: Raw) -> Iterator[Mistake]:
    """Two applications of one host may not manage the same file: each would undo the other."""
    owner: dict[tuple[str, str], str] = {}
    for app, table in tables(raw, "applications"):
        for i, file in enumerate(items(table, "files")):
            for host in items(table, "hosts"):
                path = file.get("path") if isinstance(file, dict) else None
                first = owner.setdefault((str(host), str(path)), f"{app}.{i}")
                if first != f"{app}.{i}":
                    yield Mistake(
                        path=f"applications.{app}.files.{i}.path",
                        reason=f"{path} on {host} is managed by applications.{first.split('.')[0]} already",
                    )
