"""Whoever dies meanwhile: the end is the same, and no service starts twice."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.fence import Fence
from jobs.remote import HOLDS, HostFailure, Outcome, Phase, SwapReply
from tests.contract.hosts.machine import Machine
from tests.contract.hosts.services import until
from tests.contract.hosts.worlds import FakeWorld, RealWorld, fence, line, shop
from tests.contract.hosts.wounds import dying_after
from tests.fakes.hosts import WorkerDied
from workers.ssh import SshHands, load_key

EFFECTS = 9  # intent, rename, after-command, written, begun, restart, restarted, check, checked


@pytest.fixture
def world(machine: Machine, hands: SshHands) -> Iterator[RealWorld]:
    """A fresh cluster on the real host."""
    real = RealWorld(machine, hands, machine.host())
    with real.listener:
        yield real


@pytest.mark.parametrize("then", [fence(10), fence(11)], ids=["same-epoch", "next-epoch"])
@pytest.mark.parametrize("effects", range(1, EFFECTS + 1))
def test_a_script_killed_after_any_effect_is_finished_by_the_next(
    world: RealWorld, effects: int, then: Fence
) -> None:
    """For every k, for a retry and for the next leadership: same end, one restart."""
    app = shop(world)
    dying = SshHands(key=load_key(world.machine.key_file), script=dying_after(effects))
    with dying:
        assert isinstance(
            dying.swap(world.host, app.request(b"b", fence(10)), timeout=20), HostFailure
        )
    reply = app.move(b"b", then)
    assert reply.outcome in HOLDS, reply
    assert (reply.fence, reply.phase) == (then, Phase.CHECKED)
    assert app.contents() == [line(b"b")]
    assert world.restarts(app.app.services[0]) == 1
    assert [p.name for p in Path(app.paths[0]).parent.iterdir()] == [".env"]
    assert app.move(b"b", then).outcome == Outcome.UNCHANGED


def test_the_deaths_above_are_all_there_are(world: RealWorld) -> None:
    """One effect more than there are kills nobody, so none is left out."""
    app = shop(world)
    with SshHands(key=load_key(world.machine.key_file), script=dying_after(EFFECTS + 1)) as hands:
        reply = hands.swap(world.host, app.request(b"b", fence(10)), timeout=20)
    assert isinstance(reply, SwapReply)
    assert reply.outcome == Outcome.CHANGED


@pytest.mark.parametrize("effects", range(1, EFFECTS + 1))
def test_a_host_in_memory_dies_alike(effects: int) -> None:
    """The fake's deaths end as the script's do."""
    world = FakeWorld()
    app = shop(world)
    world.hand.die_after(effects)
    with pytest.raises(WorkerDied):
        app.move(b"b", fence(10))
    world.hand.live()
    assert app.move(b"b", fence(10)).outcome in HOLDS
    assert app.contents() == [line(b"b")]
    assert world.restarts(app.app.services[0]) == 1


def test_an_intent_that_touched_nothing_owes_nothing(world: RealWorld) -> None:
    """Killed before the rename, and the old leader is elected again: no byte changed, no restart."""
    app = shop(world)
    with SshHands(key=load_key(world.machine.key_file), script=dying_after(1)) as dying:
        dying.swap(world.host, app.request(b"b", fence(10)), timeout=20)
    assert app.move(b"a", fence(11)).outcome == Outcome.UNCHANGED
    assert world.restarts(app.app.services[0]) == 0


@pytest.mark.parametrize("phase", ["after", "restart", "check"])
@pytest.mark.parametrize("user", ["root", "deploy"])
def test_a_client_killed_in_any_phase_leaves_a_swap_that_finishes(
    world: RealWorld, phase: str, user: str
) -> None:
    """SIGKILL for the worker: the host goes on; the next worker waits and restarts nothing again."""
    world.host = world.machine.host(user)
    folder = world.machine.folder(mode=0o777)
    slow = f"touch {folder}/{phase}; sleep 1.5"
    service = world.machine.service(
        f"trap 'touch {folder}/restart; sleep 1; exit' TERM; sleep 1000 & wait"
    )
    ref = world.adopt(service)
    changes: dict[str, object] = {"services": (ref,), "check_timeout": 10}
    if phase != "restart":
        changes[phase] = (slow,) if phase == "after" else slow
    app = shop(world, files=1, **changes)
    client = _client(world, app.paths[0], app.app.after[0], app.app.check or "", ref.name, user)
    until(lambda: (folder / phase).exists() or client.poll() is not None, f"the swap is in {phase}")
    assert client.poll() is None
    client.kill()
    client.wait(timeout=10)
    began = time.monotonic()
    reply = app.move(b"b", fence(10))
    assert reply.outcome == Outcome.UNCHANGED, reply
    assert time.monotonic() - began < 8
    assert app.contents() == [line(b"b")]
    assert service.restarts == 1


def _client(world: RealWorld, *words: str) -> subprocess.Popen[bytes]:
    machine = world.machine
    places = [
        str(machine.root),
        str(machine.port),
        machine.host_key,
        world.cluster,
        str(world.leader.port),
    ]
    return subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("client.py")), *places, *words],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.DEVNULL,
    )
