"""Asks each member's Patroni for itself, and the cluster's dynamic configuration of whoever answers first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from deploy.doctor.evidence import Unseen
from deploy.doctor.seeing.asking import Answer, ask
from deploy.doctor.seeing.etcd import tls_of
from deploy.doctor.subjects.patroni_seen import MemberSeen, PatroniSeen
from jobs.claims import BrokenRecord, ClusterView, MemberRecord, is_words
from jobs.inventory import Cluster
from jobs.ports import Fleet
from workers.tls import Tls

Facts = Mapping[str, Any]


def see_patroni(
    name: str, cluster: Cluster, view: ClusterView, heard: frozenset[str] | Unseen, fleet: Fleet
) -> PatroniSeen:
    """What the REST APIs say that etcd's records name; never raises."""
    tls = tls_of(cluster.rest)
    records = {m.name: m for m in view.members if isinstance(m, MemberRecord)}
    roots = {n: api_of(r) for n, r in records.items()}
    own = dict(fleet.each([*roots], partial(_own, roots, tls)))
    answering = {n: root for n, root in roots.items() if not isinstance(own[n], Unseen)}
    listed = _cluster(answering, tls)
    broken = {m.name: Unseen(reason=m.reason) for m in view.members if isinstance(m, BrokenRecord)}
    return PatroniSeen(
        name=name,
        cluster=cluster,
        config=_first(answering, tls, "config"),
        members={n: _member(n, own[n], listed.get(n, {})) for n in records} | broken,
        paused=view.paused,
        heard=heard,
    )


def api_of(record: MemberRecord) -> str:
    """The REST API's root at the address that a member's record names."""
    url = urlsplit(record.api_url)
    return f"{url.scheme}://{url.netloc.rpartition('@')[2]}"


def _own(roots: Mapping[str, str], tls: Tls, name: str) -> Facts | Unseen:
    url = f"{roots[name]}/patroni"
    found = ask(url, tls=tls)
    if isinstance(found, Unseen):
        return found
    said = found.json
    if not isinstance(said, dict):
        return Unseen(
            reason=f"{url} answers {found.status} and no JSON",
            remedy="see that Patroni itself is there",
        )
    return said


def _first(roots: Mapping[str, str], tls: Tls, path: str) -> Facts | Unseen:
    """The first member's answer that is one."""
    last = Unseen(reason="no member answers", remedy="start Patroni")
    for root in roots.values():
        found = ask(f"{root}/{path}", tls=tls)
        if isinstance(found, Answer) and found.status == 200 and isinstance(found.json, dict):  # noqa: PLR2004 - HTTP's own
            return dict(found.json)
        last = (
            found
            if isinstance(found, Unseen)
            else Unseen(reason=f"{root}/{path} answers {found.status}")
        )
    return last


def _cluster(roots: Mapping[str, str], tls: Tls) -> Mapping[str, Facts]:
    """What the cluster lists of each member: its part in replication, how far behind it is."""
    found = _first(roots, tls, "cluster")
    rows = () if isinstance(found, Unseen) else found.get("members", ())
    return {str(row.get("name")): row for row in rows if isinstance(row, dict)}


def _member(name: str, own: Facts | Unseen, listed: Facts) -> MemberSeen | Unseen:
    if isinstance(own, Unseen):
        return own
    about, lag = own.get("patroni"), listed.get("lag")
    tags = own.get("tags") or listed.get("tags")
    return MemberSeen(
        name=name,
        role=_words(listed.get("role") or own.get("role")),
        state=_words(listed.get("state") or own.get("state")),
        version=_version(about.get("version")) if isinstance(about, dict) else "?",
        lag=lag if isinstance(lag, int) else None,
        pending_restart=own.get("pending_restart") is True,
        watchdog_failed=own.get("watchdog_failed") is True,
        failsafe_active=own.get("failsafe_mode_is_active") is True,
        tags=tags if isinstance(tags, dict) else {},
    )


def _words(said: object) -> str:
    """Who answers there need not be Patroni: what it says is repeated where it could be Patroni's."""
    return str(said) if is_words(said) else "what no Patroni says"


def _version(said: object) -> str:
    return str(said) if re.fullmatch(r"\d[\w.+-]{0,30}", str(said)) else "?"
