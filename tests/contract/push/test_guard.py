"""What may shut the door behind a push: kept after a new login alone, else put back by the machine itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.blueprint import Notice, RenderedFile, Unit
from tests.contract.push.bench import Bench, blueprint

SSH = Unit(name="ssh.service", class_="ground")
OLD, NEW = "/etc/pushed/sshd.conf", "/etc/pushed/more.conf"
KEYS = "authorized_keys"


def conf(text: str) -> tuple[RenderedFile, ...]:
    heard = (Notice(unit=SSH.name, how="reload"),)
    return tuple(RenderedFile(path=path, text=text, notices=heard) for path in (OLD, NEW))


@pytest.fixture
def shuts(bench: Bench) -> Iterator[Bench]:
    """A machine on which nobody can log in once sshd has been reloaded."""
    keys = bench.machine.root / KEYS
    before = keys.read_text()
    (bench.units / "on-reload").write_text(f": >{keys}\n")
    yield bench
    keys.write_text(before)


def back(bench: Bench) -> None:
    """What the machine does by itself when its time is over."""
    bench.machine.inside("sh", str(bench.state / "before/pgbaton-push-back"))


def test_a_new_login_keeps_the_files(bench: Bench) -> None:
    """The guard is set before anything changes, and the new login takes it away."""
    assert bench.push(blueprint(*conf("a\n"), units=(SSH,))).whole
    said = bench.log()
    assert "--on-active=90" in said[said.index("stop pgbaton-push-back.timer") + 1]
    assert said[-1] == "stop pgbaton-push-back.timer"
    assert not (bench.state / "before").exists()


def test_without_one_the_machine_puts_everything_back(shuts: Bench) -> None:
    """Contents, owner and mode of what was there, nothing where nothing was, and sshd hears of it; the next push
    finds the same difference as this one."""
    old = shuts.at(OLD)
    old.write_text("before\n")
    old.chmod(0o600)
    (shuts.units / SSH.name).mkdir()
    for name in ("active", "enabled"):
        (shuts.units / SSH.name / name).touch()
    wanted = blueprint(*conf("a\n"), units=(SSH,))
    steps = shuts.look(wanted).steps
    (trouble,) = shuts.push(wanted).troubles
    assert trouble.reason.startswith("a new login does not succeed: ")
    assert "puts its former files back by itself, 90 s" in trouble.remedy
    assert old.read_text() == "a\n"
    back(shuts)
    assert (old.read_text(), old.stat().st_mode & 0o777) == ("before\n", 0o600)
    assert not shuts.at(NEW).exists()
    assert shuts.log()[-3:] == [
        "nft delete table inet pgbaton",
        "daemon-reload",
        "reload-or-restart ssh.service",
    ]
    assert not (shuts.state / "before").exists()
    (shuts.machine.root / KEYS).write_text((shuts.machine.root / "client_key.pub").read_text())
    assert shuts.look(wanted).steps == steps


def test_the_next_push_that_gets_in_is_a_new_login_too(shuts: Bench) -> None:
    """A push that died before it could look: the guard does not undo behind the back of the next one."""
    shuts.push(blueprint(*conf("a\n"), units=(SSH,)))
    (shuts.machine.root / KEYS).write_text((shuts.machine.root / "client_key.pub").read_text())
    crew = shuts.crew(blueprint())
    try:
        assert not crew.hold(["one"], by="the next")
    finally:
        crew.close()
    assert not (shuts.state / "before").exists()
    assert shuts.at(OLD).read_text() == "a\n"


def test_no_guard_no_change(bench: Bench) -> None:
    """Where the machine cannot promise to put it back, nothing that may shut the door is put."""
    program: Path = bench.machine.root / "sbin/systemd-run"
    text = program.read_text()
    program.write_text("#!/bin/sh\necho no bus >&2\nexit 1\n")
    try:
        (trouble,) = bench.push(blueprint(*conf("a\n"), units=(SSH,))).troubles
    finally:
        program.write_text(text)
    assert trouble.reason.endswith("could not be set up: no bus")
    assert not bench.at(OLD).exists()
