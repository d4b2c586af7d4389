"""All machines of a push at once: who is asked, what each said, and who could not be."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import TypeVar

from paramiko import Channel

from deploy.push.group import with_groups
from deploy.push.link import Link
from deploy.push.observed import Observed
from deploy.push.reading import TornAnswerError, read_answer
from deploy.push.request import reading
from deploy.push.trouble import Trouble
from deploy.push.wanted import Wanted
from workers.fleet import ThreadFleet

READ, SIGN = 30.0, 15.0
"""Seconds for one machine to say what it holds, and between two signs of life."""
Out = TypeVar("Out")


@dataclass(slots=True, kw_only=True)
class Crew:
    """`site` has every machine that may be asked; `links` how."""

    site: Mapping[str, Wanted]
    links: Mapping[str, Link]
    _held: list[Channel] = field(default_factory=list, init=False)
    _over: Event = field(default_factory=Event, init=False)

    def each(self, machines: Iterable[str], work: Callable[[str], Out]) -> dict[str, Out]:
        """The same on every machine, side by side."""
        return dict(ThreadFleet(width=50).each(tuple(machines), work))

    def read(self, machines: Iterable[str], *, whole: bool = True) -> dict[str, Observed | Trouble]:
        return self.each(machines, lambda name: self._read(name, whole=whole))

    def _read(self, name: str, *, whole: bool) -> Observed | Trouble:
        wanted = self.site[name]
        answer = self.links[name].ask("read", reading(wanted, whole=whole), timeout=READ)
        if isinstance(answer, Trouble):
            return answer
        try:
            return read_answer(name, answer.decode("utf-8", "replace"), units=wanted.asked)
        except TornAnswerError as error:
            return Trouble(machine=name, reason=str(error), remedy="push again", asked=False)

    def hold(self, machines: Iterable[str], *, by: str) -> dict[str, Trouble]:
        """Keep other pushes away from these machines and, since two pushes of one member each could take
        both away, from the others of their groups; those where that failed."""
        who = f"{by}, since {time.strftime('%H:%M:%S %Z')}"
        held = self.each(with_groups(self.site, tuple(machines)), lambda m: self.links[m].hold(who))
        self._held += [one for one in held.values() if isinstance(one, Channel)]
        Thread(target=self._live, daemon=True).start()
        return {name: one for name, one in held.items() if isinstance(one, Trouble)}

    def _live(self) -> None:
        """A sign of life to every machine that we hold, until we let go."""
        while not self._over.wait(SIGN):
            for channel in self._held:
                with suppress(EOFError, OSError):
                    channel.sendall(b".")

    def close(self) -> None:
        self._over.set()
        for channel in self._held:
            with suppress(EOFError, OSError):
                channel.close()
        for link in self.links.values():
            link.close()


def seen(answers: Mapping[str, Observed | Trouble]) -> dict[str, Observed]:
    """Those that answered."""
    return {name: one for name, one in answers.items() if isinstance(one, Observed)}


def troubled(answers: Mapping[str, object]) -> tuple[Trouble, ...]:
    """Those that did not, or said no."""
    return tuple(one for one in answers.values() if isinstance(one, Trouble))
