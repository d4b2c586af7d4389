"""What is said of one machine in several tables, with where: the checks of machines all begin here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jobs.inventory.references.raw import Raw, table, tables, texts
from jobs.inventory.spelling import spelled


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One address of one machine: as it is written, where (dotted, and as a person names the table),
    and the port of its SSH where that is a host's."""

    machine: str
    path: str
    table: str
    text: str
    port: int | None = None

    @property
    def host(self) -> str | None:
        """In its one spelling; None for what is no address."""
        try:
            return spelled(self.text)
        except ValueError:
            return None


def said(raw: Raw) -> Iterator[Said]:
    """Every address of a machine, in the order in which machines are placed."""
    for section in ("etcd", "clusters"):
        for name, one in tables(raw, section):
            for machine, text in texts(one, "machines"):
                path, where = f"{section}.{name}.machines.{machine}", f"[{section}.{name}] machines"
                yield Said(machine=machine, path=path, table=where, text=text)
    for section in ("machines", "hosts"):
        for machine, one in tables(raw, section):
            address = one.get("address")
            if isinstance(address, str):
                path, where = f"{section}.{machine}.address", f"[{section}.{machine}] address"
                port = one.get("port", 22) if section == "hosts" else None
                yield Said(machine=machine, path=path, table=where, text=address, port=port)


def machines(raw: Raw) -> Mapping[str, tuple[Said, ...]]:
    """Every machine with all that is said of its address; nothing where nobody says it."""
    found: dict[str, tuple[Said, ...]] = {}
    for one in said(raw):
        found[one.machine] = (*found.get(one.machine, ()), one)
    return found | {name: () for name in table(raw, "machines") if name not in found}


def address_of(raw: Raw) -> Mapping[str, str]:
    """Each machine's address in its one spelling, where there is a sound one."""
    return {
        machine: host
        for machine, all_said in machines(raw).items()
        if (host := next((s.host for s in all_said if s.host), None))
    }


def machine_at(raw: Raw) -> Mapping[str, str]:
    """Which machine has an address; the first one, where several claim it."""
    return {host: machine for machine, host in reversed(list(address_of(raw).items()))}
