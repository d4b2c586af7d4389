"""What no push may ever do, over every mixture of old files, sick members and leaders."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from deploy.push import Sight, Wishes, order
from deploy.push.group import MAIN, groups, leader_of, sick
from deploy.push.observed import FoundUnit
from deploy.push.steps import Left, Step, Switch, Work
from tests.unit.deploy.push.scene import ETCD, PG, UNITS, settled, sight, silent, site, stale

STATES = ("well", "old", "silent", "silent-old", "down", "gone")


@dataclass(frozen=True)
class Taken:
    """One restart in a plan: the group, the member, and its place among the steps."""

    group: str
    machine: str
    at: int


@st.composite
def sights(draw: st.DrawFn) -> Sight:
    """Any state of any machine, any leader, any wishes."""
    wanted = site(draw(st.sampled_from(["reload", "restart"])))
    leader = draw(st.sampled_from([*PG, None]))
    found = {}
    for name in wanted:
        state = draw(st.sampled_from(STATES))
        seen = settled(wanted[name], leader=leader)
        if "old" in state:
            seen = stale(seen, [u.name for u in UNITS[name]])
        if "silent" in state:
            seen = silent(seen)
        if state == "down":
            seen = replace(silent(seen), units={u.name: FoundUnit() for u in UNITS[name]})
        if state != "gone":
            found[name] = seen
    wishes = Wishes(switchover=draw(st.booleans()))
    machines = draw(st.sets(st.sampled_from(sorted(wanted)), min_size=1))
    return sight(found, of=wanted, machines=sorted(machines), wishes=wishes)


def taken(steps: tuple[Step, ...]) -> list[Taken]:
    """Every restart of an etcd or a Patroni that runs."""
    return [
        Taken(group=step.class_, machine=turn.machine, at=at)
        for at, step in enumerate(steps)
        if isinstance(step, Work) and step.class_ in MAIN
        for turn in step.turns
        if turn.deeds.get(MAIN[step.class_]) == "restart"
    ]


@given(sights())
def test_never_two_of_a_group_at_once(seen: Sight) -> None:
    """A restart is a step of its own, which asks before and proves afterwards; so no second begins unproven."""
    steps = order(seen)
    for one in taken(steps):
        step = steps[one.at]
        assert isinstance(step, Work)
        assert len(step.turns) == 1
        assert step.takes == step.proves
        assert step.takes is not None
        assert one.machine in step.takes.members


@given(sights())
def test_quorum_stays(seen: Sight) -> None:
    """Counting who is sick when it begins, etcd keeps a majority without the member that goes."""
    steps = order(seen)
    group = groups(seen.site)[0]
    unwell = set(sick(group, seen.found)) - _started(steps)
    for one in (t for t in taken(steps) if t.group == "etcd"):
        others = set(ETCD) - {one.machine} - unwell
        assert len(others) >= 2, (one, unwell)
        unwell.discard(one.machine)


@given(sights())
def test_never_two_members_of_a_cluster(seen: Sight) -> None:
    """While one goes, every other one is well, or was started just before and proven."""
    steps = order(seen)
    group = groups(seen.site)[1]
    unwell = set(sick(group, seen.found)) - _started(steps)
    for one in (t for t in taken(steps) if t.group == "database"):
        assert not unwell - {one.machine}, (one, unwell)
        unwell.discard(one.machine)


@given(sights())
def test_a_leader_last_and_only_after_it_handed_over(seen: Sight) -> None:
    """Without --switchover it is never restarted; with it, right after the switchover, behind all replicas."""
    steps = order(seen)
    leader = leader_of(groups(seen.site)[1], seen.found)
    restarts = [t for t in taken(steps) if t.group == "database"]
    for one in (t for t in restarts if t.machine == leader):
        assert seen.wishes.switchover
        assert one == restarts[-1]
        assert isinstance(steps[one.at - 1], Switch)


@given(sights())
def test_nothing_is_forgotten(seen: Sight) -> None:
    """Every change is in exactly one turn, or the plan says that it is left."""
    steps = order(seen)
    left = {
        (step.machine, step.what.removeprefix("the restart of "))
        for step in steps
        if isinstance(step, Left)
    }
    turns = [turn for step in steps if isinstance(step, Work) for turn in step.turns]
    for name, changes in seen.changes.items():
        for unit in changes.deeds:
            times = sum(t.machine == name and unit in t.deeds for t in turns)
            assert times + ((name, unit) in left) == 1, (name, unit, steps)
        for file in changes.files:
            times = sum(t.machine == name and file.path in t.files for t in turns)
            assert times == 1 or (not times and (name, file.notices[0].unit) in left)


def _started(steps: tuple[Step, ...]) -> set[str]:
    """Members that are started, with their health proven behind it."""
    return {
        turn.machine
        for step in steps
        if isinstance(step, Work) and step.proves is not None
        for turn in step.turns
        if "start" in turn.deeds.values()
    }
