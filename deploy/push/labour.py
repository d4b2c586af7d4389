"""What a step does, through a crew: the hands of a push."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import assert_never

from deploy.program import program
from deploy.push.asking import login
from deploy.push.changes import runners
from deploy.push.crew import Crew, seen, troubled
from deploy.push.group import MAIN, Group, leader_of, refusal, sick
from deploy.push.observed import Observed
from deploy.push.request import SELF, acting, asking, installing, putting, shipping
from deploy.push.steps import Configure, Doing, Install, Prune, Ship, Switch, Turn, Work
from deploy.push.trouble import Trouble

PUT, ACT, LONG = 60.0, 660.0, 1800.0
LOOK = 0.5
"""Seconds between two looks at a group that is to become well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labour:
    """`patience`: seconds until a group must be well again. `clock` is monotonic."""

    crew: Crew
    patience: float = 300.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def do(self, step: Doing) -> tuple[Trouble, ...]:
        """Whatever did not come about; nothing is tried twice here, for the next push does that."""
        match step:
            case Install(packages=packages):
                ask = {m: installing(p) for m, p in packages.items()}
                return troubled(
                    self.crew.each(ask, lambda m: self._ask(m, "install", ask[m], LONG))
                )
            case Ship(machines=machines):
                return troubled(self.crew.each(machines, self._ship))
            case Work():
                return self._work(step)
            case Switch():
                return self._switch(step)
            case Configure():
                return self._configure(step)
            case Prune(files=files):
                return troubled(self.crew.each(files, lambda m: self._prune(m, files[m])))
            case _:
                assert_never(step)

    def _ask(self, machine: str, verb: object, request: bytes, timeout: float) -> bytes | Trouble:
        return self.crew.links[machine].ask(verb, request, timeout=timeout)  # type: ignore[arg-type]

    def _ship(self, machine: str) -> bytes | Trouble:
        units = runners(self.crew.site[machine].blueprint)
        return self._ask(machine, "ship", shipping(program(), units), LONG)

    def _prune(self, machine: str, paths: Iterable[str]) -> bytes | Trouble:
        lines = "".join(f"path {path}\n" for path in paths)
        return self._ask(machine, "prune", f"{lines}end\n".encode(), ACT)

    def _work(self, step: Work) -> tuple[Trouble, ...]:
        if step.takes is not None:
            trouble = self._guarded(step.takes, step.turns[0].machine)
            if trouble is not None:
                return (trouble,)
        turns = {turn.machine: turn for turn in step.turns}
        failed = troubled(self.crew.each(turns, lambda m: self._turn(turns[m])))
        if not failed and step.reaches:
            failed = troubled(self.crew.each(turns, lambda m: self.crew.links[m].reach()))
        if not failed and step.proves is not None:
            trouble = self._proven(step.proves)
            return (trouble,) if trouble is not None else ()
        return failed

    def _turn(self, turn: Turn) -> Trouble | None:
        wanted = self.crew.site[turn.machine]
        files = [f for f in wanted.blueprint.files if f.path in turn.files]
        early = [f for f in files if f.path.startswith(tuple(SELF)[:2])]
        for some in (early, [f for f in files if f not in early]):
            answer = self._ask(turn.machine, "put", putting(some), PUT) if some else b""
            if isinstance(answer, Trouble):
                return answer
        if not turn.deeds:
            return None
        kept = [unit.name for unit in wanted.blueprint.units]
        leave = next((unit for unit in turn.deeds if unit in MAIN.values()), None)
        request = acting(turn.deeds, kept=kept, leave=leave)
        answer = self._ask(turn.machine, "act", request, ACT)
        return answer if isinstance(answer, Trouble) else None

    def _look(self, group: Group) -> dict[str, Observed]:
        return seen(self.crew.read(group.members, whole=False))

    def _guarded(self, group: Group, machine: str) -> Trouble | None:
        """What the plan saw may be over: whether this one may be away is asked again right before."""
        found = self._look(group)
        why = refusal(group, machine, sick(group, found))
        if why is None and leader_of(group, found) == machine and len(group.members) > 1:
            why = f"{machine} has become the leader of {group.name} meanwhile"
        if why is None:
            return None
        return Trouble(machine=machine, reason=why, remedy="see to that, then push again")

    def _proven(self, group: Group) -> Trouble | None:
        end = self.clock() + self.patience
        while True:
            found = self._look(group)
            unwell = sick(group, found)
            if not unwell:
                return None
            if self.clock() > end:
                return Trouble(
                    machine=unwell[0],
                    reason=f"{group.told} is not well again after {self.patience:.0f} s: "
                    f"{', '.join(unwell)} is not healthy",
                    remedy=f"see journalctl -u {group.unit} there; push again when it is well",
                )
            self.sleep(LOOK)

    def _switch(self, step: Switch) -> tuple[Trouble, ...]:
        body = {"leader": step.leader}
        said = self._request(step.leader, "/switchover", method="POST", body=body, timeout=120)
        if isinstance(said, Trouble):
            return (said,)
        end = self.clock() + self.patience
        while self.clock() < end:
            found = self._look(step.group)
            if leader_of(step.group, found) not in {None, step.leader} and not sick(
                step.group, found
            ):
                return ()
            self.sleep(LOOK)
        return (
            Trouble(
                machine=step.leader,
                reason=f"{step.group.name} was asked to switch over, and is not well after "
                f"{self.patience:.0f} s",
                remedy="see patronictl list there; push again when it is well",
            ),
        )

    def _configure(self, step: Configure) -> tuple[Trouble, ...]:
        """Through the first member that answers; the others need not."""
        said: list[Trouble] = []
        for member in step.group.members:
            answer = self._request(
                member, "/config", method="PATCH", body=dict(step.patch), timeout=15
            )
            if not isinstance(answer, Trouble):
                return ()
            said.append(answer)
        return tuple(said[:1])

    def _request(
        self, machine: str, path: str, *, method: str, body: Mapping[str, object], timeout: float
    ) -> str | Trouble:
        wanted = self.crew.site[machine]
        assert wanted.patroni is not None
        request = asking(
            wanted.patroni,
            path,
            method=method,
            body=body,
            login=login(wanted.blueprint),
            timeout=timeout,
        )
        answer = self._ask(machine, "ask", request, timeout + READ_MORE)
        if isinstance(answer, Trouble):
            return answer
        text, _, code = answer.decode("utf-8", "replace").strip().rpartition("\n")
        if code in {"200", "202"}:
            return text
        said = " ".join((text or code).split())[:300]
        return Trouble(
            machine=machine,
            reason=f"Patroni says to {method} {path}: {code} {said}",
            remedy="see patronictl list there, then push again",
        )


READ_MORE = 15.0
