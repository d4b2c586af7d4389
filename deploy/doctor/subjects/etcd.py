"""etcd: whether the next lost machine takes all failovers with it, and what slows elections down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from deploy.doctor.evidence import Unseen
from deploy.doctor.finding import Finding, error, listed, note, plural, warning
from deploy.doctor.report import Report, not_seen, report
from deploy.doctor.subjects.etcd_seen import EtcdSeen, Member
from deploy.doctor.subjects.versions import etcd_version

FSYNC_SLOW, FSYNC_BAD = 0.010, 0.100
"""Seconds of wal_fsync's p99: etcd's own advice, and a whole heartbeat."""
COMMIT_SLOW, COMMIT_BAD = 0.025, 0.250
"""Seconds of backend_commit's p99: likewise."""
FULL, NEARLY = 0.95, 0.80
"""Shares of the quota."""
RESTLESS, SOME, SETTLED = 1.0, 3, 600.0
"""Elections an hour since the member's start that are no calm etcd, where there were more than some, and
its start is more than ten minutes ago."""


def judge_etcd(seen: EtcdSeen) -> Report:
    """Everything that can be said of one etcd cluster."""
    findings = [*_quorum(seen), *_members(seen), *_trust(seen)]
    return report(f"etcd {seen.name}", _fine(seen), findings)


def _fine(seen: EtcdSeen) -> Iterator[str]:
    up = [m for m in seen.up.values() if m.has_leader]
    if not up:
        return
    leader = next((m.name for m in up if m.leads), None)
    led = f"led by {leader}" if leader else "its leader is not among the endpoints"
    versions = ", ".join(sorted({m.version for m in up}))
    yield f"{len(up)} of {seen.count} healthy, {led}, {versions}"
    slowest = max((m.fsync for m in up if m.fsync is not None), default=None)
    if slowest is not None:
        yield f"99 of 100 fsyncs take at most {slowest * 1000:.0f} ms"
    fullest = max((m.db / m.quota for m in up if m.db is not None and m.quota), default=None)
    if fullest is not None:
        yield f"database at {fullest:.0%} of its quota"


def _quorum(seen: EtcdSeen) -> Iterator[Finding]:
    yield from _down(seen)
    yield from _majority(seen, sum(m.has_leader and not m.learner for m in seen.up.values()))
    yield from _size(seen)
    if seen.unlisted:
        what = f"{listed(seen.unlisted)} {plural(seen.unlisted, 'is a member and no endpoint', 'are members and no endpoints')} of the inventory"
        why = "Nobody asks there when the others are gone, and this table does not look at it."
        yield warning("etcd-unlisted", what, why, f"add it to [etcd.{seen.name}] endpoints")


def _majority(seen: EtcdSeen, well: int) -> Iterator[Finding]:
    """Whoever has a leader proves that a majority lives, be it where we cannot look."""
    if 0 < well < seen.quorum:
        what = f"only {well} of {seen.count} members can be asked from here, although they have a leader"
        why = "When that is lost, nobody here can tell who leads, and no host is moved."
        yield error("etcd-hidden", what, why, "open the way from here to the others' port 2379")
    elif well < seen.quorum:
        what = f"{well} of {seen.count} members see a leader, {seen.quorum} are needed"
        why = "Patroni demotes its leader without etcd, and no other is elected: nobody can write."
        yield error(
            "etcd-no-quorum", what, why, "start the members that are down, the network first"
        )
    elif seen.count > 1 and well == seen.quorum and well < seen.count:
        what = f"{well} of {seen.count} members are well, and none of them may be lost"
        why = "The next lost member ends all failovers, and Patroni demotes the leader it has."
        yield error(
            "etcd-no-spare", what, why, "bring the missing members back before anything else"
        )


def _size(seen: EtcdSeen) -> Iterator[Finding]:
    if seen.count == 1:
        why = "Its loss demotes the leader, and nobody is elected in its place."
        yield warning(
            "etcd-alone",
            "there is one member alone, must be three",
            why,
            "add two more machines to [etcd] machines",
        )
    elif seen.count % 2 == 0:
        why = f"{seen.count} members survive the loss of as many as {seen.count - 1} would."
        yield warning(
            "etcd-even",
            f"{seen.count} members, must be an odd number",
            why,
            "add one, or take one away",
        )


