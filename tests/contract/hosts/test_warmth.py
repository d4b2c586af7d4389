"""Connections are there before anybody needs them, come again when they are lost, and hold nobody up."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from socketserver import BaseRequestHandler, ThreadingTCPServer

from jobs.inventory import Host
from tests.contract.hosts.machine import Machine
from workers.ssh import load_key
from workers.ssh.sessions import Sessions
from workers.ssh.warmth import Warmth


def _warmth(sessions: Sessions, *, busy: bool = False, **hosts: Host) -> Warmth:
    return Warmth(sessions=sessions, hosts=hosts, busy=lambda: busy, clock=lambda: 0.0)


def test_hosts_are_connected_and_connected_again(machine: Machine) -> None:
    """Two accounts of one host have one each; what the host ended is made anew at the next look."""
    sessions, one, two = (
        Sessions(load_key(machine.key_file)),
        machine.host(),
        machine.host("deploy"),
    )
    warmth = _warmth(sessions, one=one, two=two)
    try:
        warmth.look()
        first = sessions.held(one)
        assert first is not None
        assert sessions.held(two) not in {None, first}
        warmth.look()
        assert sessions.held(one) is first
        machine.inside("pkill", f"-{signal.SIGKILL}", "-f", "sshd: (deploy|root)")
        _until_dead(sessions, one)
        warmth.look()
        assert sessions.held(one) not in {None, first}
    finally:
        sessions.close()


def test_one_out_of_reach_keeps_no_other_cold(machine: Machine) -> None:
    """And it is left to rest: the second look does not try it."""
    sessions, there = Sessions(load_key(machine.key_file)), machine.host()
    with _turning_away() as (port, tries):
        warmth = _warmth(sessions, gone=replace_port(there, port), there=there)
        try:
            warmth.look()
            assert sessions.held(there) is not None
            tried = len(tries)
            assert tried > 0
            warmth.look()
            assert len(tries) == tried
        finally:
            sessions.close()


def test_who_keeps_nobody_warm_closes_what_jobs_left(machine: Machine) -> None:
    """Its thread looks, too."""
    sessions, here = Sessions(load_key(machine.key_file)), machine.host()
    held = sessions.get(here, deadline=time.monotonic() + 10)
    warmth = replace(_warmth(sessions), idle=0.0)
    warmth.start()
    try:
        end = time.monotonic() + 20
        while held.alive:
            assert time.monotonic() < end, "it was never closed"
            time.sleep(0.01)
        assert not sessions.seen(here)
    finally:
        warmth.close()
        sessions.close()


def test_a_job_has_the_processor_to_itself(machine: Machine) -> None:
    """Nobody is greeted while a job runs."""
    sessions = Sessions(load_key(machine.key_file))
    _warmth(sessions, busy=True, one=machine.host()).look()
    assert sessions.held(machine.host()) is None


def test_a_connection_that_nobody_wants_is_closed(machine: Machine) -> None:
    """One that was used lately stays for a while; the inventory's own stay for ever."""
    sessions, here = Sessions(load_key(machine.key_file)), machine.host()
    try:
        held = sessions.get(here, deadline=time.monotonic() + 10)
        sessions.keep_only((), idle=60.0)
        assert sessions.held(here) is held
        sessions.keep_only((), idle=0.0)
        assert sessions.held(here) is None
        assert not held.alive
    finally:
        sessions.close()


@contextmanager
def _turning_away() -> Iterator[tuple[int, list[float]]]:
    """A port at which whoever comes is shown out without a word, and when each came."""
    tries: list[float] = []

    class Porter(BaseRequestHandler):
        def handle(self) -> None:
            tries.append(time.monotonic())

    with ThreadingTCPServer(("127.0.0.1", 0), Porter) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        serving.start()
        yield server.server_address[1], tries
        server.shutdown()


def replace_port(host: Host, port: int) -> Host:
    return host.model_copy(update={"port": port})


def _until_dead(sessions: Sessions, host: Host) -> None:
    end = time.monotonic() + 20
    while sessions.seen(host) is not None:
        assert time.monotonic() < end, "the connection was never found dead"
        time.sleep(0.01)
