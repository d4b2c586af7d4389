"""A script waits on every warm host: swaps are as ever, only sooner, and a script that ended costs nobody a host."""

import contextvars
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from deploy.remote import plain_script
from jobs.remote import HostFailure, Outcome
from tests.contract.hosts.machine import Machine
from tests.contract.hosts.outages import end_sessions, reached_in, stopped_sessions
from tests.contract.hosts.vault import ENV, Vault, change
from tests.contract.hosts.waiting import (
    Keeper,
    dying_first,
    inventory_of,
    kill_scripts,
    ready_on,
    waits,
)
from tests.contract.hosts.worlds import RealWorld, fence, line, shop
from workers.processes.worker import Equipment
from workers.secrets import Secrets
from workers.ssh import SshHands
from workers.ssh.opening import OPEN_WITHIN
from workers.turn import Turn


@pytest.fixture(autouse=True)
def _nothing_waits(machine: Machine) -> None:
    """Each test begins on a host where nothing waits: what another one leaves shows there."""
    waits(machine, 0)


@pytest.fixture(params=["root", "deploy"])
def either(request: pytest.FixtureRequest, real: RealWorld) -> RealWorld:
    """The real host, as root and as a user who may sudo."""
    real.host = real.machine.host(request.param)
    return real


def test_a_swap_is_the_same_with_a_script_that_waits_and_without(either: RealWorld) -> None:
    """Reply, files and restarts; the script is used up, and another waits after the next look."""
    without = shop(either)
    expected = without.move(b"b", fence(10))
    keeper = ready_on(either.hand, here=either.host)
    waits(either.machine, 1)
    app = shop(either)
    either.cluster += "-2"
    reply = app.move(b"b", fence(10))
    assert (reply.outcome, reply.fence, reply.phase) == (
        expected.outcome,
        expected.fence,
        expected.phase,
    )
    assert app.contents() == without.contents() == [line(b"b")]
    assert either.restarts(app.app.services[0]) == 1
    waits(either.machine, 0)
    keeper.look()
    waits(either.machine, 1)
    assert app.move(b"c", fence(11)).outcome == Outcome.CHANGED
    waits(either.machine, 0)


def test_a_script_in_hardened_mode_waits_too(vault: Vault) -> None:
    """What counts is the list at the time of the swap, not the one of when the script was started."""
    app = vault.prepare()
    keeper = ready_on(vault.hand, here=vault.host)
    waits(vault.machine, 1)
    request = vault.request(app, change(ENV, b"10.0.0.1", b"10.0.0.2"))
    assert vault.send(request).outcome == Outcome.CHANGED
    waits(vault.machine, 0)
    keeper.look()
    vault.write_list("pgbaton-list 1\ncluster another\nroot /srv\n")
    reply = vault.hand.swap(vault.host, vault.request(app, epoch=11), timeout=20)
    assert isinstance(reply, HostFailure)
    assert "knows no cluster" in reply.reason


def test_a_script_that_waits_does_nothing(real: RealWorld) -> None:
    """Not a file of the cluster is there before its swap; reads leave it alone, and so do looks."""
    keeper, app = ready_on(real.hand, here=real.host), shop(real)
    keeper.look()
    app.read()
    waits(real.machine, 1)
    assert not (real.machine.state / real.cluster).exists()
    assert app.contents() == [line(b"a")]


def test_a_swap_that_was_superseded_leaves_it_waiting(real: RealWorld) -> None:
    """Nothing was sent, so nothing is used up."""
    ready_on(real.hand, here=real.host)
    app = shop(real)
    reply = real.hand.swap(
        real.host, app.request(b"b", fence(10)), timeout=20, confirm=lambda: False
    )
    assert isinstance(reply, HostFailure)
    assert reply.kind == "superseded"
    waits(real.machine, 1)


def test_a_script_killed_while_it_waited_costs_no_host(either: RealWorld) -> None:
    """Long before the swap, or at its last moment."""
    keeper, app = ready_on(either.hand, here=either.host), shop(either, services=())
    kill_scripts(either.machine)
    assert app.move(b"b", fence(10)).outcome == Outcome.CHANGED
    keeper.look()

    def killing() -> bool:
        kill_scripts(either.machine)
        return True

    request = app.request(b"c", fence(11))
    reply = either.hand.swap(either.host, request, timeout=20, confirm=killing)
    assert not isinstance(reply, HostFailure), reply
    assert reply.outcome == Outcome.CHANGED
    assert either.runs(app.app.after[0]) == 2


