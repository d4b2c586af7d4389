"""`pgbaton reset-fence --all`: after a restore of etcd no host can follow, and one by one takes too long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from deploy.cli.deeds import deed
from deploy.cli.desk import Desk
from deploy.cli.exits import Exit, Fault
from deploy.cli.lifting import (
    ONCE_MORE,
    WITHIN,
    against,
    agree,
    held_fences,
    lift_all,
    listed,
    unrecorded,
)
from deploy.cli.looking import look
from deploy.cli.verify import say_verdict
from deploy.cli.voice import voice
from jobs.audit import Draft, Kind
from jobs.fence import Fence
from jobs.inventory import DnsRecord, Target
from jobs.ports import LedgerUnavailable, LinodeUnavailable
from jobs.state import ClusterState
from jobs.verdict import Confirmed, Verdict
from jobs.zone import FoundRecord, FoundZone, SetRecord, fence_name, held_fence


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """The fence that stands in a DNS zone: a TXT record, beside the record that follows."""

    record: DnsRecord
    zone: FoundZone
    text: FoundRecord
    fence: Fence


@dataclass(slots=True, kw_only=True)
class Held:
    """Who holds which fence, by journal; the notes in zones; whose fence a run before lifted and could
    not record; and who could not be asked, or not be lifted, with what would help."""

    hosts: dict[str, Mapping[str, Fence]] = field(default_factory=dict)
    notes: dict[str, Note] = field(default_factory=dict)
    unrecorded: dict[str, Mapping[str, Fence]] = field(default_factory=dict)
    left: dict[str, Fault] = field(default_factory=dict)

    def fences(self) -> Iterator[Fence]:
        """All of them."""
        for held in (*self.hosts.values(), *self.unrecorded.values()):
            yield from held.values()
        yield from (note.fence for note in self.notes.values())

    def named(self) -> list[str]:
        """Who holds one, as people read it."""
        return [*self.hosts, *(Target(kind="dns", name=name).told for name in self.notes)]


def reset_all(desk: Desk, cluster: str, *, why: str, yes: bool) -> None:
    """Every host of the cluster and every DNS record forgets its fence, and so does Redis; who cannot be
    reached is named, and forgets it with the next run."""
    state = desk.ledger.state(cluster)  # what cannot be recorded is not done
    held = _held(desk, state)
    _, verdict = look(desk, cluster, everyone=False)
    _show(held)
    say_verdict(cluster, verdict)
    if held.named():
        question = f"Lift the fences of {', '.join(held.named())}?"
        agree(against(verdict, held.fences()) + question, yes=yes)
    before = ", ".join(dict.fromkeys(map(str, held.fences())))
    _lift(desk, held, verdict)
    _record(desk, cluster, held, fence=before, why=why)
    who = ", ".join([*held.named(), *held.unrecorded]) or "nobody"
    voice().line(f"{who} forgot {before or 'a fence'}", "good")
    _tell_left(cluster, held)
    voice().line(f"follow it with: pgbaton tail {cluster}", "quiet")


def _held(desk: Desk, state: ClusterState) -> Held:
    held, cluster = Held(), state.cluster
    hosts = desk.inventory.hosts_of(cluster)
    for host, found in desk.fleet.each(hosts, lambda host: _asked(desk, cluster, host)):
        if isinstance(found, Fault):
            held.left[host] = found
        elif found:
            held.hosts[host] = found
        elif before := unrecorded(desk, state, host):
            held.unrecorded[host] = before
    for name, record in desk.inventory.dns.items():
        if record.cluster == cluster:
            _note(desk, name, record, held)
    return held


def _asked(desk: Desk, cluster: str, host: str) -> Mapping[str, Fence] | Fault:
    try:
        return held_fences(desk, cluster, host)
    except Fault as fault:
        return fault


def _note(desk: Desk, name: str, record: DnsRecord, held: Held) -> None:
    told = Target(kind="dns", name=name).told
    by_hand = f"delete the TXT record {fence_name(record)}.{record.domain} at Linode"
    if desk.records is None:
        held.left[told] = Fault("there is no token for Linode's API here", by_hand)
        return
    try:
        zone = desk.records.read(record, names=(fence_name(record),), timeout=WITHIN)
    except LinodeUnavailable as error:
        held.left[told] = Fault(error.reason, error.remedy)
        return
    for text in zone.records if zone is not None else ():
        fence = held_fence(text.target) if text.type == "TXT" else None
        if zone is not None and fence is not None:
            held.notes[name] = Note(record=record, zone=zone, text=text, fence=fence)


def _show(held: Held) -> None:
    speak = voice()
    rows = [(host, listed(fences)) for host, fences in held.hosts.items()]
    rows += [(host, f"none; {listed(f)} was lifted") for host, f in held.unrecorded.items()]
    rows += [(Target(kind="dns", name=n).told, str(note.fence)) for n, note in held.notes.items()]
    speak.rows(rows, head=("who", "holds"))
    for who, fault in held.left.items():
        speak.line(f"{who} cannot be asked: {fault.message}", "bad")


def _lift(desk: Desk, held: Held, verdict: Verdict) -> None:
    """Who fails is taken out of those that were lifted, and named: the others are not held up."""
    for host, fences in list(held.hosts.items()):
        try:
            lift_all(desk, host, fences)
        except Fault as fault:
            del held.hosts[host]
            held.left[host] = fault
    for name, note in list(held.notes.items()):
        refused = _rewrite(desk, note, verdict)
        if refused is not None:
            del held.notes[name]
            held.left[Target(kind="dns", name=name).told] = refused


def _rewrite(desk: Desk, note: Note, verdict: Verdict) -> Fault | None:
    """pgbaton deletes no record: the note is lowered to the leader's fence."""
    if not isinstance(verdict, Confirmed):
        return Fault("no leader is confirmed now", "run the same command once one is")
    fence, old = verdict.leadership.fence, note.text
    text = f"pgbaton {note.record.cluster} {fence}"
    step = SetRecord(domain=note.zone.id, id=old.id, name=old.name, target=text, ttl=old.ttl)
    try:
        if desk.records is not None:
            desk.records.apply(step, timeout=WITHIN)
    except LinodeUnavailable as error:
        return Fault(error.reason, error.remedy)
    return None


def _record(desk: Desk, cluster: str, held: Held, *, fence: str, why: str) -> None:
    """Redis forgets every target, those too that could not be reached: what they hold they say
    themselves when they are there again."""
    who = [*held.named(), *held.unrecorded]
    drafts = [_entry(desk, who, fence=fence, why=why)] if who else []
    try:
        desk.ledger.forget(cluster, desk.inventory.targets_of(cluster), drafts)
        desk.ledger.call(cluster)
    except LedgerUnavailable as error:
        raise Fault(
            f"the fences are lifted, but not recorded: {error.reason}",
            ONCE_MORE,
            code=Exit.UNAVAILABLE,
        ) from None


def _entry(desk: Desk, who: Sequence[str], *, fence: str, why: str) -> Draft:
    evidence = {
        "host": ", ".join(who),
        "how": "reset-fence --all",
        "why": why,
        "fence": fence,
    }
    return deed(desk, Kind.FENCE_LIFTED, incident=None, evidence=evidence)


def _tell_left(cluster: str, held: Held) -> None:
    if not held.left:
        return
    for who, fault in held.left.items():
        voice().line(f"{who} may keep its fence: {fault.message}. {fault.remedy}", "bad")
    raise Fault(
        f"{len(held.left)} of {cluster} could not be lifted",
        f"the others follow; run the same command again once {', '.join(held.left)} can be reached",
        code=Exit.UNAVAILABLE,
    )
