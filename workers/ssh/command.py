"""One remote command: bytes in, bytes out, both bounded, in a bounded time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from paramiko import Channel, SSHException

from workers.ssh.connect import Connection
from workers.ssh.dial import quick
from workers.ssh.failures import CutOffError, DeadlineError
from workers.ssh.opening import Opened, opened
from workers.ssh.watchdog import Watch, watchdog

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
    with _bounded(way, deadline=deadline) as watch:
        way.channel.exec_command(command)
        return _told(way, data, watch)


def tell(way: Opened, data: bytes, *, deadline: float) -> Finished:
    """The rest of what a command is sent that was begun before; its channel is used up."""
    with _bounded(way, deadline=deadline) as watch:
        return _told(way, data, watch)


def begin(way: Opened, command: str, ahead: bytes, *, deadline: float) -> None:
    """Start a command and send it the first of its stdin; the rest is for `tell`. Where that fails,
    nothing is left."""
    try:
        with watchdog(way.connection.sock, deadline=deadline) as watch:
            watch.doing = "starting the script"
            way.channel.settimeout(max(deadline - time.monotonic(), 0.001))
            way.channel.exec_command(command)
            way.channel.sendall(ahead)
    except BaseException:
        way.close()
        raise


@contextmanager
def _bounded(way: Opened, *, deadline: float) -> Iterator[Watch]:
    with watchdog(way.connection.sock, deadline=deadline) as watch:
        watch.doing = "running the script"
        with way.channel:
            way.channel.settimeout(max(deadline - time.monotonic(), 0.001))
            yield watch


def _told(way: Opened, data: bytes, watch: Watch) -> Finished:
    channel = way.channel
    channel.sendall(data)
    channel.shutdown_write()
    quick(way.connection.sock)
    output = _read(channel)
    if watch.barked:
        raise DeadlineError(watch.doing)
    if not channel.exit_status_ready() and not way.connection.transport.is_active():
        raise CutOffError
    return finished(channel, output)


def finished(channel: Channel, output: bytes) -> Finished:
    """How a command ended whose channel is at its end."""
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
