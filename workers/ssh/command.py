"""One remote command: bytes in, bytes out, both bounded, in a bounded time."""

from __future__ import annotations

import time
from dataclasses import dataclass

from paramiko import Channel, SSHException

from workers.ssh.connect import Connection
from workers.ssh.dial import quick
from workers.ssh.failures import CutOffError, DeadlineError
from workers.ssh.opening import Opened, opened
from workers.ssh.watchdog import watchdog

OUTPUT_LIMIT = 48 * 1024 * 1024
ERROR_LIMIT = 4096
PIECE = 65536


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """What a command printed, and its exit status (-1: it did not say)."""

    status: int
    output: bytes
    errors: str


def run(connection: Connection, command: str, data: bytes, *, deadline: float) -> Finished:
    """Send `data` to the command's stdin and read its output. Raises NeverBegunError, CutOffError,
    DeadlineError, SSHException or OSError."""
    return run_over(opened(connection, deadline=deadline), command, data, deadline=deadline)


def run_over(way: Opened, command: str, data: bytes, *, deadline: float) -> Finished:
    """The same over a channel that is open already, which is used up."""
    connection, channel = way.connection, way.channel
    with watchdog(connection.sock, deadline=deadline) as watch:
        watch.doing = "running the script"
        with channel:
            channel.settimeout(max(deadline - time.monotonic(), 0.001))
            channel.exec_command(command)
            channel.sendall(data)
            channel.shutdown_write()
            quick(connection.sock)
            output = _read(channel)
            if watch.barked:
                raise DeadlineError(watch.doing)
            if not channel.exit_status_ready() and not connection.transport.is_active():
                raise CutOffError
            return Finished(
                status=channel.recv_exit_status(),
                output=output,
                errors=channel.recv_stderr(ERROR_LIMIT).decode("utf-8", "replace"),
            )


def _read(channel: Channel) -> bytes:
    pieces, size = [], 0
    while piece := channel.recv(PIECE):
        size += len(piece)
        if size > OUTPUT_LIMIT:
            raise SSHException(f"the answer is longer than {OUTPUT_LIMIT} bytes")
        pieces.append(piece)
    return b"".join(pieces)
