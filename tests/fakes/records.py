"""DNS zones in memory: without them, a test of a record that follows would need Linode."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from jobs.inventory import DnsRecord
from jobs.ports import LinodeUnavailable
from jobs.zone import CreateRecord, FoundRecord, FoundZone, RecordChange, SetRecord
from tests.fakes.hosts import WorkerDied


@dataclass(slots=True)
class FakeRecords:
    """A `Records` one can write to; `domain` makes one. `unavailable` is raised by every question
    while it is set. `applied` are the changes that were made, in order; `die_after(k)`: the worker
    dies right after the k-th of them from now on. `before_apply` runs once, before the next one.
    """

    zones: dict[int, FoundZone] = field(default_factory=dict)
    applied: list[RecordChange] = field(default_factory=list)
    unavailable: LinodeUnavailable | None = None
    before_apply: Callable[[], object] | None = None
    _ids: count[int] = field(default_factory=lambda: count(101))
    _left: int | None = None

    def domain(self, name: str, *records: FoundRecord) -> FoundZone:
        """Let a domain stand, with these records."""
        zone = FoundZone(id=next(self._ids), domain=name, records=records)
        self.zones[zone.id] = zone
        return zone

    def record(self, domain: str, name: str, kind: str) -> str | None:
        """The target of the first record of this name and type."""
        zone = next(z for z in self.zones.values() if z.domain == domain)
        here = (r.target for r in zone.records if (r.name, r.type) == (name, kind))
        return next(here, None)

    def break_down(self, reason: str = "Linode answers 503", status: int | None = 503) -> None:
        """From now on the API cannot be asked."""
        remedy = "see https://status.linode.com"
        self.unavailable = LinodeUnavailable(reason, remedy, status=status)

    def recover(self) -> None:
        self.unavailable = None

    def die_after(self, changes: int) -> None:
        self._left = changes

    def live(self) -> None:
        """A new worker: nobody dies any more."""
        self._left = None

    def read(self, record: DnsRecord, *, names: Sequence[str], timeout: float) -> FoundZone | None:
        self._ask()
        zone = next((z for z in self.zones.values() if z.domain == record.domain), None)
        if zone is None:
            return None
        return replace(zone, records=tuple(r for r in zone.records if r.name in names))

    def apply(self, change: RecordChange, *, timeout: float) -> None:
        if self.before_apply is not None:
            step, self.before_apply = self.before_apply, None
            step()
        self._ask()
        match change:
            case CreateRecord():
                self._create(change)
            case SetRecord():
                self._set(change)
        self.applied.append(change)
        self._count_down()

    def _ask(self) -> None:
        if self.unavailable is not None:
            raise self.unavailable

    def _create(self, change: CreateRecord) -> None:
        zone = self._zone(change.domain)
        wanted = (change.type, change.name, change.target)
        if all((r.type, r.name, r.target) != wanted for r in zone.records):
            record = FoundRecord(
                id=next(self._ids),
                type=change.type,
                name=change.name,
                target=change.target,
                ttl=change.ttl,
            )
            self.zones[zone.id] = replace(zone, records=(*zone.records, record))

    def _set(self, change: SetRecord) -> None:
        zone = self._zone(change.domain)
        if all(r.id != change.id for r in zone.records):
            raise LinodeUnavailable("Not found", "read the domain again", status=404)
        said = {"name": change.name, "target": change.target, "ttl": change.ttl}
        records = (replace(r, **said) if r.id == change.id else r for r in zone.records)  # type: ignore[arg-type]
        self.zones[zone.id] = replace(zone, records=tuple(records))

    def _zone(self, domain: int) -> FoundZone:
        if domain not in self.zones:
            raise LinodeUnavailable("Not found", "read the domain again", status=404)
        return self.zones[domain]

    def _count_down(self) -> None:
        if self._left is not None:
            self._left -= 1
            if self._left == 0:
                raise WorkerDied
