"""What each step does, through a crew: the hands of a push."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import assert_never

from deploy.program import program
from deploy.push.changes import runners
from deploy.push.crew import Crew, troubled
from deploy.push.group import MAIN
from deploy.push.link import GUARD
from deploy.push.request import SELF, acting, guarding, installing, pruning, putting, shipping
from deploy.push.rest import configure, switch
from deploy.push.script import Verb
from deploy.push.steps import Configure, Doing, Install, Prune, Ship, Switch, Turn, Work
from deploy.push.trouble import Trouble
from deploy.push.watching import Watching

PUT, ACT, LONG = 60.0, 660.0, 1800.0
"""Seconds for files, for units (a worker first ends its job), for packages and libraries."""
EARLY = ("/etc/sysusers.d/", "/etc/tmpfiles.d/")
"""Whose files others wait for: accounts and folders."""
assert set(EARLY) <= SELF.keys()


@dataclass(frozen=True, slots=True, kw_only=True)
class Labour:
    """Does one step at a time; nothing is tried twice here, for the next push does that."""

    crew: Crew
    watching: Watching

    def do(self, step: Doing) -> tuple[Trouble, ...]:
        """Whatever did not come about."""
        match step:
            case Install(packages=packages):
                return self._each(packages, self._asking("install", packages, installing, LONG))
            case Ship(machines=machines):
                return self._each(machines, self._ship)
            case Work():
                return self._work(step)
            case Switch():
                return _one(switch(step, self.crew, self.watching))
            case Configure():
                return _one(configure(step, self.crew, self.watching))
            case Prune(files=files):
                return self._each(files, self._asking("prune", files, pruning, ACT))
            case _:
                assert_never(step)

    def _each(
        self, machines: Iterable[str], work: Callable[[str], Trouble | None]
    ) -> tuple[Trouble, ...]:
        return troubled(self.crew.each(machines, work))

    def _asking(
        self,
        verb: Verb,
        what: Mapping[str, Iterable[str]],
        request: Callable[[Iterable[str]], bytes],
        timeout: float,
    ) -> Callable[[str], Trouble | None]:
        return lambda machine: self._ask(machine, verb, request(what[machine]), timeout)

    def _ask(self, machine: str, verb: Verb, request: bytes, timeout: float) -> Trouble | None:
        answer = self.crew.links[machine].ask(verb, request, timeout=timeout)
        return answer if isinstance(answer, Trouble) else None

    def _ship(self, machine: str) -> Trouble | None:
        units = runners(self.crew.site[machine].blueprint)
        return self._ask(machine, "ship", shipping(program(), units), LONG)

    def _work(self, step: Work) -> tuple[Trouble, ...]:
        turns = {turn.machine: turn for turn in step.turns}
        excused: frozenset[str] = frozenset()
        if step.takes is not None:
            forbidden = self.watching.forbids(step.takes, next(iter(turns)))
            if forbidden is not None:
                return (forbidden,)
        if step.proves is not None:
            excused = self.watching.sick_before(step.proves, set(turns))
        failed = self._each(turns, lambda machine: self._turn(turns[machine], guarded=step.reaches))
        if step.reaches:
            done = turns.keys() - {trouble.machine for trouble in failed}
            failed += self._each(done, lambda machine: self.crew.links[machine].keep())
        if not failed and step.proves is not None:
            failed = _one(self.watching.well(step.proves, excused=excused))
        return failed

    def _turn(self, turn: Turn, *, guarded: bool) -> Trouble | None:
        if guarded:
            trouble = self._ask(turn.machine, "guard", guarding(turn, seconds=GUARD), PUT)
            if trouble is not None:
                return trouble
        return self._put(turn) or self._act(turn)

    def _put(self, turn: Turn) -> Trouble | None:
        wanted = self.crew.site[turn.machine].blueprint
        files = [f for f in wanted.files if f.path in turn.files]
        early = [f for f in files if f.path.startswith(EARLY)]
        for some in (early, [f for f in files if f not in early]):
            trouble = self._ask(turn.machine, "put", putting(some), PUT) if some else None
            if trouble is not None:
                return trouble
        return None

    def _act(self, turn: Turn) -> Trouble | None:
        if not turn.deeds:
            return None
        kept = [unit.name for unit in self.crew.site[turn.machine].blueprint.units]
        leave = next(
            (u for u, d in turn.deeds.items() if u in MAIN.values() and d == "start"), None
        )
        return self._ask(turn.machine, "act", acting(turn.deeds, kept=kept, leave=leave), ACT)


def _one(trouble: Trouble | None) -> tuple[Trouble, ...]:
    return () if trouble is None else (trouble,)