@pytest.mark.parametrize(
    ("first", "outcome"),
    [("cat >/dev/null; exit 1", Outcome.CHANGED), ("exec >/dev/null", Outcome.HELD)],
    ids=["did-nothing", "did-all"],
)
def test_a_script_that_ends_without_an_answer_costs_no_host(
    real: RealWorld, first: str, outcome: Outcome
) -> None:
    """The swap is sent again; what the first one did, the second finds in the journal."""
    looks: list[float] = []

    def look() -> bool:
        looks.append(time.monotonic())
        return True

    with dying_first(real.machine, first) as hands:
        ready_on(hands, here=real.host)
        app = shop(real)
        request = app.request(b"b", fence(10))
        reply = hands.swap(real.host, request, timeout=20, confirm=look)
    assert not isinstance(reply, HostFailure), reply
    assert reply.outcome == outcome
    assert app.contents() == [line(b"b")]
    assert real.restarts(app.app.services[0]) == 1
    assert len(looks) == 2, "the second is a mutation of its own, and has its own last look"


def test_a_hung_host_has_a_rival_as_ever(real: RealWorld) -> None:
    """The script that waits there is no proof of life; it ends with its connection."""
    app = shop(real)
    ready_on(real.hand, here=real.host)
    with stopped_sessions(real.machine):
        assert reached_in(real, app.request(b"b", fence(10))) < OPEN_WITHIN
    assert real.restarts(app.app.services[0]) == 1


def test_a_connection_that_was_lost_takes_its_script_along(real: RealWorld) -> None:
    """The swap goes over a new one; at the next look a script waits there, and nothing is complained of."""
    keeper, app = ready_on(real.hand, here=real.host), shop(real)
    end_sessions(real.machine)
    assert app.move(b"b", fence(10)).outcome == Outcome.CHANGED
    waits(real.machine, 0)
    with capture_logs() as logs:
        keeper.look()
    waits(real.machine, 1)
    assert logs == []


def test_two_swaps_at_once_have_a_channel_each(real: RealWorld) -> None:
    """One gets the script that waits, the other one starts its own."""
    ready_on(real.hand, here=real.host)
    first = shop(real).request(b"b", fence(10))
    real.cluster += "-2"
    second = shop(real).request(b"b", fence(10))
    replies: list[object] = []
    threads = [
        threading.Thread(
            target=lambda r=request: replies.append(real.hand.swap(real.host, r, timeout=20))
        )
        for request in (first, second)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [getattr(reply, "outcome", reply) for reply in replies] == [Outcome.CHANGED] * 2


def test_where_nobody_is_to_wait_nobody_does(machine: Machine, hands: SshHands) -> None:
    """ready = false in [ssh] keeps the connection alone, and a job that runs keeps its processor."""
    here = machine.host()
    assert Keeper(hands, inventory_of({"here": here}, ready=False)).look() is None
    keeper = Keeper(hands, inventory_of({"here": here}), busy=True)
    keeper.look()
    assert not keeper.keeps(here)
    keeper.busy = False
    keeper.look()
    assert keeper.keeps(here)
    waits(machine, 1)


def test_one_account_under_two_names_has_one_script(machine: Machine, hands: SshHands) -> None:
    """Unless what runs there differs."""
    one, other = machine.host("deploy"), machine.host("deploy", become="none")
    ready_on(hands, one=one, same=one)
    waits(machine, 1)
    ready_on(hands, one=one, other=other)
    waits(machine, 2)


def test_nothing_is_left_when_its_worker_ends(machine: Machine, hands: SshHands) -> None:
    """Neither in an orderly way nor killed."""
    ready_on(hands, root=machine.host(), deploy=machine.host("deploy"))
    waits(machine, 2)
    hands.close()
    waits(machine, 0)
    command = [sys.executable, str(Path(__file__).with_name("keeping.py")), str(machine.key_file)]
    with subprocess.Popen(
        [*command, machine.host("deploy").model_dump_json()], stdout=subprocess.PIPE
    ) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"ready\n"
        waits(machine, 1)
        worker.kill()
    waits(machine, 0)


def test_a_reload_ends_what_waited_for_the_inventory_of_before(machine: Machine) -> None:
    """A worker that begins lets scripts wait by itself; by the next inventory none is to."""
    here = {"here": machine.host("deploy")}
    secrets = Secrets({"PGBATON_SSH_KEY": str(machine.key_file)})
    worker = Equipment(secrets=secrets, script=plain_script(), name="worker", turn=Turn())
    lasting = contextvars.copy_context()
    lasting.run(worker.put_on, inventory_of(here))
    try:
        waits(machine, 1)
        lasting.run(worker.put_on, inventory_of(here, ready=False))
        waits(machine, 0)
    finally:
        worker.put_down()
