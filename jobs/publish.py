"""A DNS record follows the leader, for those who front their clusters by name: same fence, same trail."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Unpack

from jobs.audit import Draft, Kind
from jobs.claims import MemberRecord
from jobs.errand import Errand, Order, run
from jobs.host import Mission, bug_of
from jobs.inventory import DnsRecord, Inventory, parse_conn_url, parse_target
from jobs.inventory.linode import is_ip, shortest
from jobs.means import Means, SupersededError
from jobs.names import PUBLISH
from jobs.outcome import backoff
from jobs.ports import LedgerUnavailable, LinodeUnavailable, Records
from jobs.remote import Outcome
from jobs.state import Assignment, HostRecord
from jobs.zone import CreateRecord, FoundZone, RecordChange, Refused, changes, fence_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One record on its way to a leader."""

    means: Means
    target: str

    @property
    def record(self) -> DnsRecord:
        return self.inventory.dns[parse_target(self.target).name]

    @property
    def inventory(self) -> Inventory:
        return self.means.hands.inventory

    @property
    def mission(self) -> Mission:
        return self.means.mission


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a record ended; `outcome` is one of a host's words, or why it could not be asked. `wait`
    is how many seconds Linode asks us to leave it alone."""

    outcome: str
    wait: float = 0.0
    reason: str = ""
    remedy: str = ""
    target: str = ""

    @property
    def holds(self) -> bool:
        """True where the record names the leader."""
        return self.outcome in {Outcome.CHANGED, Outcome.UNCHANGED}


def publish(**order: Unpack[Order]) -> str:
    """Bring DNS records to the incident's leader. Returns a word for RQ's result."""
    return run(PUBLISH, publish_all, order)


def publish_all(errand: Errand) -> str:
    """One record after the other."""
    said, clock = "", errand.tools.clock
    for target, given in errand.mine.items():
        post, began = Post(means=errand.means(), target=target), clock.monotonic()
        end = point(post)
        seconds = round(clock.monotonic() - began, 4)
        errand.done(target, record_of(post, end, given, seconds), draft_of(post, end, seconds))
        said = end.outcome
        if said == "superseded":
            errand.tools.ledger.call(errand.mission.cluster)
    return said


def point(post: Post) -> End:
    """Read the zone, write what differs, and read it once more. Raises LedgerUnavailable alone."""
    try:
        return _point(post)
    except LinodeUnavailable as error:
        wait = error.retry_after or 0.0
        return End(outcome="unreachable", wait=wait, reason=error.reason, remedy=error.remedy)
    except SupersededError as error:
        return End(outcome=error.outcome, reason=error.reason, remedy=error.remedy)
    except LedgerUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - else it would be taken over, and fail, without end
        bug = bug_of(error)
        return End(outcome=bug.kind, reason=bug.reason, remedy=bug.remedy)


def _point(post: Post) -> End:
    records = post.means.records
    if records is None:
        remedy = "put one in the secret linode-token of the workers"
        return End(outcome="blocked", reason="there is no token for Linode's API", remedy=remedy)
    address = address_of(post.inventory, post.record, post.mission.leadership.record)
    if address is None:
        member = post.mission.leadership.member
        remedy = f"give the record addresses.{member} in the inventory"
        return End(outcome="blocked", reason=f"{member} has no IP address to name", remedy=remedy)
    return _pointed(post, records, address)


def address_of(inventory: Inventory, record: DnsRecord, leader: MemberRecord) -> str | None:
    """The leader's address for this record: its own map, the cluster's machines, then conn_url."""
    machines = inventory.clusters[record.cluster].machines
    known = record.addresses.get(leader.name) or machines.get(leader.name)
    try:
        address = known or parse_conn_url(leader.conn_url).host
    except ValueError:
        return None
    return shortest(address) if is_ip(address) else None


def _pointed(post: Post, records: Records, address: str) -> End:
    """Read and written under one lease: what another job wrote in between would be undone."""
    with post.means.claimed(post.target) as ours:
        if not ours:
            reason = "another worker is changing it"
            return End(outcome=Outcome.BUSY, reason=reason, remedy="nothing; it is tried again")
        steps = _steps(post, records, address)
        if isinstance(steps, End):
            return steps
        if not steps:
            return End(outcome=Outcome.UNCHANGED, target=address)
        _write(post, records, steps)
        return _proven(post, records, address)


def _steps(post: Post, records: Records, address: str) -> tuple[RecordChange, ...] | End:
    record, timeout = post.record, post.means.request_within
    zone = records.read(record, names=(record.name, fence_name(record)), timeout=timeout)
    if zone is None:
        reason = f"Linode knows no domain {record.domain}"
        return End(outcome="blocked", reason=reason, remedy="create it there, or mend [dns]")
    steps = _changes(post, zone, address)
    if isinstance(steps, Refused):
        return End(outcome=steps.outcome, reason=steps.reason, remedy=steps.remedy)
    return steps


def _changes(post: Post, zone: FoundZone, address: str) -> tuple[RecordChange, ...] | Refused:
    mission = post.mission
    fence = mission.leadership.fence
    return changes(post.record, zone, cluster=mission.cluster, address=address, fence=fence)


def _write(post: Post, records: Records, steps: Sequence[RecordChange]) -> None:
    timeout = post.means.request_within
    for step in steps:
        note, what = post.means.look(), _said(step)
        post.means.tell(
            _entry(post, "changing", f"{post.means.job}:{what}", change=what, note=note)
        )
        records.apply(step, timeout=timeout)


def _proven(post: Post, records: Records, address: str) -> End:
    """What was written is read back: a PUT that was answered may still have met another's."""
    left = _steps(post, records, address)
    if isinstance(left, End):
        return left
    if left:
        reason = "the zone does not show what was written"
        return End(outcome="failed", reason=reason, remedy="see who else writes this record")
    return End(outcome=Outcome.CHANGED, target=address)


def _said(step: RecordChange) -> str:
    verb = "creates" if isinstance(step, CreateRecord) else "sets"
    return f"{verb} {step.name or '@'} to {step.target} (ttl {step.ttl})"


def record_of(post: Post, end: End, given: Assignment, seconds: float) -> HostRecord:
    now = post.means.hands.clock.now() - post.mission.ahead
    return HostRecord(
        epoch=given.epoch,
        attempt=given.attempt,
        outcome=end.outcome,
        fence=post.mission.leadership.fence if end.holds else None,
        reason=end.reason,
        remedy=end.remedy,
        at=now,
        seconds=seconds,
        next_try=None if end.holds else now + max(backoff(given.attempt), end.wait),
    )


def draft_of(post: Post, end: End, seconds: float) -> Draft:
    """An end is told once a job, a failure once for each reason: a domain that nobody mends for a week
    is tried every minute."""
    why = {"reason": end.reason, "remedy": end.remedy, "target": end.target}
    reason = hashlib.sha256(f"{end.outcome} {end.reason}".encode()).hexdigest()[:12]
    fence = post.mission.leadership.fence
    key = f"{post.means.job}:end" if end.holds else f"{fence}:{reason}"
    return _entry(post, end.outcome, key, seconds=seconds, **why)


def _entry(
    post: Post, outcome: str, key: str, *, seconds: float | None = None, **more: Any
) -> Draft:
    leadership = post.mission.leadership
    return Draft(
        id=f"{post.target}:{key}",
        kind=Kind.DNS,
        incident=post.mission.incident,
        seconds=seconds,
        evidence={
            "name": parse_target(post.target).name,
            "record": post.record.fqdn,
            "outcome": outcome,
            "member": leadership.member,
            "fence": asdict(leadership.fence),
            **more,
        },
    )
