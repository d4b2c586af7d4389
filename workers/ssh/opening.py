"""A channel to a host: over the warm connection, or over a new one that races it where it stays silent."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from paramiko import Channel, SSHException

from jobs.inventory import Host
from workers.ssh.alarm import ALARMS
from workers.ssh.connect import Connection
from workers.ssh.dial import quick
from workers.ssh.failures import DeadlineError, NeverBegunError
from workers.ssh.sessions import Sessions
from workers.ssh.watchdog import hang_up

SILENT = 0.2
"""Seconds without a channel's confirmation until a warm connection has a rival: its host may be gone
and come again, and the kernel would notice in 10 s only."""

OPEN_WITHIN = 3.0
"""Seconds for a channel on a connection that lives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A channel on which nothing was said yet, and what it stands on."""

    connection: Connection
    channel: Channel

    def close(self) -> None:
        """It is not needed any more. What breaks over that is found dead by whoever needs it next."""
        with suppress(SSHException, OSError, EOFError):
            self.channel.close()


def open_channel(sessions: Sessions, host: Host, *, deadline: float) -> Opened:
    """The first channel that is to be had. Raises what connecting or opening raises: NeverBegunError,
    DeadlineError, HostKeyError, SSHException or OSError; nothing has happened on the host then."""
    warm = sessions.held(host)
    if warm is None:
        return opened(sessions.get(host, deadline=deadline), deadline=deadline)
    rival = Rival(lambda: sessions.fresh(host, deadline=deadline), warm)
    try:
        with ALARMS.at(min(time.monotonic() + SILENT, deadline), rival.start):
            first = opened(warm, deadline=deadline)
    except NeverBegunError:
        sessions.drop(host, warm)
        return _over(rival.connection(deadline=deadline), sessions, host, deadline=deadline)
    if rival.give_up():
        return first
    won = rival.connection(deadline=deadline)
    return _over(won, sessions, host, instead_of=warm, deadline=deadline)


def _over(
    won: Connection | None,
    sessions: Sessions,
    host: Host,
    *,
    deadline: float,
    instead_of: Connection | None = None,
) -> Opened:
    """A channel over the rival's connection, or over one that is made now."""
    if won is None:
        return opened(sessions.get(host, deadline=deadline), deadline=deadline)
    return opened(sessions.put(host, won, instead_of=instead_of), deadline=deadline)


def opened(connection: Connection, *, deadline: float) -> Opened:
    """A channel on this very connection; NeverBegunError where it gives none."""
    left = max(min(OPEN_WITHIN, deadline - time.monotonic()), 0.001)
    try:
        quick(connection.sock)
        channel = connection.transport.open_session(timeout=left)
    except (SSHException, OSError, EOFError) as error:
        raise NeverBegunError(str(error)) from error
    return Opened(connection=connection, channel=channel)


class Rival:
    """A new connection beside a warm one that is silent. Whoever is first wins, and ends the other.

    `give_up` and winning exclude each other: a rival that was given up closes what it gets.
    """

    def __init__(self, connect: Callable[[], Connection], warm: Connection) -> None:
        self._connect, self._warm = connect, warm
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._begun = self._given_up = False
        self._won: Connection | None = None
        self._error: Exception | None = None

    def start(self) -> None:
        """Begin, on a thread of its own."""
        with self._lock:
            if self._given_up:
                return
            self._begun = True
        threading.Thread(target=self._race, daemon=True, name="rival").start()

    def give_up(self) -> bool:
        """The warm one answered. False where this one had won before."""
        with self._lock:
            self._given_up = self._won is None
            return self._given_up

    def connection(self, *, deadline: float) -> Connection | None:
        """What it came to, once it has; None where it never began. Raises what connecting raised, or
        DeadlineError."""
        with self._lock:
            if not self._begun:
                self._given_up = True
                return None
        if not self._over.wait(max(deadline - time.monotonic(), 0)):
            self.give_up()
            raise DeadlineError("connecting")
        if self._error is not None:
            raise self._error
        return self._won

    def _race(self) -> None:
        try:
            self._finish(self._connect())
        except Exception as error:  # noqa: BLE001 - it is raised where somebody waits for it
            self._error = error
        finally:
            self._over.set()

    def _finish(self, connection: Connection) -> None:
        with self._lock:
            lost = self._given_up
            if not lost:
                self._won = connection
        if lost:
            connection.close()
        else:
            hang_up(self._warm.sock)
