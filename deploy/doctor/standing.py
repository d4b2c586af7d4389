"""Who is UP and who takes traffic, against who leads."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.doctor.evidence import Evidence
from deploy.doctor.finding import Finding, error, listed, note, warning
from jobs.balancer.found import FoundNode
from jobs.balancer.standing import OUT_OF_USE, RANGE
from jobs.balancer.standing import passes as answers_yes
from jobs.claims import ClusterView

MEND_THE_CHECK = (
    "mend what the other findings say of the check; right after a failover, wait some intervals and "
    "look again"
)


def standing(seen: Evidence) -> Iterator[Finding]:
    if seen.leader is None:
        yield _leaderless(seen)
    if seen.nodes:
        yield from _modes(seen)
        yield from _statuses(seen)


def _leaderless(seen: Evidence) -> Finding:
    why_not = seen.unproven.partition(" (")[0]
    what = f"who leads {seen.table.cluster} is not proven: {why_not}"
    why = "Whether the right node is UP cannot be said; all else is."
    return note("leader", what, why, f"pgbaton verify {seen.table.cluster}")


def _modes(seen: Evidence) -> Iterator[Finding]:
    mine = None if seen.leader is None else seen.node(seen.leader)
    if mine is not None and mine.mode != "accept":
        yield _leader_out(seen, mine)
    for node in seen.nodes:
        if node != mine and seen.member(node.address) is not None:
            yield from _other(seen, node)


def _leader_out(seen: Evidence, node: FoundNode) -> Finding:
    remedy = f'set it to accept at Linode, or write modes = "enforce" in {seen.table_name}'
    if seen.want.enforce:
        remedy = f"see that workers run, or: pgbaton repoint {seen.table.cluster} --now"
    what = f"mode of {node.label} is {node.mode}, must be accept: it leads"
    if node.mode == "backup":
        why = "It gets clients only while every other node is DOWN: one that passes by mistake gets all."
        return warning("mode", what, why, remedy)
    how = OUT_OF_USE.get(node.mode, "in that mode: it is out of use").partition(": ")[2]
    return error("mode", what, f"As it is, {how}: nobody gets in.", remedy)


def _other(seen: Evidence, node: FoundNode) -> Iterator[Finding]:
    """Under "enforce" the others are out of use on purpose; else nobody would bring them back."""
    if seen.want.enforce and seen.leader is not None and node.mode != "reject":
        yield warning(
            "mode",
            f"mode of {node.label} is {node.mode}, must be reject: {seen.leader} leads",
            'modes = "enforce" lets the leader in alone; this node may still take clients.',
            f"see that workers run, or: pgbaton repoint {seen.table.cluster} --now",
        )
    elif not seen.want.enforce and node.mode != "accept":
        yield warning(
            "mode",
            f"mode of {node.label} is {node.mode}, must be accept",
            f"Once it leads, the balancer does not follow, since it {OUT_OF_USE.get(node.mode, '')}.",
            f'set it to accept at Linode, or write modes = "enforce" in {seen.table_name}',
        )


def _statuses(seen: Evidence) -> Iterator[Finding]:
    up = [n for n in seen.nodes if n.status == "UP"]
    mine = None if seen.leader is None else seen.node(seen.leader)
    if len(up) > 1:
        yield _several(seen, up)
    elif up and mine is not None and up[0] != mine:
        yield _wrong_one(seen, up[0])
    if mine is not None and mine.status != "UP" and mine.mode == "accept":
        yield _leader_down(seen, mine)
    elif not up and mine is None:
        yield _none(seen)


def _several(seen: Evidence, up: list[FoundNode]) -> Finding:
    must = f"{seen.leader} alone" if seen.leader else "one alone"
    return error(
        "several-up",
        f"{listed([n.label for n in up])} are UP, must be {must}",
        "The balancer spreads logins over all of them: some writes succeed, others fail, and a retry "
        "may mend it or not. Nothing is harder to see from an application.",
        MEND_THE_CHECK,
    )


def _wrong_one(seen: Evidence, up: FoundNode) -> Finding:
    return error(
        "wrong-up",
        f"{up.label} is UP, must be {seen.leader}: it leads",
        "Everybody logs in on a member that takes no writes.",
        MEND_THE_CHECK,
    )


def _leader_down(seen: Evidence, node: FoundNode) -> Finding:
    knock = seen.knocks.get(seen.leader or "")
    what = f"{node.label} is {node.status}, must be UP: it leads"
    if knock is not None and answers_yes(knock):
        why = f"It answers {knock.status} to us but not to the NodeBalancer: nobody gets in."
        source = RANGE if seen.want.subnet_id is None else "its own range of the subnet"
        remedy = f"let {source} through to port {seen.port} on {seen.leader}"
        return error("leader-down", what, why, remedy)
    why = "The leader takes no clients from this balancer: nobody gets in."
    return error("leader-down", what, why, MEND_THE_CHECK)


def _none(seen: Evidence) -> Finding:
    if isinstance(seen.view, ClusterView) and seen.view.standby_cluster:
        why = "It takes no writes, so no member passes, and pgbaton moves nobody to it."
        return note("none-up", f"no node is UP: {seen.table.cluster} is a standby cluster", why)
    said = listed([f"{n.label} {n.status}" for n in seen.nodes])
    return error(
        "none-up",
        f"no node is UP, must be one: {said}",
        "The balancer has nobody to send a client to: every login fails.",
        f"see who leads (pgbaton verify {seen.table.cluster}), and mend what its port answers",
    )
