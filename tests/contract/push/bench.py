"""A machine to push to: a real sshd and sudo in a private root, with a systemctl that only keeps books."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from paramiko import PKey

from deploy.blueprint import Blueprint, RenderedFile, Unit
from deploy.push import Course, Crew, Doing, Labour, Survey, Trouble, Wishes, carry_out, survey
from deploy.push.link import Link
from deploy.push.wanted import Wanted
from deploy.push.watching import Watching
from deploy.site import Placed
from jobs.inventory import Address
from tests.contract.hosts.machine import Machine, running_machine
from workers.ssh import load_key

HERE = Path(__file__).parent
PLAIN = Wishes()


@dataclass(slots=True)
class Bench:
    """One machine; `user` logs in."""

    machine: Machine
    user: str = "deploy"
    said: list[str] = field(default_factory=list)

    @property
    def units(self) -> Path:
        return self.machine.root / "varlib/units"

    @property
    def state(self) -> Path:
        return self.machine.root / "varlib/pgbaton/push"

    @property
    def key(self) -> PKey:
        return load_key(self.machine.key_file)

    def at(self, path: str) -> Path:
        """A path of the machine, as seen from outside."""
        for inside, outside in (("/etc/", "etc"), ("/var/lib/", "varlib")):
            if path.startswith(inside):
                return self.machine.root / outside / path.removeprefix(inside)
        return Path(path)

    def fresh(self) -> None:
        """As if nobody had ever pushed."""
        for path in (self.units, self.state, self.at("/etc/pushed")):
            shutil.rmtree(path, ignore_errors=True)
        self.units.mkdir(parents=True)
        self.at("/etc/pushed").mkdir()

    def log(self) -> list[str]:
        """What systemctl was told so far."""
        path = self.units / "log"
        return path.read_text().splitlines() if path.exists() else []

    def crew(self, blueprint: Blueprint, *, names: Iterable[str] = ("one",)) -> Crew:
        """A crew of machines that are all this one."""
        site = {name: Wanted(placed=self._placed(name), blueprint=blueprint) for name in names}
        host = self.machine.host(self.user)
        return Crew(site=site, links={n: Link(machine=n, host=host, key=self.key) for n in site})

    def _placed(self, name: str) -> Placed:
        at = Address(host="127.0.0.1", port=self.machine.port)
        return Placed(name=name, address="127.0.0.1", ssh=at)

    def look(self, blueprint: Blueprint, *, wishes: Wishes = PLAIN) -> Survey:
        """What `--check` sees."""
        crew = self.crew(blueprint)
        try:
            return survey(crew, tuple(crew.site), wishes)
        finally:
            crew.close()

    def push(self, blueprint: Blueprint, *, wishes: Wishes = PLAIN) -> Course:
        """A whole push."""
        crew = self.crew(blueprint)
        try:
            found = survey(crew, tuple(crew.site), wishes)
            assert not found.silent, found.silent
            return carry_out(
                found.steps, Labour(crew=crew, watching=Watching(crew=crew, patience=5)), Silent()
            )
        finally:
            crew.close()


class Silent:
    """Nobody looks on."""

    def begins(self, step: Doing) -> None: ...
    def ended(self, step: Doing, troubles: tuple[Trouble, ...]) -> None: ...


@contextmanager
def bench() -> Iterator[Bench]:
    with running_machine() as machine:
        double = machine.root / "sbin/systemctl"
        shutil.copy(HERE / "systemctl.sh", double)
        double.chmod(0o755)
        made = Bench(machine=machine)
        made.fresh()
        yield made


def blueprint(
    *files: RenderedFile, units: tuple[Unit, ...] = (), packages: tuple[str, ...] = ()
) -> Blueprint:
    return Blueprint(machine="one", files=files, units=units, packages=packages)
