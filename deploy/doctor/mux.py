"""Whether the port that is checked can answer at all: the mistake behind most NodeBalancers before PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from deploy.doctor.evidence import Evidence
from deploy.doctor.finding import Finding, error, listed, note
from jobs.claims import ClusterView, MemberRecord
from jobs.inventory import Cluster, parse_conn_url

WHY = (
    "A NodeBalancer checks the port that carries traffic and no other. Where that port is "
    "PostgreSQL's own, nothing there speaks HTTP: the check can never pass, every node is DOWN and "
    "nobody gets in."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hopeless:
    """Why no check of a cluster's members could ever pass, by the inventory alone."""

    reason: str
    remedy: str


def never_passes(name: str, cluster: Cluster) -> Hopeless | None:
    """What the inventory says of the port that is checked; None where a mux has it."""
    if cluster.mux is not None:
        return None
    port = cluster.postgresql_port
    return Hopeless(
        reason=f"{name} has no mux, and port {port} is PostgreSQL's own",
        remedy=f"write mux = {{ port = {port + 1} }} in [clusters.{name}], and run the mux on every "
        "database node: docs/mux.md has the steps",
    )


def mux(seen: Evidence) -> Iterator[Finding]:
    hopeless = never_passes(seen.table.cluster, seen.cluster)
    if hopeless is None:
        yield from _taken(seen)
    elif _all_answer(seen):
        why = "The members' ports speak HTTP all the same: something of yours does what it does."
        yield note("mux", f"{seen.table.cluster} has no mux in the inventory", why)
    else:
        yield error("mux", hopeless.reason, WHY, hopeless.remedy)


def _all_answer(seen: Evidence) -> bool:
    heard = [knock.kind for knock in seen.knocks.values() if knock.kind != "silent"]
    return bool(heard) and set(heard) == {"http"}


def _taken(seen: Evidence) -> Iterator[Finding]:
    """PostgreSQL still listens where the mux should: etcd says so, and no knock denies it."""
    denied = {name for name, knock in seen.knocks.items() if knock.kind in {"http", "refused"}}
    names = [name for name in published(seen) if name not in denied]
    if names:
        port, mine = seen.port, seen.cluster.postgresql_port
        yield error(
            "mux",
            f"PostgreSQL of {listed(names)} listens on {port} by etcd, must be {mine}: {port} is the mux's",
            WHY,
            f"give the mux a port of its own, or move PostgreSQL to {mine}: docs/mux.md has the steps",
        )


def published(seen: Evidence) -> Iterator[str]:
    """Members whose records say that the port which is checked is PostgreSQL's own."""
    if not isinstance(seen.view, ClusterView):
        return
    for record in seen.view.members:
        if isinstance(record, MemberRecord) and _port(record) == seen.port:
            yield record.name


def _port(record: MemberRecord) -> int | None:
    try:
        return parse_conn_url(record.conn_url).port
    except ValueError:
        return None
