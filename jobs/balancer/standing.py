"""Whether a NodeBalancer leads to exactly the leader; and where not, which node is wrong and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from jobs.balancer.found import FoundNode, Knock
from jobs.balancer.wanted import WantedBalancer, WantedNode

RANGE = "192.168.255.0/24"
"""Where a NodeBalancer's checks and traffic come from, by Linode's documentation."""

OUT_OF_USE = {
    "reject": "is in mode reject: it takes no traffic and is not checked",
    "drain": "is in mode drain: it takes no new traffic",
    "backup": "is in mode backup: it takes traffic only while every other node is down",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """One node that is not as it must be. `cause` is one word: missing, mode, check, mux, firewall,
    stranger or lag (its check has not noticed yet)."""

    node: str
    cause: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.node} {self.reason}"


def follows(want: WantedBalancer, nodes: Sequence[FoundNode], leader: str) -> bool:
    """True where the leader's node is UP and takes traffic, and nobody else's is UP. Two nodes with its
    address lead to it as well as one."""
    up, mine = [n for n in nodes if n.status == "UP"], want.of(leader)
    if mine is None or any(n.address != mine.address for n in up):
        return False
    return any(n.mode == "accept" for n in up)


def to_knock_at(
    want: WantedBalancer, nodes: Sequence[FoundNode], leader: str
) -> tuple[WantedNode, ...]:
    """The members whose port must be asked before one can tell why they are not as they must be:
    the leader where it is not UP, the others where they are."""
    by_address = {n.address: n for n in nodes}
    return tuple(
        member
        for member in want.nodes
        if (node := by_address.get(member.address)) is not None
        and (node.status == "UP") is not (member.member == leader)
    )


def wrongs(
    want: WantedBalancer, nodes: Sequence[FoundNode], leader: str, knocks: Mapping[str, Knock]
) -> tuple[Wrong, ...]:
    """Every node that keeps the balancer from following, the leader's first. `knocks` is what the
    members' ports answered, by member."""
    return tuple(_wrongs(want, nodes, leader, knocks))


def _wrongs(
    want: WantedBalancer, nodes: Sequence[FoundNode], leader: str, knocks: Mapping[str, Knock]
) -> Iterator[Wrong]:
    by_address = {n.address: n for n in nodes}
    mine = want.of(leader)
    node = None if mine is None else by_address.get(mine.address)
    if mine is None or node is None:
        yield _missing(leader, want)
    elif node.mode != "accept":
        yield _mode(node, want)
    elif node.status != "UP":
        yield _down(node, mine, want, knocks.get(leader))
    for other in nodes:
        if other.status == "UP" and (mine is None or other.address != mine.address):
            yield _up(other, want, leader, knocks)


def _missing(leader: str, want: WantedBalancer) -> Wrong:
    return Wrong(
        node=leader,
        cause="missing",
        reason="leads, and is no node of the NodeBalancer",
        remedy=f"pgbaton nodebalancer apply {want.id}",
    )


def _mode(node: FoundNode, want: WantedBalancer) -> Wrong:
    return Wrong(
        node=node.label,
        cause="mode",
        reason=f"leads, but {OUT_OF_USE.get(node.mode, f'is in mode {node.mode}')}",
        remedy=f'set it to accept, or write modes = "enforce" in [nodebalancers.{want.id}]',
    )


def _down(node: FoundNode, mine: WantedNode, want: WantedBalancer, knock: Knock | None) -> Wrong:
    cause, why, remedy = _heard(knock, mine, want.cluster)
    path = want.settings.get("check_path", "/")
    reason = f"leads, but is {node.status}: GET {path} at {mine.address} {why}"
    return Wrong(node=node.label, cause=cause, reason=reason, remedy=remedy)


def _heard(knock: Knock | None, mine: WantedNode, cluster: str) -> tuple[str, str, str]:
    """Cause, how the sentence goes on, and remedy, by what the leader's own port answered to us."""
    member, port = mine.member, mine.address.port
    match None if knock is None else knock.kind:
        case None:
            return "check", "was not asked", "ask it from the database nodes' own network"
        case "refused":
            remedy = f"start HAProxy (the mux) on {member}"
            return "mux", "is refused: nothing listens there", remedy
        case "silent":
            remedy = f"let {RANGE} and the workers through to port {port} on {member}"
            return "firewall", "is not answered", remedy
        case "no-http":
            remedy = f"put the mux on that port: pgbaton script mux {cluster} {member}"
            return "check", "meets no HTTP: this check can never pass", remedy
        case _ if passes(knock):
            why = f"answers {knock.status if knock else ''} to us, but not to the NodeBalancer"
            return "firewall", why, f"let {RANGE} through to port {port} on {member}"
        case _:
            remedy = f"see why Patroni on {member} does not call itself primary there"
            return "check", f"answers {knock.status if knock else ''}", remedy


def passes(knock: Knock | None) -> bool:
    """Whether such an answer passes an HTTP check: 2xx or 3xx, by Linode's documentation."""
    return knock is not None and knock.status is not None and 200 <= knock.status < 400  # noqa: PLR2004


def _up(node: FoundNode, want: WantedBalancer, leader: str, knocks: Mapping[str, Knock]) -> Wrong:
    member = want.node(node.address)
    if member is None:
        return Wrong(
            node=node.label,
            cause="stranger",
            reason=f"({node.address}) is UP and is no member",
            remedy="remove the node at Linode, or name the member in the inventory",
        )
    path = want.settings.get("check_path", "/")
    knock = knocks.get(member.member)
    asked = f"is UP although {leader} leads"
    if node.mode == "reject":
        why = f"{asked}: it is in mode reject, which Linode applies within a minute"
        return Wrong(node=node.label, cause="lag", reason=why, remedy="wait; it is looked at again")
    if knock is not None and passes(knock):
        why = f"{asked}: GET {path} at {node.address} answers {knock.status}"
        remedy = f"stop PostgreSQL on {member.member}, or start Patroni there so that it demotes"
        return Wrong(node=node.label, cause="check", reason=why, remedy=remedy)
    why = f"{asked}: its check has not noticed yet"
    remedy = 'wait for its check; modes = "enforce" rejects it without waiting'
    return Wrong(node=node.label, cause="lag", reason=why, remedy=remedy)
