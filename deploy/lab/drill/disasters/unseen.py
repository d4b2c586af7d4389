"""The leader leads, and pgbaton cannot see it: what cannot be asked is neither yes nor no."""

from __future__ import annotations

from collections.abc import Mapping

from deploy.lab import layout, patroni
from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.disasters.etcd import until_unknown
from deploy.lab.drill.expected import (
    MOVED,
    NOBODY_TOUCHED,
    ONE_INCIDENT,
    STAYED,
    served_until,
    untouched_until,
    verdict,
)
from deploy.lab.drill.stage import Stage
from deploy.lab.machine import LabError
from deploy.lab.nemesis import CutOff, Mute, StopPatroni, Switchover

SEEN = "pgbaton reaches the leader again"


def leader_mute(stage: Stage) -> None:
    """Workers hear nothing of the leader, shops and etcd do; a replica that leaves makes somebody look."""
    leader = stage.leader()
    mute, other = Mute(leader.member, ("control",)), StopPatroni(bystander(stage))
    stage.inject(mute)
    stage.also(other)
    stage.until("the verdict", lambda: until_unknown(stage))
    stage.settle(8)
    stage.heal(mute)
    stage.heal(other)
    stage.until_synchronous()
    stage.until_quiet()
    stage.settle(3)


def standby(stage: Stage) -> str:
    """The member that Patroni would choose now."""
    found = patroni.standby(stage.lab.footing.rest)
    if found is None:
        raise LabError("nobody follows synchronously")
    return found


def bystander(stage: Stage) -> str:
    """The member that neither leads nor follows synchronously."""
    [found] = set(layout.MEMBERS) - {stage.leader().member, standby(stage)}
    return found


def leader_unreachable(stage: Stage) -> None:
    """A switchover to a member that workers cannot reach; everybody else can."""
    old, cut = stage.leader(), CutOff(standby(stage), ("control",))
    stage.also(cut)
    stage.inject(Switchover(old.member))
    stage.until_writable(old)
    stage.until("the verdict", lambda: until_unknown(stage))
    stage.settle(8)
    stage.mark(SEEN)
    stage.heal(cut)
    stage.until_moved(old)
    stage.until_concluded()
    stage.settle(3)


DISASTERS: Mapping[str, Disaster] = {
    "leader-mute": Disaster(
        title="workers hear nothing of the leader, shops do",
        act=leader_mute,
        must=(STAYED, NOBODY_TOUCHED, ONE_INCIDENT, verdict("unknown"), served_until()),
    ),
    "leader-unreachable": Disaster(
        title="the new leader cannot be reached by any worker",
        act=leader_unreachable,
        must=(
            MOVED,
            ONE_INCIDENT,
            verdict("unknown"),
            untouched_until(SEEN, name="no host is touched while nobody can prove the leader"),
        ),
    ),
}
