"""A member that is primary where another leads: it takes writes, or comes back and claims to lead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from jobs.event import CALLBACK
from jobs.story.cause import Cause, CauseKind, Proof
from jobs.story.fact import Fact
from jobs.story.scene import Scene, View, data_of, proof

PRIMARY = frozenset({"primary", "master"})


def two_primaries(scene: Scene) -> Cause | None:
    """A look in which the leader was proven, and PostgreSQL on another member took writes as well."""
    found = [(view, member) for view in scene.views for member in _writable(view)]
    if not found:
        return None
    names = ", ".join(dict.fromkeys(member for _, member in found))
    return Cause(
        kind=CauseKind.TWO_PRIMARIES,
        text=f"two writable primaries: {names} took writes while {found[0][0].leader} led",
        proofs=tuple(
            proof(view.fact, f"PostgreSQL on {member} takes writes while {view.leader} leads")
            for view, member in found
        ),
    )


def stale_member(scene: Scene) -> Cause | None:
    """A member's hook claimed that it leads after another was proven to lead, who leads to the end."""
    leader, proven = scene.story.member, scene.proven
    if leader is None or proven is None:
        return None
    claims = [f for f in scene.of_type(CALLBACK) if _claims(f, leader, proven)]
    names = ", ".join(dict.fromkeys(str(data_of(fact)["member"]) for fact in claims))
    if not claims:
        return None
    return Cause(
        kind=CauseKind.STALE_MEMBER,
        text=f"{names} came back and claimed to lead, while {leader} did",
        proofs=tuple(_told(claims, proven)),
    )


def _claims(fact: Fact, leader: str, proven: View) -> bool:
    """A callback that was spooled before the proof, and came after it, is only late."""
    data = data_of(fact)
    action = data.get("action")
    claims = data.get("role") in PRIMARY and isinstance(action, str) and action != "on_stop"
    other = isinstance(data.get("member"), str) and data["member"] != leader
    return claims and other and fact.seq > proven.fact.seq and _said_at(fact) > proven.fact.at


def _said_at(fact: Fact) -> float:
    """When the sender says that it was, by its own clock; else when it came."""
    try:
        return datetime.fromisoformat(str(fact.evidence.get("time"))).timestamp()
    except ValueError:
        return fact.at


def _told(claims: list[Fact], proven: View) -> Iterator[Proof]:
    for fact in claims:
        data = data_of(fact)
        yield proof(fact, f"{data['member']} reports {data['action']} {data['role']}")
    yield proof(proven.fact, f"{proven.leader} was proven to lead before")


def _writable(view: View) -> Iterator[str]:
    proven = view.leader is not None and view.bearing(view.leader) == "writable"
    for member in view.others if proven else ():
        if view.bearing(member) == "writable":
            yield str(member)
