"""Asks each endpoint of an etcd cluster for itself: a healthy neighbour must not answer for a sick one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from deploy.doctor.evidence import Unseen
from deploy.doctor.seeing.asking import Answer, ask
from deploy.doctor.subjects.etcd_seen import EtcdSeen, Member
from jobs.inventory import Etcd
from jobs.inventory import Tls as Files
from jobs.ports import Fleet
from workers.tls import Tls

OK = 200
_SAMPLE = re.compile(r"^([a-zA-Z_:]+)(?:\{([^}]*)\})? ([0-9.eE+-]+)$", re.MULTILINE)
_LE = re.compile(r'le="([^"]+)"')
FSYNC, COMMIT = "etcd_disk_wal_fsync_duration_seconds", "etcd_disk_backend_commit_duration_seconds"


def tls_of(files: Files) -> Tls:
    """The inventory's files as a client uses them."""
    ca, cert, key = (None if f is None else Path(f) for f in (files.ca, files.cert, files.key))
    return Tls(ca=ca, cert=cert, key=key)


def see_etcd(name: str, etcd: Etcd, fleet: Fleet, *, now: float) -> EtcdSeen:
    """Everything that its endpoints say; never raises."""
    tls = tls_of(etcd.tls)
    looked = dict(fleet.each(etcd.endpoints, partial(_look, tls=tls, now=now)))
    answering = [e for e, m in looked.items() if isinstance(m, Member) and m.has_leader] or [
        e for e, m in looked.items() if isinstance(m, Member)
    ]
    listed = _listed(answering[0], tls) if answering else {}
    members = {e: _named(looked[e], listed) for e in etcd.endpoints}
    known = {m.id for m in members.values() if isinstance(m, Member)}
    whole = all(isinstance(m, Member) for m in members.values())
    return EtcdSeen(
        name=name,
        members=members,
        size=sum(not learner for _, learner in listed.values()) or None,
        open=_open(answering, tls),
        user=etcd.user,
        plain=any(_exposed(e) for e in etcd.endpoints),
        unlisted=tuple(n for i, (n, _) in listed.items() if i not in known) if whole else (),
    )


def _look(endpoint: str, *, tls: Tls, now: float) -> Member | Unseen:
    status = ask(f"{endpoint}/v3/maintenance/status", tls=tls, json_body={})
    if isinstance(status, Unseen):
        return status
    said = status.json
    if status.status != OK or not isinstance(said, dict):
        reason = f"{endpoint} answers {status.status} to maintenance/status"
        return Unseen(reason=reason, remedy="see that etcd itself is behind this endpoint")
    own = str(said.get("header", {}).get("member_id", ""))
    alarms = _alarms(endpoint, tls, own) if _leader(said) else ()  # without one nobody answers
    return _member(own, said, alarms, _metrics(endpoint, tls), now)


def _member(
    own: str,
    said: Mapping[str, Any],
    alarms: tuple[str, ...],
    metrics: Mapping[str, Any],
    now: float,
) -> Member:
    leader = _leader(said)
    began = metrics.get("process_start_time_seconds")
    quota = metrics.get("etcd_server_quota_backend_bytes")
    elections = metrics.get("etcd_server_leader_changes_seen_total")
    return Member(
        id=own,
        name=own,
        version=str(said.get("version", "?")),
        leads=leader == own,
        has_leader=leader is not None,
        learner=said.get("isLearner") is True,
        alarms=alarms,
        db=int(said.get("dbSize", 0)) or None,
        quota=int(quota) if quota else None,
        fsync=metrics.get(FSYNC),
        commit=metrics.get(COMMIT),
        elections=None if elections is None else int(elections),
        uptime=None if began is None else max(now - began, 1.0),
    )


def _leader(said: Mapping[str, Any]) -> str | None:
    leader = str(said.get("leader", "0"))
    return None if leader in {"", "0"} else leader


def _alarms(endpoint: str, tls: Tls, own: str) -> tuple[str, ...]:
    found = ask(f"{endpoint}/v3/maintenance/alarm", tls=tls, json_body={"action": "GET"})
    said = found.json if isinstance(found, Answer) else None
    raised = said.get("alarms", ()) if isinstance(said, dict) else ()
    return tuple(str(a.get("alarm")) for a in raised if str(a.get("memberID", own)) == own)


def _metrics(endpoint: str, tls: Tls) -> Mapping[str, float]:
    """Plain values by name, and the two histograms' p99; empty where it shows no metrics here."""
    found = ask(f"{endpoint}/metrics", tls=tls)
    if isinstance(found, Unseen) or found.status != OK:
        return {}
    text = found.body.decode(errors="replace")
    plain = {name: float(value) for name, labels, value in _SAMPLE.findall(text) if not labels}
    quick = {name: p for name in (FSYNC, COMMIT) if (p := p99(_buckets(text, name))) is not None}
    return {**plain, **quick}


def _buckets(text: str, name: str) -> Iterator[tuple[float, float]]:
    for found, labels, value in _SAMPLE.findall(text):
        if found == f"{name}_bucket" and (le := _LE.search(labels)):
            yield float(le[1]), float(value)


def p99(buckets: Iterator[tuple[float, float]]) -> float | None:
    """The bound of the bucket in which 99 of 100 lie; None of an empty histogram. Above the largest
    bound it is that bound: more is not known."""
    rows = sorted(buckets)
    if not rows or rows[-1][1] <= 0:
        return None
    bound = next(le for le, count in rows if count >= 0.99 * rows[-1][1])
    finite = [le for le, _ in rows if le != float("inf")]
    return bound if bound in finite else max(finite, default=None)


def _listed(endpoint: str, tls: Tls) -> Mapping[str, tuple[str, bool]]:
    """Name and whether it only learns, by id; empty where it does not say."""
    found = ask(f"{endpoint}/v3/cluster/member/list", tls=tls, json_body={})
    said = found.json if isinstance(found, Answer) and found.status == OK else None
    rows = said.get("members", ()) if isinstance(said, dict) else ()
    return {
        str(row.get("ID")): (str(row.get("name") or row.get("ID")), row.get("isLearner") is True)
        for row in rows
    }


def _named(member: Member | Unseen, listed: Mapping[str, tuple[str, bool]]) -> Member | Unseen:
    if isinstance(member, Unseen) or member.id not in listed:
        return member
    return replace(member, name=listed[member.id][0])


def _open(endpoints: Sequence[str], tls: Tls) -> Literal["yes", "no", "unknown"]:
    """Whether it lets whoever shows no password read; one key that nobody has is asked for, without
    asking the majority, which may be gone."""
    for endpoint in endpoints:
        found = ask(
            f"{endpoint}/v3/kv/range", tls=tls, json_body={"key": "AA==", "serializable": True}
        )
        if isinstance(found, Answer):
            return "yes" if found.status == OK else "no"
    return "unknown"


def _exposed(endpoint: str) -> bool:
    parts = urlsplit(endpoint)
    return parts.scheme == "http" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}
