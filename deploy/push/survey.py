"""The look before a push: what each machine holds, what differs, and the steps that follow from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deploy.push.changes import Changes, compare
from deploy.push.crew import Crew, seen, troubled
from deploy.push.group import with_groups
from deploy.push.observed import Observed
from deploy.push.order import Sight, Wishes, order
from deploy.push.steps import Left, Step
from deploy.push.trouble import Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """`machines`: those that were to be pushed; `silent`: those of them that could not be asked."""

    machines: tuple[str, ...]
    found: Mapping[str, Observed]
    changes: Mapping[str, Changes]
    steps: tuple[Step, ...]
    silent: tuple[Trouble, ...]

    @property
    def differs(self) -> bool:
        """Whether anything is not as it should be, be it only left for later."""
        return bool(self.steps)

    @property
    def does(self) -> bool:
        """Whether a push would change anything."""
        return not all(isinstance(step, Left) for step in self.steps)


def survey(crew: Crew, machines: Sequence[str], wishes: Wishes) -> Survey:
    """Asks the machines, and of their groups the others too."""
    answers = crew.read(with_groups(crew.site, machines))
    found = seen(answers)
    changes = {name: compare(crew.site[name], found[name]) for name in machines if name in found}
    sight = Sight(site=crew.site, changes=changes, found=found, wishes=wishes)
    return Survey(
        machines=tuple(machines),
        found=found,
        changes=changes,
        steps=order(sight),
        silent=tuple(t for t in troubled(answers) if t.machine in machines),
    )
