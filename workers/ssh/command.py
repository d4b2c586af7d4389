"""One remote command: bytes in, bytes out, both bounded, in a bounded time."""

from __future__ import annotations

import time
from dataclasses import dataclass

from paramiko import Channel, SSHException

from workers.ssh.connect import Connection
from workers.ssh.dial import quick
from workers.ssh.failures import CutOffError, DeadlineError, NeverBegunError
from workers.ssh.watchdog import watchdog

OUTPUT_LIMIT = 48 * 1024 * 1024
ERROR_LIMIT = 4096
OPEN_WITHIN = 3.0  # a warm connection whose peer is gone shows here first
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
    with watchdog(connection.sock, deadline=deadline) as watch:
        watch.doing = "opening a channel"
        channel = _open(connection, deadline=deadline)
        with channel:
            watch.doing = "running the script"
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


def _open(connection: Connection, *, deadline: float) -> Channel:
    left = max(min(OPEN_WITHIN, deadline - time.monotonic()), 0.001)
    try:
        quick(connection.sock)
        return connection.transport.open_session(timeout=left)
    except (SSHException, OSError, EOFError) as error:
        raise NeverBegunError(str(error)) from error


def _read(channel: Channel) -> bytes:
    pieces, size = [], 0
    while piece := channel.recv(PIECE):
        size += len(piece)
        if size > OUTPUT_LIMIT:
            raise SSHException(f"the answer is longer than {OUTPUT_LIMIT} bytes")
        pieces.append(piece)
    return b"".join(pieces)
