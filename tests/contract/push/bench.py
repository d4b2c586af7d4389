"""A machine to push to: a real sshd and sudo in a private root, with a systemctl that only keeps books."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
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
from tests.waiting import until
from workers.ssh import load_key

HERE = Path(__file__).parent
PLAIN = Wishes()
EFFECTS = ("mv", "systemctl")
"""Programs by which the script changes something; each call of one is a place to be cut at."""


@dataclass(slots=True)
class Bench:
    """One machine; `user` logs in."""

    machine: Machine
    user: str = "deploy"
    said: list[str] = field(default_factory=list)

    @property
    def units(self) -> Path:
        return self.machine.root / "varlib/units"

    def remember(self, folder: Path) -> Callable[[], None]:
        """Keep a copy of files, journal and units; the function brings them back."""
        there = (self.units, self.state, self.at("/etc/pushed"))
        for path in there:
            shutil.copytree(path, folder / path.name, symlinks=True)

        def back() -> None:
            for path in there:
                shutil.rmtree(path)
                shutil.copytree(folder / path.name, path, symlinks=True)

        return back

    @property
    def bombs(self) -> Path:
        return self.machine.root / "varlib/bombs"

    def arm(self, **at: int) -> None:
        """`kill` or `wait` at the n-th effect from now on; without either they are only counted."""
        self.disarm()
        for what, number in at.items():
            (self.bombs / what).write_text(f"{number}\n")
        (self.bombs / "armed").touch()

    def disarm(self) -> int:
        """How many effects there were. One that waits goes on, and is the last that was counted."""
        (self.bombs / "armed").unlink(missing_ok=True)
        count = self.bombs / "count"
        effects = int(count.read_text()) if count.exists() else 0
        for path in self.bombs.iterdir():
            path.unlink(missing_ok=True)
        return effects

    @property
    def state(self) -> Path:
        return self.machine.root / "varlib/pgbaton/push"

    @property
    def key(self) -> PKey:
        return load_key(self.machine.key_file)

    def at(self, path: str) -> Path:
        """A path of the machine, as seen from outside."""
        for inside, outside in (
            ("/etc/", "etc"),
            ("/var/lib/", "varlib"),
            ("/usr/local/sbin/", "sbin"),
        ):
            if path.startswith(inside):
                return self.machine.root / outside / path.removeprefix(inside)
        return Path(path)

    def fresh(self) -> None:
        """As if nobody had ever pushed."""
        put = self.state / "put"
        for path in put.read_text().splitlines() if put.exists() else ():
            self.at(path).unlink(missing_ok=True)
        for folder in (self.units, self.state, self.bombs, self.at("/etc/pushed")):
            shutil.rmtree(folder, ignore_errors=True)
        self.units.mkdir(parents=True)
        self.bombs.mkdir()
        self.at("/etc/pushed").mkdir()

    def free(self) -> None:
        """Wait until no push holds the machine: its sshd hears a moment later that a client is gone."""
        until(lambda: _free(self.state / "lock"), "the machine is free")

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
            self.free()


class Silent:
    """Nobody looks on."""

    def begins(self, step: Doing) -> None: ...
    def ended(self, step: Doing, troubles: tuple[Trouble, ...]) -> None: ...


@contextmanager
def bench() -> Iterator[Bench]:
    """The machine with its doubles: nothing that runs on the real one hears of a push."""
    with running_machine() as machine:
        made = Bench(machine=machine)
        doubles = machine.root / "varlib/doubles"
        doubles.mkdir()
        _program(HERE / "systemctl.sh", doubles / "systemctl")
        for name in EFFECTS:
            _program(HERE / "bomb.sh", machine.root / "sbin" / name)
        for name in ("sleep", "sync"):  # nobody here needs a moment, and no disk is torn out
            (machine.root / "sbin" / name).symlink_to("/bin/true")
        for name in ("systemd-sysusers", "systemd-tmpfiles", "systemd-run", "nft"):
            _program(HERE / f"{name}.sh", machine.root / "sbin" / name)
        dpkg = machine.root / "varlib/dpkg"
        (dpkg / "updates").mkdir(parents=True)
        shutil.copy("/var/lib/dpkg/status", dpkg)
        made.fresh()
        yield made


def _free(lock: Path) -> bool:
    if not lock.exists():
        return True
    with lock.open("a") as held, suppress(BlockingIOError):
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _program(source: Path, target: Path) -> None:
    shutil.copy(source, target)
    target.chmod(0o755)


def blueprint(
    *files: RenderedFile, units: tuple[Unit, ...] = (), packages: tuple[str, ...] = ()
) -> Blueprint:
    return Blueprint(machine="one", files=files, units=units, packages=packages)
