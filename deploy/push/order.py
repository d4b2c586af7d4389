"""In which order a push works: never two members of one group at once, a leader last, proof between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from deploy.blueprint import Class
from deploy.push.changes import Changes, Deed, class_of
from deploy.push.dcs import configure, pending
from deploy.push.group import Group, groups, leader_of, refusal, sick, up
from deploy.push.observed import Observed
from deploy.push.steps import Install, Left, Prune, Ship, Step, Switch, Turn, Work
from deploy.push.wanted import Wanted

DOOR = ("/etc/ssh/", "/etc/sudoers.d/")
"""Whose files decide who comes in, and as whom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a push may do besides: hand leadership over, install packages, remove what it put once."""

    switchover: bool = False
    install: bool = False
    prune: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """All that the order is made from. `site` has every machine, `changes` those that are pushed."""

    site: Mapping[str, Wanted]
    changes: Mapping[str, Changes]
    found: Mapping[str, Observed]
    wishes: Wishes = Wishes()


def order(sight: Sight) -> tuple[Step, ...]:
    """Every step, what is left undone included; a pure function of what was seen."""
    return tuple(_steps(sight))


def _steps(sight: Sight) -> Iterator[Step]:
    yield from _packages(sight)
    if not sight.wishes.install:
        sight = _equipped(sight)
    yield from _ground(sight)
    yield from _program(sight)
    yield from _one_by_one(sight, "redis")
    for group in groups(sight.site):
        yield from _group(sight, group)
        if group.kind == "database":
            yield from configure(group, sight.site, sight.changes, sight.found)
            yield from pending(group, sight.changes, sight.found)
    yield from _one_by_one(sight, "mux")
    yield from _one_by_one(sight, "pgbaton")
    yield from _at_once("host", _turns(sight, "host"))
    yield from _stale(sight)


def _packages(sight: Sight) -> Iterator[Step]:
    lacking = {name: c.packages for name, c in sight.changes.items() if c.packages}
    if lacking and sight.wishes.install:
        yield Install(packages=lacking)
    elif lacking:
        for name, packages in lacking.items():
            yield Left(
                machine=name,
                what="everything",
                why=f"lacks packages {' '.join(packages)}",
                remedy="push --install installs them",
            )


def _equipped(sight: Sight) -> Sight:
    """Without the machines that lack packages: what they should run is not there."""
    changes = {name: c for name, c in sight.changes.items() if not c.packages}
    return replace(sight, changes=changes)


def _ground(sight: Sight) -> Iterator[Step]:
    """What may lock us out is done on one machine first."""
    turns = _turns(sight, "ground")
    risky = next((t for t in turns if _may_lock_out(t)), None)
    if risky is not None and len(turns) > 1:
        yield Work(class_="ground", turns=(risky,), reaches=True, first=True)
        turns = tuple(t for t in turns if t != risky)
    if turns:
        yield Work(class_="ground", turns=turns, reaches=any(map(_may_lock_out, turns)))


def _may_lock_out(turn: Turn) -> bool:
    heard = not turn.deeds.keys().isdisjoint({"nftables.service", "ssh.service"})
    return heard or any(path.startswith(DOOR) for path in turn.files)


def _program(sight: Sight) -> Iterator[Step]:
    machines = tuple(name for name, c in sight.changes.items() if c.program)
    if machines:
        yield Ship(machines=machines)


def _one_by_one(sight: Sight, class_: Class) -> Iterator[Step]:
    """Starts and quiet changes at once; whatever goes away for a moment, one unit after another."""
    turns = _turns(sight, class_)
    calm = tuple(t for t in turns if "restart" not in t.deeds.values())
    yield from _at_once(class_, calm)
    for turn in (t for t in turns if t not in calm):
        for part in _each(turn):
            yield Work(class_=class_, turns=(part,))


def _each(turn: Turn) -> Iterator[Turn]:
    files = turn.files
    for unit, deed in turn.deeds.items():
        yield Turn(machine=turn.machine, files=files, deeds={unit: deed})
        files = ()


def _at_once(class_: Class, turns: tuple[Turn, ...]) -> Iterator[Step]:
    if turns:
        yield Work(class_=class_, turns=turns)


def _group(sight: Sight, group: Group) -> Iterator[Step]:
    turns = {t.machine: t for t in _turns(sight, group.kind) if t.machine in group.members}
    starting = [t for t in turns.values() if _main(t, group) == "start"]
    taken = [t for t in turns.values() if _main(t, group) == "restart"]
    calm = [t for t in turns.values() if t not in starting and t not in taken]
    if starting:
        yield from _start(sight, group, starting)
    yield from _calm(sight, group, calm)
    yield from _taken(sight, group, taken, started={t.machine for t in starting})


def _main(turn: Turn, group: Group) -> Deed | None:
    return turn.deeds.get(group.unit)


def _start(sight: Sight, group: Group, turns: list[Turn]) -> Iterator[Step]:
    """Together: a cluster that never ran needs each other, and starting takes nobody away."""
    run = {*up(group, sight.found), *(t.machine for t in turns)}
    complete = len(run) > len(group.members) // 2
    yield Work(class_=group.kind, turns=tuple(turns), proves=group if complete else None)
    if not complete:
        yield Left(
            machine=turns[0].machine,
            what=f"the health of {group.told}",
            why="cannot be seen while most of its members do not run",
            remedy=f"push {', '.join(m for m in group.members if m not in run)} too",
        )


def _calm(sight: Sight, group: Group, turns: list[Turn]) -> Iterator[Step]:
    """What takes nobody away; still, the leader after those that could take its place."""
    leader = leader_of(group, sight.found)
    others = tuple(t for t in turns if t.machine != leader)
    heard = any(group.unit in t.deeds for t in turns)
    for some in (others, tuple(t for t in turns if t.machine == leader)):
        if some:
            yield Work(class_=group.kind, turns=some, proves=group if heard else None)


def _taken(sight: Sight, group: Group, turns: list[Turn], *, started: set[str]) -> Iterator[Step]:
    leader = leader_of(group, sight.found) if group.kind == "database" else None
    unwell = tuple(m for m in sick(group, sight.found) if m not in started)
    if turns and group.kind == "database" and leader is None and not started:
        for turn in turns:
            yield from _left(group, turn, f"nobody says who leads {group.name}")
        return
    for turn in sorted(turns, key=lambda t: (t.machine == leader, t.machine not in unwell)):
        why = refusal(group, turn.machine, unwell)
        if why is not None:
            yield from _left(group, turn, why)
            continue
        if turn.machine == leader:
            yield from _lead(sight, group, turn)
            continue
        yield Work(class_=group.kind, turns=(turn,), takes=group, proves=group)
        unwell = tuple(m for m in unwell if m != turn.machine)


def _left(group: Group, turn: Turn, why: str) -> Iterator[Step]:
    yield Left(
        machine=turn.machine,
        what=f"the restart of {group.unit}",
        why=why,
        remedy="bring back who is away, then push again; or, knowing what it costs, by hand: "
        f"systemctl restart {group.unit}",
    )


def _lead(sight: Sight, group: Group, turn: Turn) -> Iterator[Step]:
    """The leader: after a switchover, or its files now and its restart another time."""
    if sight.wishes.switchover:
        yield Switch(group=group, leader=turn.machine)
        yield Work(class_=group.kind, turns=(turn,), takes=group, proves=group)
        return
    quiet = {unit: deed for unit, deed in turn.deeds.items() if unit != group.unit}
    if turn.files or quiet:
        part = Turn(machine=turn.machine, files=turn.files, deeds=quiet)
        yield Work(class_=group.kind, turns=(part,))
    yield Left(
        machine=turn.machine,
        what=f"the restart of {group.unit}",
        why=f"it leads {group.name}",
        remedy="push --switchover moves the leadership first",
    )


def _stale(sight: Sight) -> Iterator[Step]:
    stale = {name: c.stale for name, c in sight.changes.items() if c.stale}
    if stale and sight.wishes.prune:
        yield Prune(files=stale)
        return
    for name, paths in stale.items():
        yield Left(
            machine=name,
            what=" ".join(paths),
            why="was put by an earlier push and is wanted no more",
            remedy="push --prune removes it",
        )


def _turns(sight: Sight, class_: Class) -> tuple[Turn, ...]:
    """What each machine has to do for one class; machines without anything are left out."""
    made = (_turn(sight.site[name], changes, class_) for name, changes in sight.changes.items())
    return tuple(turn for turn in made if turn.files or turn.deeds)


def _turn(wanted: Wanted, changes: Changes, class_: Class) -> Turn:
    return Turn(
        machine=wanted.name,
        files=tuple(f.path for f in changes.files if class_of(wanted, f) == class_),
        deeds={
            unit: deed
            for unit, deed in changes.deeds.items()
            if wanted.classes.get(unit, "ground") == class_
        },
    )
