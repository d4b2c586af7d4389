"""Nodes against members: who is missing, who is a stranger, and who is known by another port."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.doctor.evidence import Evidence
from deploy.doctor.finding import Finding, error, listed, one_of, plural, warning
from jobs.balancer.found import FoundNode
from jobs.balancer.wanted import WantedNode
from jobs.claims import ClusterView


def backends(seen: Evidence) -> Iterator[Finding]:
    if seen.config is not None:
        yield from _nodes(seen)
    if isinstance(seen.view, ClusterView) and seen.view.members:
        yield from _listed_in_etcd(seen, {m.name for m in seen.view.members})


def _nodes(seen: Evidence) -> Iterator[Finding]:
    absent = [w for w in seen.want.nodes if seen.node(w.member) is None]
    strange = [n for n in seen.nodes if seen.member(n.address) is None]
    for node in strange:
        yield _stranger(seen, node, absent)
    known = {n.label for n in strange} | {n.address.host for n in strange}
    lost = [w for w in absent if not {w.label, w.address.host} & known]
    if lost:
        yield _lost(seen, lost)


def _stranger(seen: Evidence, node: FoundNode, absent: list[WantedNode]) -> Finding:
    """A node whose address is no member's. One that is meant for a member which has no other is
    that member's, at a wrong port or a former address."""
    by_label = [w for w in absent if w.label == node.label]
    meant = by_label or [w for w in absent if w.address.host == node.address.host]
    if meant:
        return _elsewhere(seen, node, meant[0], moves=bool(by_label))
    where = f"node {node.label} is {node.address}"
    second = [w for w in seen.want.nodes if w.address.host == node.address.host]
    if second:
        what = f"{where}, must be {second[0].address}, which is a node already"
        why = f"{second[0].member} is checked at two ports: while one passes and one does not, half the logins fail."
    else:
        what = f"{where}, which is no member's"
        why = f"Whatever answers the check there gets the writes of {seen.table.cluster}."
    remedy = (
        "remove the node at Linode (pgbaton removes nothing), or name the member in the inventory"
    )
    return error("stranger", what, why, remedy)


def _elsewhere(seen: Evidence, node: FoundNode, want: WantedNode, *, moves: bool) -> Finding:
    what = f"node {node.label} is {node.address}, must be {want.address}"
    if node.address.host == want.address.host:
        why = (
            f"Check and traffic go to port {node.address.port}, but {want.member} takes both on "
            f"{want.address.port} alone: the node is DOWN, or clients meet something else."
        )
    else:
        why = f"{want.member} is no longer there: while it leads, nobody gets in."
    rest = "" if moves else f", then remove node {node.label} at Linode"
    return error("address-of-node", what, why, f"{seen.apply}{rest}")


def _lost(seen: Evidence, lost: list[WantedNode]) -> Finding:
    names = [w.member for w in lost]
    addresses = listed([str(w.address) for w in lost])
    return error(
        "missing",
        f"{listed(names)} {plural(names, 'is no node', 'are no nodes')}, must be: {addresses}",
        f"While {one_of(names)} leads, nobody gets in. Linode drops a node with its machine, even "
        "if the same machine is made again.",
        seen.apply,
    )


def _listed_in_etcd(seen: Evidence, members: set[str]) -> Iterator[Finding]:
    known = {w.member for w in seen.want.nodes}
    strange, silent = sorted(members - known), sorted(known - members)
    if strange:
        cluster = seen.table.cluster
        yield error(
            "no-backend",
            f"{listed(strange)} {plural(strange, 'is a member', 'are members')} by etcd, and no backend",
            f"While {one_of(strange)} leads, nobody gets in.",
            f"name {plural(strange, 'it', 'them')} in [clusters.{cluster}] machines, then: {seen.apply}",
        )
    if silent:
        yield warning(
            "no-member",
            f"{listed(silent)} {plural(silent, 'is a backend', 'are backends')}, and no member by etcd",
            "Patroni is not running there, or has another name: nobody keeps PostgreSQL there from "
            "taking writes beside the leader.",
            f"start Patroni on {listed(silent)}, or take {plural(silent, 'it', 'them')} out of the inventory",
        )
