"""One authenticated connection to one pinned host, or an error in a bounded time."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from paramiko import AuthenticationException, PKey, SSHException, Transport

from jobs.inventory import Host
from workers.ssh.dial import dial, quick
from workers.ssh.failures import CutOffError, DeadlineError, HostKeyError
from workers.ssh.keys import key_types, pinned_keys
from workers.ssh.watchdog import greet, hang_up, watchdog

AGAIN = (ConnectionRefusedError, ConnectionResetError, CutOffError)
"""What a host says for a moment only: its sshd starts anew, or has too many logins to greet."""
PAUSE = 0.2
TRIES = 2
IDLE_POLL = 5.0


@dataclass(frozen=True, slots=True)
class Connection:
    """A socket of ours and paramiko's transport over it."""

    sock: socket.socket
    transport: Transport

    @property
    def alive(self) -> bool:
        return self.transport.is_active() and self.transport.is_authenticated()

    def close(self) -> None:
        hang_up(self.sock)
        self.transport.close()


def connect(
    host: Host, key: PKey, *, deadline: float, sleep: Callable[[float], None] = time.sleep
) -> Connection:
    """Dial, prove the host's key, log in. A refusal that may pass is tried once more."""
    for attempt in range(1, TRIES + 1):
        try:
            return _connect(host, key, deadline=deadline)
        except AGAIN:
            if attempt == TRIES or time.monotonic() + PAUSE >= deadline:
                raise
            sleep(PAUSE)
    raise DeadlineError("connecting")


def _connect(host: Host, key: PKey, *, deadline: float) -> Connection:
    pinned = pinned_keys(host.host_keys)
    sock = dial(host.address, host.port, deadline=deadline)
    connection: Connection | None = None
    try:
        with watchdog(sock, deadline=deadline) as watch:
            connection = Connection(sock, Transport(sock))
            watch.doing = "greeting and agreeing on keys"
            _shake_hands(connection.transport, pinned, deadline=deadline)
            watch.doing = "logging in"
            quick(sock)
            _log_in(connection.transport, host.user, key)
    except BaseException:
        _abandon(sock, connection)
        raise
    # paramiko looks at a silent socket every 0.1 s, which costs 3 % of a core for 100 hosts.
    sock.settimeout(IDLE_POLL)
    return connection


def _shake_hands(transport: Transport, pinned: tuple[PKey, ...], *, deadline: float) -> None:
    transport.get_security_options().key_types = key_types(pinned)
    try:
        greet(transport, deadline=deadline)
    except EOFError as error:
        raise CutOffError from error
    except SSHException as error:
        if isinstance(error.__cause__ or error.__context__, EOFError) or "banner" in str(error):
            raise CutOffError from error
        raise
    shown = transport.get_remote_server_key()
    if shown not in pinned:
        raise HostKeyError(shown)


def _log_in(transport: Transport, user: str, key: PKey) -> None:
    try:
        transport.auth_publickey(user, key)
    except AuthenticationException as error:
        if transport.is_active():
            raise
        # It ended in the middle of a login, for example because it shuts down: no word about our key.
        raise CutOffError from error


def _abandon(sock: socket.socket, connection: Connection | None) -> None:
    if connection is not None:
        connection.close()
    sock.close()
