"""DNS records at Linode, found by name, type and target: the jobs' `Records`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jobs.inventory import DnsRecord
from jobs.inventory.linode import shortest
from jobs.ports import LinodeUnavailable
from jobs.zone import CreateRecord, FoundRecord, FoundZone, RecordChange, SetRecord
from workers.linode.changes import create
from workers.linode.client import Api, Call
from workers.linode.rows import Row

DOMAINS = "/domains"


class LinodeRecords:
    """`jobs.ports.Records` over Linode's API; any thread may ask."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def read(self, record: DnsRecord, *, names: Sequence[str], timeout: float) -> FoundZone | None:
        return self._api.ask(lambda call: _read(call, record.domain, names), timeout=timeout)

    def apply(self, change: RecordChange, *, timeout: float) -> None:
        self._api.ask(lambda call: _make(call, change), timeout=timeout)


def _read(call: Call, name: str, names: Sequence[str]) -> FoundZone | None:
    domain = _domain(call, name)
    if domain is None:
        return None
    number = domain.number("id")
    records = tuple(_records(call, number, names))
    return FoundZone(id=number, domain=domain.text("domain"), records=records)


def _domain(call: Call, name: str) -> Row | None:
    """The domain of this name, whatever the filter lets through."""
    rows = (Row("domain", row) for row in call.rows(DOMAINS, where={"domain": name}))
    found = {row.number("id"): row for row in rows if _same(row.text("domain"), name)}
    if len(found) > 1:
        raise LinodeUnavailable(
            f"Linode has {len(found)} domains {name}: {' and '.join(map(str, found))}",
            "delete all but one at Linode",
        )
    return next(iter(found.values()), None)


def _records(call: Call, domain: int, names: Sequence[str]) -> Iterator[FoundRecord]:
    """The records of these names. No X-Filter: one that let too few through would make us create a
    second address beside the first, and half the clients would stay with the old leader. DNS knows
    no capitals, so names come out as they were asked for."""
    asked = {name.casefold(): name for name in names}
    for found in call.rows(f"{DOMAINS}/{domain}/records"):
        row = Row("record", found)
        name = asked.get(row.text("name").casefold())
        if name is not None:
            yield FoundRecord(
                id=row.number("id"),
                type=row.text("type"),
                name=name,
                target=shortest(row.text("target")),
                ttl=row.number("ttl_sec"),
            )


def _make(call: Call, change: RecordChange) -> None:
    path = f"{DOMAINS}/{change.domain}/records"
    said = {"name": change.name, "target": change.target, "ttl_sec": change.ttl}
    match change:
        case CreateRecord():
            create(
                lambda: _there(call, change),
                lambda: call.create(path, {"type": change.type, **said}),
            )
        case SetRecord():
            call.change(f"{path}/{change.id}", said)


def _there(call: Call, change: CreateRecord) -> bool:
    records = _records(call, change.domain, (change.name,))
    wanted = (change.type, change.target)
    return any((record.type, record.target.strip('"')) == wanted for record in records)


def _same(one: str, other: str) -> bool:
    return one.casefold().rstrip(".") == other.casefold().rstrip(".")
