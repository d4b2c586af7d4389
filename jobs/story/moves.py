"""Causes of a leadership that moved, told apart by how the key was lost and how its holder answers since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jobs.event import LINODE_EVENT
from jobs.story.cause import Cause, CauseKind, Proof
from jobs.story.scene import Scene, View, data_of, proof

OFF = frozenset(
    {"host_reboot", "lassie_reboot", "linode_reboot", "linode_shutdown", "linode_delete"}
)
"""What Linode calls it when a machine goes down."""

STOPPED = "stopped"
"""A member's last word of its PostgreSQL when Patroni ends in order."""


def switchover(scene: Scene) -> Cause | None:
    """The key was given away, and the wish for another leader stands in etcd just above the new epoch:
    whoever took the key emptied it at once."""
    gave, took = scene.released, scene.chosen
    if gave is None or took is None or not _asked_for(took):
        return None
    return Cause(
        kind=CauseKind.SWITCHOVER,
        text=f"planned switchover from {scene.old} to {scene.new}: somebody asked Patroni for it",
        proofs=(
            *_loss(scene),
            proof(gave.fact, f"{scene.old} gave the key away: its record stands in etcd still"),
            proof(took.fact, f"{scene.new} leads because it was asked for, by etcd's failover key"),
        ),
    )


def patroni_stopped(scene: Scene) -> Cause | None:
    """It ended in order: the key was given away unasked, and the record's last word is that PostgreSQL
    stopped. Or it died: key and record went with their lease, and PostgreSQL took writes still."""
    return _ended(scene) or _died(scene)


def _ended(scene: Scene) -> Cause | None:
    gave, took = scene.released, scene.chosen
    if gave is None or took is None or _asked_for(took) or _lives(scene):
        return None
    said = next((v for v in scene.since if v.state_of(scene.old or "") == STOPPED), None)
    if said is None or scene.stands not in {"closed", "silent"}:
        return None
    if gave.etcd.get("crash_moves") and not any(_heard(scene, actions={"on_stop"})):
        return None  # a crash looks alike there for seconds; only what ran can be stopped
    return Cause(
        kind=CauseKind.PATRONI_STOPPED,
        text=f"Patroni on {scene.old} was stopped: it gave the leader key away and stopped PostgreSQL",
        proofs=(
            *_loss(scene),
            proof(gave.fact, f"{scene.old} gave the key away: its record stands in etcd still"),
            proof(said.fact, f"the record's last word: PostgreSQL on {scene.old} is stopped"),
            *_heard(scene, actions={"on_stop"}),
        ),
    )


def _lives(scene: Scene) -> bool:
    """Whether the old leader's Patroni made a replica of its PostgreSQL after the loss."""
    told = scene.hooks(scene.old, actions={"on_role_change"}, roles={"replica", "demoted"})
    return any(scene.lost is None or fact.seq > scene.lost.seq for fact in told)


def _died(scene: Scene) -> Cause | None:
    gone, writes = scene.lapsed, scene.seen("writable")
    if gone is None or writes is None or gone.etcd.get("paused"):
        return None
    return Cause(
        kind=CauseKind.PATRONI_STOPPED,
        text=f"Patroni on {scene.old} died or hung: its lease ran out while PostgreSQL there took writes",
        proofs=(
            *_loss(scene),
            _expired(scene, gone),
            proof(writes.fact, f"PostgreSQL on {scene.old} takes writes still"),
        ),
    )


def machine_lost(scene: Scene) -> Cause | None:
    """Key and record went with their lease, and nothing on the machine answers; or its PostgreSQL is
    not there, and Linode itself says that the machine went down. Not where its own hook told meanwhile
    that it demoted itself: then only the way to it is cut."""
    gone, end, took = scene.lapsed, scene.end, scene.chosen
    if gone is None or end is None or took is None or _heard_before(scene, took):
        return None
    off = tuple(_switched_off(scene))
    if scene.stands != "silent" and not (scene.stands == "closed" and off):
        return None
    word = "no answer comes from" if scene.stands == "silent" else "nothing listens on"
    return Cause(
        kind=CauseKind.MACHINE_LOST,
        text=f"the machine of {scene.old} is lost: its lease ran out, and {word} its PostgreSQL",
        proofs=(
            *_loss(scene),
            _expired(scene, gone),
            proof(end.fact, f"{word} PostgreSQL on {scene.old}"),
            *off,
        ),
    )


def partition(scene: Scene) -> Cause | None:
    """Key and record went with their lease, while PostgreSQL on the old leader answers and takes no
    writes: Patroni lives there and demoted it, and reaches no etcd. Once its record is back, it counts
    that it was demoted before anybody else led."""
    gone, answers = scene.lapsed, scene.seen("read-only")
    if gone is None or answers is None or scene.chosen is None or scene.seen("writable"):
        return None
    before = tuple(_demoted(scene))
    if answers.lists(scene.old or "") and not before:
        return None
    return Cause(
        kind=CauseKind.PARTITION,
        text=f"{scene.old} was cut off from etcd: its lease ran out, and it demoted itself",
        proofs=(
            *_loss(scene),
            _expired(scene, gone),
            proof(answers.fact, f"PostgreSQL on {scene.old} answers, and takes no writes"),
            *before,
        ),
    )


def _demoted(scene: Scene) -> Iterator[Proof]:
    """That it took no writes before anybody else led: by our own looks, and by its hook."""
    took = scene.chosen
    for view in scene.views:
        if view.leader == scene.old and view.bearing(scene.old or "") == "read-only":
            yield proof(view.fact, f"{scene.old} held the key, and its PostgreSQL took no writes")
    if took is not None:
        yield from _heard_before(scene, took)


def _heard_before(scene: Scene, took: View) -> Sequence[Proof]:
    """What the old leader's hook told of its demotion before anybody else was proven: its machine lived."""
    told = _heard(scene, actions={"on_stop", "on_role_change"})
    return [one for one in told if one.seq < took.fact.seq]


def _heard(scene: Scene, *, actions: set[str]) -> Iterator[Proof]:
    roles = {"primary", "master", "replica", "demoted"}
    for fact in scene.hooks(scene.old, actions=actions, roles=roles):
        data = data_of(fact)
        if data["action"] == "on_stop" or data["role"] in {"replica", "demoted"}:
            yield proof(fact, f"{scene.old} reports {data['action']} {data['role']}")


def _switched_off(scene: Scene) -> Iterator[Proof]:
    for fact in scene.of_type(LINODE_EVENT):
        data = data_of(fact)
        if scene.old and data.get("member") == scene.old and data.get("action") in OFF:
            yield proof(fact, f"Linode reports {data['action']} of {scene.old}")


def _asked_for(view: View) -> bool:
    asked = view.asked_at
    return asked is not None and asked > view.epoch


def _loss(scene: Scene) -> Iterator[Proof]:
    if scene.lost is not None:
        yield proof(scene.lost, "nobody held the leader key any more")


def _expired(scene: Scene, view: View) -> Proof:
    return proof(view.fact, f"the record of {scene.old} is gone with the key: its lease ran out")
