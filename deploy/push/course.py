"""The course of a push: step after step, and where it stops when one does not come about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from deploy.push.steps import Doing, Install, Left, Prune, Ship, Step, Switch, Work
from deploy.push.trouble import Trouble


class Onlooker(Protocol):
    """Who is told how it goes."""

    def begins(self, step: Doing) -> None: ...
    def ended(self, step: Doing, troubles: tuple[Trouble, ...]) -> None: ...


class Hands(Protocol):
    """Who does a step, and says what did not come about."""

    def do(self, step: Doing) -> tuple[Trouble, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """`undone`: steps that were not begun, because one before them failed. `left`: what is still to
    be done although nothing failed."""

    troubles: tuple[Trouble, ...] = ()
    left: tuple[Step, ...] = ()
    undone: tuple[Step, ...] = ()

    @property
    def whole(self) -> bool:
        return not (self.troubles or self.left or self.undone)


def carry_out(steps: Iterable[Step], hands: Hands, onlooker: Onlooker) -> Course:
    """A machine that fails where all work at once is left out of what follows; where one works at a
    time, everything ends, since nothing more may be taken away while something is not well."""
    waiting = list(steps)
    course = Course()
    lost: set[str] = set()
    while waiting:
        step = waiting.pop(0)
        if isinstance(step, Left):
            course = replace(course, left=(*course.left, step))
            continue
        doing = _without(step, lost)
        if doing is None:
            course = replace(course, undone=(*course.undone, step))
            continue
        onlooker.begins(doing)
        troubles = hands.do(doing)
        onlooker.ended(doing, troubles)
        course = replace(course, troubles=(*course.troubles, *troubles))
        lost |= {t.machine for t in troubles}
        if troubles and _stops(doing):
            return replace(course, undone=(*course.undone, *_done_later(waiting)))
    return course


def _stops(step: Doing) -> bool:
    if isinstance(step, Work):
        return step.first or step.class_ not in {"ground", "host"}
    return isinstance(step, Switch)


def _done_later(steps: Iterable[Step]) -> list[Step]:
    return [step for step in steps if not isinstance(step, Left)]


def _without(step: Doing, lost: set[str]) -> Doing | None:
    """The step for those machines that are still with us; None where nobody is."""
    match step:
        case Install(packages=packages):
            return replace(step, packages=_kept(packages, lost)) if _kept(packages, lost) else None
        case Prune(files=files):
            return replace(step, files=_kept(files, lost)) if _kept(files, lost) else None
        case Ship(machines=machines):
            still = tuple(m for m in machines if m not in lost)
            return replace(step, machines=still) if still else None
        case Work(turns=turns):
            going = tuple(t for t in turns if t.machine not in lost)
            return replace(step, turns=going) if going else None
        case Switch(leader=leader):
            return None if leader in lost else step
        case _:
            return step


Value = TypeVar("Value")


def _kept(of: Mapping[str, Value], lost: set[str]) -> dict[str, Value]:
    return {name: value for name, value in of.items() if name not in lost}