def _down(seen: EtcdSeen) -> Iterator[Finding]:
    """Endpoints that are silent for the same reason are named together."""
    silent = {
        e: replace(m, reason=m.reason.removeprefix(f"{e}: "))
        for e, m in seen.members.items()
        if isinstance(m, Unseen)
    }
    for unseen in dict.fromkeys(silent.values()):
        names = [e for e, one in silent.items() if one == unseen]
        what = f"{listed(names)} {plural(names, 'gives', 'give')} no answer: {unseen.reason}"
        why = "So many members fewer may be lost; below a majority nobody is elected any more."
        yield warning("etcd-member-down", what, why, unseen.remedy)


def _members(seen: EtcdSeen) -> Iterator[Finding]:
    for member in seen.up.values():
        yield from _standing(member)
        yield from _space(member)
    yield from _disk(seen)
    yield from etcd_version(
        sorted({m.version for m in seen.up.values()}), secured=seen.open == "no"
    )


def _standing(member: Member) -> Iterator[Finding]:
    if not member.has_leader:
        why = "It answers, and belongs to no majority: what it holds may be old."
        mend = "see the network between the etcd machines (port 2380)"
        yield error("etcd-leaderless", f"{member.name} sees no leader", why, mend)
    if member.learner:
        why = "It has no vote, so it does not count for the majority."
        mend = f"etcdctl member promote {int(member.id):x}"
        yield warning("etcd-learner", f"{member.name} is a learner", why, mend)
    elections, uptime = member.elections, member.uptime
    if elections is None or uptime is None or uptime < SETTLED:
        return
    if elections > SOME and elections * 3600 / uptime > RESTLESS:
        what = f"{member.name} saw {elections} elections in {uptime / 3600:.1f} h"
        why = "Each costs Patroni some of its ttl; a leader may be demoted that was well."
        mend = "look at disk latency and packet loss between the etcd machines"
        yield warning("etcd-restless", what, why, mend)


def _space(member: Member) -> Iterator[Finding]:
    for alarm in member.alarms:
        why, remedy = _ALARMS.get(alarm, ("etcd itself raises it.", "etcdctl alarm list"))
        yield error("etcd-alarm", f"{member.name} raises {alarm}", why, remedy)
    if member.db is None or not member.quota or "NOSPACE" in member.alarms:
        return
    share = member.db / member.quota
    if share >= NEARLY:
        finding = error if share >= FULL else warning
        what = f"{member.name}'s database is at {share:.0%} of its quota"
        why = "When it is full etcd takes no more writes: no leader can keep its key."
        yield finding("etcd-space", what, why, _ROOM)


_ROOM = "etcdctl compact REVISION, then etcdctl defrag, one member after the other; or raise --quota-backend-bytes"
_ALARMS = {
    "NOSPACE": (
        "etcd takes no more writes: leases cannot be made, and a lost leader is not replaced.",
        f"{_ROOM}; then etcdctl alarm disarm",
    ),
    "CORRUPT": (
        "Its data differs from the others': what is read there may be wrong.",
        "take the member out, empty its data folder, add it anew; keep a snapshot first",
    ),
}


def _disk(seen: EtcdSeen) -> Iterator[Finding]:
    """Members with the same trouble are named together, with the worst of their times."""
    for name, slow, bad in (
        ("wal_fsync", FSYNC_SLOW, FSYNC_BAD),
        ("backend_commit", COMMIT_SLOW, COMMIT_BAD),
    ):
        times = {m.name: m.fsync if name == "wal_fsync" else m.commit for m in seen.up.values()}
        late = {member: t for member, t in times.items() if t is not None and t > slow}
        if late:
            worst = max(late.values())
            finding = error if worst > bad else warning
            what = (
                f"{listed([*late])}: {name} p99 is up to {worst * 1000:.0f} ms, must be below "
                f"{slow * 1000:.0f}"
            )
            why = "A slow disk misses heartbeats: elections in peace, and a slow failover in need."
            yield finding("etcd-disk", what, why, "give etcd a disk of its own, or a larger plan")


def _trust(seen: EtcdSeen) -> Iterator[Finding]:
    if seen.open == "yes" and seen.user is not None:
        what = f"user {seen.user} is set, and etcd asks nobody for a password"
        why = "Whoever reaches port 2379 can write the leader key and move every application."
        yield warning("etcd-auth-off", what, why, "etcdctl auth enable")
    elif seen.open == "yes" and seen.plain:
        why = (
            "Whoever reaches port 2379 can write the leader key: the firewall alone keeps them off."
        )
        yield note(
            "etcd-open",
            "neither TLS nor a password guards it",
            why,
            f"use https:// endpoints in [etcd.{seen.name}], with client certificates",
        )
    if not seen.up and seen.members:
        yield not_seen(
            "versions, disks and alarms", Unseen(reason="no endpoint answers", remedy="see above")
        )
