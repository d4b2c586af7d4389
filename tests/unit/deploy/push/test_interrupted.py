"""Every plan, interrupted at every place and made anew from what is there: the rest is done, and nothing twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from deploy.blueprint import RenderedFile
from deploy.push import Wishes, order
from deploy.push.group import MAIN
from deploy.push.observed import FoundFile, FoundUnit, Observed, Owed
from deploy.push.steps import Configure, Left, Step, Switch, Turn, Work
from deploy.push.wanted import Wanted
from tests.unit.deploy.push.scene import PG, UNITS, settled, sight, site, stale

Cut = Literal["nowhere", "files", "heard"]
"""Cut after files were renamed and before one unit heard, or before the journal says that it did."""
WISHES = Wishes(switchover=True)


@dataclass
class Machines:
    """A site that obeys: what each step does to what would be seen next."""

    wanted: dict[str, Wanted]
    found: dict[str, Observed]
    leader: str | None
    starts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def plan(self) -> tuple[Step, ...]:
        self._talk()
        return order(sight(self.found, of=self.wanted, wishes=WISHES))

    def do(self, step: Step, cut: Cut = "nowhere") -> None:
        """The step; or, cut, as far as it comes."""
        match step:
            case Work(turns=turns):
                for turn in turns:
                    self._turn(turn, cut=cut)
            case Switch(leader=leader):
                self.leader = self.leader if cut == "files" else next(m for m in PG if m != leader)
            case _:
                assert isinstance(step, Configure | Left), step

    def _turn(self, turn: Turn, *, cut: Cut) -> None:
        for path in turn.files:
            self._put(turn.machine, path)
        for unit, deed in {} if cut == "files" else turn.deeds.items():
            seen = self.found[turn.machine]
            run = seen.units.get(unit, FoundUnit()).run
            if deed in {"start", "restart"}:
                self.starts[turn.machine, unit] += 1
                run = f"{run}+"
            units = {**seen.units, unit: FoundUnit(enabled=True, active="active", run=run)}
            owed = tuple(o for o in seen.owed if o.unit != unit or cut == "heard")
            self.found[turn.machine] = replace(seen, units=units, owed=owed)

    def _put(self, machine: str, path: str) -> None:
        seen = self.found[machine]
        file = next(f for f in self.wanted[machine].blueprint.files if f.path == path)
        running = {n.unit: n for n in file.notices if seen.units.get(n.unit, FoundUnit()).up}
        new = (Owed(unit=u, how=n.how, run=seen.units[u].run) for u, n in running.items())
        kept = (o for o in seen.owed if o.unit not in running)
        files = {**seen.files, path: _as_wanted(file)}
        self.found[machine] = replace(seen, files=files, owed=(*kept, *new))

    def deaf(self) -> list[tuple[str, str]]:
        """Units that run since before a file of theirs was put, and did not hear of it."""
        return [(m, o.unit) for m, seen in self.found.items() for o in self._late(seen)]

    def _late(self, seen: Observed) -> list[Owed]:
        return [o for o in seen.owed if seen.units[o.unit].run == o.run]

    def _talk(self) -> None:
        """etcd and Patroni say how they are: well, as soon as they run."""
        up = {m for m, o in self.found.items() if _main_up(o)}
        members = [m for m in PG if m in up]
        self.leader = self.leader if self.leader in members else next(iter(members), None)
        for name, wanted in self.wanted.items():
            said = settled(wanted, leader=self.leader)
            self.found[name] = replace(
                self.found[name],
                etcd=said.etcd if name in up else None,
                patroni=said.patroni if name in up else None,
                cluster=said.cluster if name in up else None,
                config=said.config if name in up else None,
            )


def _as_wanted(file: RenderedFile) -> FoundFile:
    return FoundFile(sha256=file.sha256, owner=file.owner, group=file.group, mode=file.mode)


def _main_up(seen: Observed) -> bool:
    return any(seen.units[u].up for u in MAIN.values() if u in seen.units)


CUTS: st.SearchStrategy[Cut] = st.sampled_from(["files", "heard"])


@st.composite
def machines(draw: st.DrawFn) -> Machines:
    """Machines as they should be, with old files, or with nothing on them."""
    wanted = site(draw(st.sampled_from(["reload", "restart"])))
    found = {}
    for name in wanted:
        state = draw(st.sampled_from(["well", "old", "fresh"]))
        seen = settled(wanted[name])
        seen = stale(seen, [u.name for u in UNITS[name]]) if state == "old" else seen
        found[name] = Observed(machine=name) if state == "fresh" else seen
    return Machines(wanted=wanted, found=found, leader=draw(st.sampled_from(PG)))


@given(machines(), st.lists(st.tuples(st.integers(0, 12), CUTS), max_size=4))
def test_the_next_push_does_the_rest(made: Machines, cuts: list[tuple[int, Cut]]) -> None:
    """Cut in the middle of any step, several times over: in the end everything is as it should be, every unit
    has heard, and none was started or restarted twice."""
    for at, cut in cuts:
        for step in (steps := made.plan())[:at]:
            made.do(step)
        if at < len(steps):
            made.do(steps[at], cut)
    for step in made.plan():
        made.do(step)
    assert not made.plan()
    assert not any(made.deaf()), made.found
    assert all(times == 1 for times in made.starts.values()), made.starts
