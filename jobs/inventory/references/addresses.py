"""Addresses that collide or contradict each other: two machines at one would be one to everybody else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from jobs.inventory.placing import nowhere, several, torn
from jobs.inventory.references.machines import Said, machine_at, machines, said
from jobs.inventory.references.mistake import Mistake
from jobs.inventory.references.raw import Raw, tables, texts
from jobs.inventory.spelling import is_loopback, spelled


def addresses(raw: Raw) -> Iterator[Mistake]:
    """No address, a wrong one, several for one machine, one for several machines."""
    for one in said(raw):
        yield from _sound(one.path, one.text)
    for machine, table in tables(raw, "machines"):
        if isinstance(ssh := table.get("ssh"), str):
            yield from _sound(f"machines.{machine}.ssh", ssh)
    for machine, all_said in machines(raw).items():
        yield from _one(machine, all_said)
    yield from _alike(raw)
    yield from _torn(raw)
    yield from _shared(raw)
    yield from _balancers(raw)
    yield from _members(raw)


def _sound(path: str, text: str) -> Iterator[Mistake]:
    try:
        spelled(text)
    except ValueError as error:
        yield Mistake(path=path, reason=str(error))


def _one(machine: str, all_said: tuple[Said, ...]) -> Iterator[Mistake]:
    if not all_said:
        yield Mistake(path=f"machines.{machine}.address", reason=nowhere(machine))
    if len({one.host for one in all_said if one.host}) > 1:
        reason = several(machine, {one.table: one.text for one in all_said})
        yield Mistake(path=all_said[-1].path, reason=reason)


def _alike(raw: Raw) -> Iterator[Mistake]:
    """Names that differ in their capitals alone: one certificate would prove both machines."""
    first: dict[str, str] = {}
    for machine, all_said in machines(raw).items():
        if (other := first.setdefault(machine.casefold(), machine)) != machine:
            path = all_said[0].path if all_said else f"machines.{machine}.address"
            reason = f"{machine} and {other} are one name to certificates, and to some file systems; rename one"
            yield Mistake(path=path, reason=reason)


def _torn(raw: Raw) -> Iterator[Mistake]:
    for section in ("etcd", "clusters"):
        of: dict[str, list[str]] = {}
        for name, one in tables(raw, section):
            for machine, _ in texts(one, "machines"):
                of.setdefault(machine, []).append(name)
        for machine, those in of.items():
            if len(those) > 1:
                path = f"{section}.{those[-1]}.machines.{machine}"
                yield Mistake(path=path, reason=torn(machine, those, section))


def _shared(raw: Raw) -> Iterator[Mistake]:
    """Two machines may have one address only where a gateway tells them apart by their SSH port."""
    by_host: dict[str, list[Said]] = {}
    for one in said(raw):
        if one.host and not is_loopback(one.host):
            by_host.setdefault(one.host, []).append(one)
    for host, those in by_host.items():
        for first, second in combinations(those, 2):
            if first.machine != second.machine and not _apart(first, second):
                yield Mistake(path=second.path, reason=_collision(host, first, second))
                break


def _apart(first: Said, second: Said) -> bool:
    return None not in {first.port, second.port} and first.port != second.port


def _collision(host: str, first: Said, second: Said) -> str:
    spelling = "" if first.text == second.text else f", written {first.text} there"
    return (
        f"{host} is {first.machine}'s address already ({first.table}{spelling}); if it is one machine, "
        f"give it one name everywhere, else give {second.machine} an address of its own"
    )


def _balancers(raw: Raw) -> Iterator[Mistake]:
    """A NodeBalancer's address is its own: no machine's, and no other NodeBalancer's."""
    at, label_at = machine_at(raw), dict[str, tuple[str, object]]()
    for name, table in tables(raw, "nodebalancers"):
        path, host = f"nodebalancers.{name}.address", _host(table.get("address"))
        if host is None:
            continue
        if (machine := at.get(host)) is not None and not is_loopback(host):
            reason = (
                f"{host} is the machine {machine}'s; the NodeBalancer has an address of its own, "
                f"which pgbaton nodebalancer show {name} prints"
            )
            yield Mistake(path=path, reason=reason)
        first, label = label_at.setdefault(host, (name, table.get("label")))
        if label != table.get("label"):
            reason = f"{host} is [nodebalancers.{first}]'s already, and that one has another label"
            yield Mistake(path=path, reason=reason)


def _members(raw: Raw) -> Iterator[Mistake]:
    """Maps by members, in which two members may not be the same thing."""
    for section, key in (("nodebalancers", "backends"), ("dns", "addresses")):
        for name, table in tables(raw, section):
            by_member = {m: _host(text) or text for m, text in texts(table, key)}
            yield from _same(f"{section}.{name}.{key}", by_member, "address")
    for name, table in tables(raw, "clusters"):
        labels = {member: label.casefold() for member, label in texts(table, "linodes")}
        yield from _same(f"clusters.{name}.linodes", labels, "Linode")


def _same(path: str, by_member: Mapping[str, str], what: str) -> Iterator[Mistake]:
    owner: dict[str, str] = {}
    for member, value in by_member.items():
        first = owner.setdefault(value, member)
        if first != member and not is_loopback(value):
            reason = f"is {first}'s {what} already; each member has one of its own"
            yield Mistake(path=f"{path}.{member}", reason=reason)


def _host(text: object) -> str | None:
    try:
        return spelled(text) if isinstance(text, str) else None
    except ValueError:
        return None
