"""Hosts on which no script can wait: told of once, tried seldom, and as quick as without."""

import time

import pytest
from structlog.testing import capture_logs

from deploy.remote import plain_script
from jobs.remote import ReadReply, ReadRequest
from tests.contract.hosts.machine import Machine
from tests.contract.hosts.outages import stopped_sessions
from tests.contract.hosts.waiting import (
    Keeper,
    another_sshd,
    dying_first,
    inventory_of,
    ready_on,
    waits,
)
from tests.waiting import until
from workers.ssh import SshHands, load_key


def test_a_host_that_ends_its_scripts_is_left_to_rest(machine: Machine) -> None:
    """Said once, with sudo's own words, until one of them has waited for a minute."""
    with (
        dying_first(machine, "echo sudo: no such right >&2; exit 1") as hands,
        capture_logs() as logs,
    ):
        keeper = ready_on(hands, here=machine.host())
        keeper.now = 1.0
        until(lambda: keeper.look() is not None and bool(logs), "its end is told")
        keeper.look()
        assert not keeper.keeps(machine.host())
        [told] = logs
        assert (told["event"], told["host"]) == ("host.unready", "here")
        assert "sudo: no such right" in told["reason"]
        assert "without a password" in told["remedy"]
        for now in (7.0, 12.0):
            keeper.now = now
            keeper.look()
        assert keeper.keeps(machine.host())
        assert len(logs) == 1
        keeper.now = 68.0
        keeper.look()
        assert logs[1:] == [{"event": "host.ready", "host": "here", "log_level": "info"}]


@pytest.mark.parametrize(
    ("behind", "said"),
    [("sleep 0.3; echo so it ended", "so it ended"), ("sleep 40", "no word")],
    ids=["late", "never"],
)
def test_the_last_words_may_come_behind_the_status(
    machine: Machine, behind: str, said: str
) -> None:
    """They are waited for, but not for ever: what a script left running may hold its outputs."""
    with (
        dying_first(machine, f"({behind}) >&2 & exit 1") as hands,
        capture_logs() as logs,
    ):
        keeper = ready_on(hands, here=machine.host())
        script = keeper.kept(machine.host())
        assert script is not None
        until(script.way.channel.exit_status_ready, "its status")
        begun = time.monotonic()
        keeper.look()
        assert time.monotonic() - begun < 20
    assert said in logs[0]["reason"]


def test_a_host_that_allows_one_command_is_kept_for_commands(machine: Machine) -> None:
    """A script that waits would be the one, and every read would have to log in anew."""
    host = another_sshd(machine, "MaxSessions=1")
    with SshHands(key=load_key(machine.key_file), script=plain_script()) as hands:
        with capture_logs() as logs:
            ready_on(hands, here=host)
        assert [told["event"] for told in logs] == ["host.unready"]
        assert "MaxSessions" in logs[0]["remedy"]
        waits(machine, 0)
        reply = hands.read(host, ReadRequest(cluster="shop", paths=()), timeout=10)
        assert isinstance(reply, ReadReply)


def test_a_host_that_hangs_keeps_no_other_unready(machine: Machine, hands: SshHands) -> None:
    """It is told of once, in its own words; the others have their scripts meanwhile."""
    hangs, stands = machine.host("deploy"), machine.host()
    keeper = Keeper(hands, inventory_of({"hangs": hangs, "stands": stands}))
    keeper.warmth.look()
    with stopped_sessions(machine, of="deploy"), capture_logs() as logs:
        keeper.look()
        keeper.look()
    assert keeper.keeps(stands)
    assert not keeper.keeps(hangs)
    [told] = logs
    assert (told["event"], told["host"]) == ("host.unready", "hangs")
    assert "takes no command" in told["reason"]
