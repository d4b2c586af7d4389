"""What must hold of several clusters that fail over at once: for each the same as for one, and none waits for another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deploy.lab import layout
from deploy.lab.drill.expected.leads import MOVED
from deploy.lab.drill.expected.said import ONE_INCIDENT
from deploy.lab.drill.history import History
from deploy.lab.drill.invariants import OF_EACH
from deploy.lab.drill.invariants.checked import Invariant
from deploy.lab.drill.trailwatch import epoch_of
from jobs.audit import Kind
from jobs.remote import HOLDS


def _broken(history: History) -> Iterator[str]:
    if not history.neighbours:
        yield "there was no other cluster"
    for name, one in history.neighbours.items():
        for invariant in (*OF_EACH, MOVED, ONE_INCIDENT):
            yield from (f"{name}: {fault}" for fault in invariant.faults(one))


EACH_CLUSTER = Invariant(
    "every other cluster moves, as one incident, and keeps the invariants",
    _broken,
    lambda history: f"{', '.join(history.neighbours)}: {len(OF_EACH) + 2} sentences of each",
)


def none_waits(within: float) -> Invariant:
    """Each cluster's hosts follow so soon after its leader was elected, however many others move."""

    def wrong(history: History) -> Iterator[str]:
        for name, took in _took(history).items():
            if took is None or took > within:
                yield f"{name} {took} s"

    return Invariant(
        f"each cluster's hosts follow within {within:g} s of its own election",
        wrong,
        lambda history: ", ".join(f"{name} {took} s" for name, took in _took(history).items()),
    )


def _took(history: History) -> Mapping[str, float | None]:
    clusters = {layout.CLUSTER: history, **history.neighbours}
    return {name: _followed(one) for name, one in clusters.items()}


def _followed(history: History) -> float | None:
    """Seconds from the last leader's election to its last host's end."""
    leader, ends = history.leader, dict[str, float]()
    if leader is None:
        return None
    for facts, at in ((e.facts, history.told_at(e)) for e in history.later(leader.since)):
        evidence = facts["evidence"]
        holds = facts["kind"] == Kind.HOST and evidence["outcome"] in HOLDS
        if holds and epoch_of(facts) == leader.epoch:
            ends.setdefault(evidence["host"], at)
    if not {host.name for host in history.hosts} <= ends.keys() or not ends:
        return None
    return round(max(ends.values()) - leader.since, 3)
