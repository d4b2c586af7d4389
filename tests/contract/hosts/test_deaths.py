"""Whoever dies meanwhile: the end is the same, and no service starts twice."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from jobs.fence import Fence
from jobs.remote import (
    HOLDS,
    HostFailure,
    Journal,
    LiftRequest,
    Outcome,
    Phase,
    ReadRequest,
    SwapReply,
)
from tests.contract.hosts.worlds import FakeWorld, RealWorld, fence, line, shop
from tests.contract.hosts.wounds import dying_after
from tests.fakes.hosts import WorkerDied
from tests.waiting import until
from workers.ssh import SshHands, load_key

EFFECTS = 9  # intent, rename, after-command, written, begun, restart, restarted, check, checked


@pytest.mark.parametrize("then", [fence(10), fence(11)], ids=["same-epoch", "next-epoch"])
@pytest.mark.parametrize("effects", range(1, EFFECTS + 1))
def test_a_script_killed_after_any_effect_is_finished_by_the_next(
    real: RealWorld, effects: int, then: Fence
) -> None:
    """For every k, for a retry and for the next leadership: same end, one restart."""
    app = shop(real)
    dying = SshHands(key=load_key(real.machine.key_file), script=dying_after(effects))
    with dying:
        assert isinstance(
            dying.swap(real.host, app.request(b"b", fence(10)), timeout=20), HostFailure
        )
    reply = app.move(b"b", then)
    assert reply.outcome in HOLDS, reply
    assert (reply.fence, reply.phase) == (then, Phase.CHECKED)
    assert app.contents() == [line(b"b")]
    assert real.restarts(app.app.services[0]) == 1
    assert [p.name for p in Path(app.paths[0]).parent.iterdir()] == [".env"]
    assert app.move(b"b", then).outcome == Outcome.HELD


def test_the_deaths_above_are_all_there_are(real: RealWorld) -> None:
    """One effect more than there are kills nobody, so none is left out."""
    app = shop(real)
    with SshHands(key=load_key(real.machine.key_file), script=dying_after(EFFECTS + 1)) as hands:
        reply = hands.swap(real.host, app.request(b"b", fence(10)), timeout=20)
    assert isinstance(reply, SwapReply)
    assert reply.outcome == Outcome.CHANGED


@pytest.mark.parametrize("effects", [7, 8], ids=["second-begun", "second-restarted"])
def test_death_in_the_second_restart_spares_the_first_service(
    real: RealWorld, effects: int
) -> None:
    """Of two services the first one is done already: each has one restart in the end."""
    app = shop(real, services=(real.service(), real.service()))
    with SshHands(key=load_key(real.machine.key_file), script=dying_after(effects)) as dying:
        dying.swap(real.host, app.request(b"b", fence(10)), timeout=20)
    assert app.move(b"b", fence(10)).outcome == Outcome.RESUMED
    assert [real.restarts(service) for service in app.app.services] == [1, 1]


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


def test_an_intent_that_touched_nothing_owes_nothing(real: RealWorld) -> None:
    """Killed before the rename, and the old leader is elected again: no byte changed, no restart."""
    app = shop(real)
    with SshHands(key=load_key(real.machine.key_file), script=dying_after(1)) as dying:
        dying.swap(real.host, app.request(b"b", fence(10)), timeout=20)
    assert app.move(b"a", fence(11)).outcome == Outcome.UNCHANGED
    assert real.restarts(app.app.services[0]) == 0


@pytest.mark.parametrize("phase", ["after", "restart", "check"])
@pytest.mark.parametrize("user", ["root", "deploy"])
def test_a_client_killed_in_any_phase_leaves_a_swap_that_finishes(
    real: RealWorld, phase: str, user: str
) -> None:
    """SIGKILL for the worker: the host goes on; the next worker waits and restarts nothing again."""
    real.host = real.machine.host(user)
    folder = real.machine.folder(mode=0o777)
    slow = f"touch {folder}/{phase}; while [ ! -e {folder}/go ]; do sleep 0.05; done; sleep 1"
    ends = slow if phase == "restart" else ":"
    service = real.machine.service(f"trap '{ends}; exit' TERM; sleep 1000 & wait")
    ref = real.adopt(service)
    changes: dict[str, object] = {"services": (ref,), "check_timeout": 10}
    if phase != "restart":
        changes[phase] = (slow,) if phase == "after" else slow
    app = shop(real, files=1, **changes)
    client = _client(real, app.paths[0], app.app.after[0], app.app.check or "", ref.name, user)
    until(lambda: (folder / phase).exists() or client.poll() is not None, f"the swap is in {phase}")
    assert client.poll() is None
    client.kill()
    client.wait(timeout=20)
    (folder / "go").touch()
    began = time.monotonic()
    reply = app.move(b"b", fence(10))
    assert reply.outcome == Outcome.HELD, reply
    assert time.monotonic() - began < 8
    assert app.contents() == [line(b"b")]
    assert service.restarts == 1


def _client(real: RealWorld, *words: str) -> subprocess.Popen[bytes]:
    machine = real.machine
    places = [
        str(machine.root),
        str(machine.port),
        machine.host_key,
        real.cluster,
        str(real.leader.port),
    ]
    return subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("client.py")), *places, *words],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.DEVNULL,
    )


def test_a_swap_that_cannot_have_the_lock_says_busy(real: RealWorld) -> None:
    """It waits for half of its time, then says so; nothing was done."""
    app = shop(real)
    app.move(b"a", fence(9))
    lock = real.machine.state / real.cluster / "lock"
    hold = ["flock", str(lock), "sh", "-c", "echo held; exec sleep 60"]
    with subprocess.Popen(hold, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        began = time.monotonic()
        reply = real.hand.swap(real.host, app.request(b"b", fence(10)), timeout=8)
        assert time.monotonic() - began < 8
        assert isinstance(reply, SwapReply)
        assert (reply.outcome, reply.fence) == (Outcome.BUSY, fence(9))
        holder.kill()
    assert app.contents() == [line(b"a")]


@pytest.mark.parametrize(
    ("tail", "phase"), [("pgbaton-journal 1\nfence 1/1/99\nph", Phase.CHECKED), ("", Phase.CHECKED)]
)
def test_a_journal_that_was_cut_off_counts_up_to_its_last_whole_block(
    real: RealWorld, tail: str, phase: Phase
) -> None:
    """As after a power cut: what was announced whole holds, the rest is forgotten and overwritten."""
    app = shop(real)
    app.move(b"b", fence(10))
    with (real.machine.state / real.cluster / "journal").open("a") as journal:
        journal.write(tail)
    assert app.read().fence == fence(10)
    real.put(app.paths[0], line(b"a"))
    assert app.move(b"b", fence(10)).outcome == Outcome.CHANGED
    assert app.journal() == Journal(phase=phase, fence=fence(10))


def test_a_journal_does_not_grow_for_ever(real: RealWorld) -> None:
    """Each fence adds its phases; now and then the newest alone begins a new one, and nothing is forgotten."""
    app, lengths = shop(real, services=()), []
    for epoch in range(10, 20):
        assert app.move(b"%d" % epoch, fence(epoch)).outcome == Outcome.CHANGED
        lengths.append(_blocks(real))
        assert app.journal() == Journal(phase=Phase.CHECKED, fence=fence(epoch))
    assert max(lengths) <= 20, lengths
    assert min(lengths[1:]) < max(lengths)
    assert app.move(b"a", fence(18)).outcome == Outcome.LOWER_FENCE


def _blocks(real: RealWorld) -> int:
    return (real.machine.state / real.cluster / "journal").read_text().count("pgbaton-journal")


def test_a_journal_that_is_rubbish_stops_everything_until_it_is_lifted(real: RealWorld) -> None:
    """Better no swap than one that forgot a newer fence."""
    app = shop(real)
    app.move(b"b", fence(10))
    (real.machine.state / real.cluster / "journal").write_text("rubbish\n")
    reply = app.move(b"c", fence(11))
    assert reply.outcome == Outcome.FAILED
    assert "reset-fence" in reply.remedy
    asked = real.hand.read(real.host, ReadRequest(cluster=real.cluster, paths=()), timeout=10)
    assert isinstance(asked, HostFailure)
    assert "reset-fence" in asked.reason
    real.hand.lift(real.host, LiftRequest(cluster=real.cluster, expected=None), timeout=10)
    assert app.move(b"c", fence(11)).outcome == Outcome.CHANGED
