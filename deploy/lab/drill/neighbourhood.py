"""One history for each cluster of a lab that has several: every invariant is decided of one cluster at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from deploy.lab import layout, neighbours
from deploy.lab.drill import told
from deploy.lab.drill.history import History, Leadership
from deploy.lab.drill.hostwatch import observe
from deploy.lab.drill.leadership import LeaderWatch, key_of
from deploy.lab.drill.stage import Stage
from deploy.lab.lab import Lab
from jobs.audit import Kind


def watch_neighbours(lab: Lab, say: Callable[[str], None]) -> Mapping[str, LeaderWatch]:
    """Follow who leads each further cluster, by its name."""
    found = {
        name: LeaderWatch(
            connections=[partial(lab.footing.etcd, etcd) for etcd in layout.ETCD],
            changed=partial(_changed, name, say),
            addresses=layout.NEIGHBOUR_MEMBERS[name],
            key=key_of(neighbours.scope(name)),
        )
        for name in lab.neighbours
    }
    for one in found.values():
        one.start()
    return found


def _changed(name: str, say: Callable[[str], None], one: Leadership) -> None:
    what = "is gone" if one.until else f"is held, epoch {one.epoch}"
    say(f"etcd: the leader key of {name} {what}: {one.member}")


def parted(stage: Stage, whole: History) -> History:
    """The drill's history without what belongs to other clusters, and theirs beside it."""
    if not stage.lab.neighbours:
        return whole
    others = tuple(_history(stage, whole, name) for name in stage.lab.neighbours)
    theirs = frozenset[str]().union(*(one.accepted for one in others))
    return replace(
        whole,
        accepted=whole.accepted - theirs,
        slack=told.of_cluster(whole.slack, layout.CLUSTER),
        neighbours=dict(zip(stage.lab.neighbours, others, strict=True)),
    )


def _history(stage: Stage, whole: History, name: str) -> History:
    """One further cluster's own: of the accepted events those that its trail holds."""
    lab, entries = stage.lab, tuple(stage.trail.trail.entries(name))
    held = {str(e.facts["evidence"]["id"]) for e in entries if e.facts["kind"] == Kind.EVENT}
    host = lab.neighbours[name]
    return History(
        fault=whole.fault,
        risen=whole.risen,
        profile=whole.profile,
        leaderships=tuple(stage.neighbours[name].leaderships),
        injected=whole.injected,
        marks=whole.marks,
        hosts=(observe(lab, host, stage.fences.fences.get(host, [])),),
        entries=entries,
        accepted=whole.accepted & held,
        anchors=told.anchors(lab, name),
        slack=told.of_cluster(whole.slack, name),
    )
