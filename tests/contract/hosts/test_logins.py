"""Logins that come to no end, or to an early one: neither is a word about our key."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from paramiko import ECDSAKey, PKey, ServerInterface, SSHException, Transport
from paramiko.common import AUTH_FAILED

from jobs.inventory import Host
from jobs.remote import HostFailure, ReadRequest
from tests.contract.hosts.test_connection import LIMIT, listener
from workers.ssh import SshHands
from workers.ssh.alarm import ALARMS

NOTHING = ReadRequest(cluster="shop", paths=())
LATE = 0.5


@dataclass
class Sshd(ServerInterface):
    """A host that says nothing to a login, or ends the connection over it."""

    ends: bool = False
    logins: int = 0
    key: PKey = field(default_factory=ECDSAKey.generate)
    over: threading.Event = field(default_factory=threading.Event)
    held: list[Transport] = field(default_factory=list)

    def get_allowed_auths(self, _username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, _username: str, _key: PKey) -> int:
        self.logins += 1
        if self.ends:
            self.held[-1].close()
        else:
            self.over.wait(20)
        return AUTH_FAILED

    def serve(self, server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                transport = Transport(server.accept()[0])
                self.held.append(transport)
                transport.add_server_key(self.key)
                with suppress(SSHException, EOFError):
                    transport.start_server(event=threading.Event(), server=self)

    def host(self, port: int) -> Host:
        shown = f"{self.key.get_name()} {self.key.get_base64()}"
        return Host(address="127.0.0.1", port=port, user="u", host_keys=(shown,), become="none")


@pytest.fixture
def sshd() -> Sshd:
    return Sshd()


@pytest.fixture
def host(sshd: Sshd) -> Iterator[Host]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=sshd.serve, args=[server], daemon=True).start()
        yield sshd.host(server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)
    sshd.over.set()
    for transport in sshd.held:
        transport.close()


def read(host: Host, *, timeout: float) -> HostFailure:
    with SshHands(key=ECDSAKey.generate(), script="true") as hands:
        reply = hands.read(host, NOTHING, timeout=timeout)
    assert isinstance(reply, HostFailure), reply
    return reply


def read_as_the_alarms_are_late(host: Host) -> HostFailure:
    """The machine is busy at the very deadline."""
    with ALARMS.at(time.monotonic() + LIMIT - LATE / 2, lambda: time.sleep(LATE)):
        return read(host, timeout=LIMIT)


def test_a_login_that_hangs_was_not_refused(host: Host) -> None:
    """However late our own deadline comes: it is asked again."""
    failure = read_as_the_alarms_are_late(host)
    assert (failure.kind, failure.retry) == ("timeout", True), failure
    assert "(logging in)" in failure.reason


@pytest.mark.parametrize("says", [(), (b"SSH-2.0-hanging\r\n",)], ids=["silent", "greets"])
def test_a_greeting_that_hangs_is_no_protocol_of_another_kind(
    sshd: Sshd, says: tuple[bytes, ...]
) -> None:
    """The same before the login."""
    with listener(*says) as port:
        failure = read_as_the_alarms_are_late(sshd.host(port))
    assert (failure.kind, failure.retry) == ("timeout", True), failure


def test_a_connection_that_ends_over_a_login_is_tried_again(host: Host, sshd: Sshd) -> None:
    """A host that shuts down says nothing of our key: once more now, and by the next swap."""
    sshd.ends = True
    failure = read(host, timeout=20)
    assert (failure.kind, failure.retry, sshd.logins) == ("protocol", True, 2), failure
    assert "ended the connection" in failure.reason
