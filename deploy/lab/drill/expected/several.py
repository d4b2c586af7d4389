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


def each_cluster(name: str, *sentences: Invariant) -> Invariant:
    """Of every further cluster these sentences hold, and what must hold of any."""
    every = (*OF_EACH, *sentences)

    def wrong(history: History) -> Iterator[str]:
        if not history.neighbours:
            yield "there was no other cluster"
        for cluster, one in history.neighbours.items():
            for sentence in every:
                yield from (f"{cluster}: {fault}" for fault in sentence.faults(one))

    return Invariant(
        name,
        wrong,
        lambda history: f"{', '.join(history.neighbours)}: {len(every)} sentences of each",
    )


EACH_CLUSTER = each_cluster(
    "every other cluster moves, as one incident, and keeps the invariants", MOVED, ONE_INCIDENT
)
EACH_RETURNS = each_cluster(
    "every other cluster is told as one incident, and keeps the invariants", ONE_INCIDENT
)


def _led(history: History) -> Iterator[str]:
    """Which further clusters had a leader as the shop's next one was elected."""
    if not history.neighbours:
        yield "there was no other cluster"
    if history.after is None:
        yield "nobody was elected"
        return
    then = history.after.since
    for name, one in history.neighbours.items():
        for led in one.leaderships:
            if led.since <= then and (led.until is None or led.until > then):
                yield f"{name} was led by {led.member}"


LEADERLESS = Invariant(
    "no other cluster has a leader meanwhile",
    _led,
    lambda history: f"{', '.join(history.neighbours)}: nobody held the key",
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
