"""Causes of an incident in which nobody else took over: PostgreSQL crashed, or etcd could not be asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jobs.event import CALLBACK
from jobs.story.cause import Cause, CauseKind, Proof
from jobs.story.scene import Scene, View, data_of, proof

CRASHED = frozenset({"crashed", "starting", "start failed"})
"""Patroni's words for a PostgreSQL that ended by itself; "restarting" is an operator's doing."""


def postgresql_crash(scene: Scene) -> Cause | None:
    """The member kept key and epoch from before to the end, while its PostgreSQL did not run; then it
    was proven again. That it crashed is Patroni's own word, or that it started and was not restarted:
    a restart that somebody asked for is none."""
    looks, started = _down(scene), tuple(_started(scene))
    if not looks or scene.story.verdict != "confirmed" or _restarted(scene):
        return None
    if not started and not any(_word(v) == "crashed" for v in looks):
        return None
    back = scene.proven
    proofs = [
        *(proof(v.fact, f"{scene.old} holds the key, and its PostgreSQL is {_word(v)}") for v in looks),
        *started,
    ]  # fmt: skip
    if back is not None:
        proofs.append(proof(back.fact, f"{scene.old} leads again, in the epoch of before"))
    return Cause(
        kind=CauseKind.POSTGRESQL_CRASH,
        text=f"PostgreSQL on {scene.old} crashed and was started again; nobody else led",
        proofs=tuple(proofs),
    )


def _down(scene: Scene) -> Sequence[View]:
    """The looks that showed it down; none where anybody else, or another epoch, led meanwhile."""
    epoch = scene.story.epoch_before
    seen = [v for v in scene.views if v.etcd]
    if epoch is None or any((v.leader, v.epoch) != (scene.old, epoch) for v in seen):
        return ()
    return [v for v in seen if v.verdict != "confirmed" and _word(v) in CRASHED]


def _word(view: View) -> str:
    """How Patroni itself calls it: by REST, by its record, or, where it has not noticed yet, by SQL."""
    state, leader = str(view.rest.get("state") or ""), view.leader or ""
    if state not in {"", "running"}:
        return state
    down = view.bearing(leader) in {"closed", "starting"}
    record = view.state_of(leader) or ""
    if down and record in CRASHED:
        return record
    return "starting" if state and view.bearing(leader) == "starting" else ""


def _restarted(scene: Scene) -> bool:
    asked = any(str(v.rest.get("state")).startswith("restart") for v in scene.views)
    told = (data_of(f) for f in scene.of_type(CALLBACK))
    return asked or any(
        d.get("action") == "on_restart" and d.get("member") == scene.old for d in told
    )


def _started(scene: Scene) -> Iterator[Proof]:
    for fact in scene.hooks(scene.old, actions={"on_start"}, roles={"primary", "master"}):
        yield proof(fact, f"{scene.old} reports that PostgreSQL started as primary")


NO_QUORUM = "no leader"
"""What an etcd member says that is there and has no quorum."""


def etcd_outage(scene: Scene) -> Cause | None:
    """etcd could not be asked, and not only by us: one of its members said that it has no quorum, or the
    leader demoted itself and kept its key, which a healthy etcd would have let another take. What came
    after the leadership had moved did not move it."""
    took = scene.chosen
    blind = [v for v in scene.views if v.blind and (took is None or v.fact.seq < took.fact.seq)]
    said = [v for v in blind if NO_QUORUM in v.blind]
    idle = _idle(scene) if blind else None
    if not said and idle is None:
        return None
    return Cause(
        kind=CauseKind.ETCD_OUTAGE,
        text=f"etcd had no quorum{_meanwhile(scene, idle)}",
        proofs=tuple(_outage(scene, (said or blind)[0], idle)),
    )


def _idle(scene: Scene) -> View | None:
    """A look at the old leader with its key, and without writes."""
    led = (v for v in scene.views if scene.old and v.leader == scene.old)
    return next((v for v in led if v.bearing(v.leader or "") == "read-only"), None)


def _meanwhile(scene: Scene, idle: View | None) -> str:
    if scene.new:
        return f", and {scene.new} led afterwards"
    return f": {scene.old} demoted itself" if idle else ""


def _outage(scene: Scene, blind: View, idle: View | None) -> Iterator[Proof]:
    yield proof(blind.fact, f"etcd could not be asked: {_short(blind.blind)}")
    for fact in scene.hooks(scene.old, actions={"on_stop"}, roles={"primary", "master"}):
        yield proof(fact, f"{scene.old} reports on_stop primary")
    if idle is not None:
        yield proof(idle.fact, f"{scene.old} held the key, and its PostgreSQL took no writes")
    if scene.proven is not None and scene.proven.fact.seq > blind.fact.seq:
        yield proof(scene.proven.fact, f"etcd answers, and {scene.proven.leader} leads")


def _short(reason: str) -> str:
    return "it has no leader, a member says" if NO_QUORUM in reason else reason
