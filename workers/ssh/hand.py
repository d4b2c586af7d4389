"""The hand that reads and swaps on hosts, keeping connections warm between two commands."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Self, TypeVar

from paramiko import PKey

from jobs.inventory import Host, Inventory
from jobs.remote import (
    FileFault,
    FileState,
    HostFailure,
    LiftRequest,
    ReadReply,
    ReadRequest,
    SwapReply,
    SwapRequest,
)
from jobs.wire import BadReplyError, Request, decode_read, decode_swap, encode, torn, verb_of
from workers.ssh.command import Finished, run_over, tell
from workers.ssh.failures import BROKEN, FAILURES, translate
from workers.ssh.invocation import command_for, no_answer
from workers.ssh.keys import BadKeyError
from workers.ssh.opening import Opened, open_channel
from workers.ssh.readiness import Readiness
from workers.ssh.ready import Ready, ReadyScripts
from workers.ssh.sessions import Sessions
from workers.ssh.warmth import Warmth, wanted

Reply = TypeVar("Reply")

REACHED_WITHIN = 10.0  # seconds until a host must have taken a command
LOCK_SHARE = 0.5  # of what time is left may pass waiting for another swap of the same host
SUPERSEDED = HostFailure(
    kind="superseded",
    reason="the leader changed right before the swap was sent; nothing was sent",
    remedy="nothing; the cluster is judged again",
)


class _SupersededError(Exception):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    host: Host
    request: Request
    deadline: float
    confirm: Callable[[], bool] | None = None


class SshHands:
    """A HostHand over SSH. `script` is sent to hosts in plain mode; `state` names another folder
    for their journals. Threads may share it; leaving its `with` block ends every connection."""

    def __init__(self, *, key: PKey, script: str, state: str | None = None) -> None:
        self._script, self._state = script.encode(), state
        self._sessions = Sessions(key)
        self._scripts = ReadyScripts(script=self._script)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End every connection. What hosts have begun, they finish."""
        self._sessions.close()
        self._scripts.close()

    def warmth(
        self,
        inventory: Inventory,
        *,
        busy: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> Warmth:
        """What keeps connections to the inventory's hosts warm, and scripts ready there, once it is
        started; it leaves the processor to a job while `busy` says that one runs."""
        hosts, sessions = wanted(inventory), self._sessions
        readiness = None
        if inventory.ssh.ready:
            readiness = Readiness(
                sessions=sessions, scripts=self._scripts, hosts=hosts, busy=busy, clock=clock
            )
        return Warmth(sessions=sessions, hosts=hosts, busy=busy, clock=clock, readiness=readiness)

    def read(self, host: Host, request: ReadRequest, *, timeout: float) -> ReadReply | HostFailure:
        """Files, fence and journal. Files that change while they are read are read once more."""
        ask = _Ask(host=host, request=request, deadline=time.monotonic() + timeout)
        reply = self._ask(ask, decode_read)
        if isinstance(reply, ReadReply) and _torn_files(reply, host):
            reply = self._ask(ask, decode_read)
        return _without_torn(reply, host) if isinstance(reply, ReadReply) else reply

    def swap(
        self,
        host: Host,
        request: SwapRequest,
        *,
        timeout: float,
        confirm: Callable[[], bool] | None = None,
    ) -> SwapReply | HostFailure:
        """Bring the host to a leadership. Safe to repeat: the host compares before it swaps."""
        deadline = time.monotonic() + timeout
        ask = _Ask(host=host, request=request, deadline=deadline, confirm=confirm)
        return self._ask(ask, decode_swap)

    def lift(self, host: Host, request: LiftRequest, *, timeout: float) -> SwapReply | HostFailure:
        """Make the host forget a fence, on purpose."""
        ask = _Ask(host=host, request=request, deadline=time.monotonic() + timeout)
        return self._ask(ask, lambda data: decode_swap(data, verb="lift"))

    def _ask(self, ask: _Ask, decode: Callable[[bytes], Reply]) -> Reply | HostFailure:
        try:
            finished = self._exchange(ask)
        except _SupersededError:
            return SUPERSEDED
        except BadKeyError as error:
            return HostFailure(
                kind="host-key",
                reason=str(error),
                remedy="correct host_keys in the inventory",
                retry=False,
            )
        except FAILURES as error:
            return translate(error, ask.host)
        try:
            return decode(finished.output)
        except BadReplyError:
            return no_answer(finished, ask.host)

    def _exchange(self, ask: _Ask) -> Finished:
        """Over the warm connection, and over a new one if that is found dead. A swap may be sent
        twice: what the first one did, the second finds in the journal."""
        warm = self._sessions.held(ask.host)
        opened = self._open(ask)
        try:
            return self._run(opened, ask)
        except BROKEN:
            if opened.connection is not warm:
                raise
        return self._run(self._open(ask), ask)

    def _open(self, ask: _Ask) -> Opened:
        """However long the command may take: a host that hangs is named long before."""
        deadline = min(ask.deadline, time.monotonic() + REACHED_WITHIN)
        return open_channel(self._sessions, ask.host, deadline=deadline)

    def _run(self, opened: Opened, ask: _Ask) -> Finished:
        """Told to the script that is ready there, where one is, else over this channel. The last look
        comes after the channel, which may have taken its time."""
        _confirm(opened, ask)
        ready = self._ready(opened, ask)
        if ready is not None:
            finished = self._told(ready, ask)
            if finished is not None:
                opened.close()
                return finished
            _confirm(opened, ask)
        command, ahead = command_for(ask.host, verb_of(ask.request), script=self._script)
        with self._dropping(opened, ask):
            return run_over(opened, command, ahead + self._data(ask), deadline=ask.deadline)

    def _ready(self, opened: Opened, ask: _Ask) -> Ready | None:
        if not isinstance(ask.request, SwapRequest):
            return None
        ready = self._scripts.take(self._scripts.slot(ask.host, opened.connection))
        return ready if ready is not None and ready.alive else None

    def _told(self, ready: Ready, ask: _Ask) -> Finished | None:
        """What the script said; None where it ended without an answer: a swap may be sent again, for
        the host compares."""
        with self._dropping(ready.way, ask):
            finished = tell(ready.way, self._data(ask), deadline=ask.deadline)
        try:
            decode_swap(finished.output)
        except BadReplyError:
            return None
        return finished

    @contextmanager
    def _dropping(self, opened: Opened, ask: _Ask) -> Iterator[None]:
        """A connection on which something went wrong is of no further use."""
        try:
            yield
        except BaseException:
            self._sessions.drop(ask.host, opened.connection)
            raise

    def _data(self, ask: _Ask) -> bytes:
        wait = max(ask.deadline - time.monotonic(), 0) * LOCK_SHARE
        state = self._state if ask.host.mode == "plain" else None
        return encode(ask.request, wait=wait, state=state)


def _confirm(opened: Opened, ask: _Ask) -> None:
    if ask.confirm is not None and not ask.confirm():
        opened.close()
        raise _SupersededError


def _torn_files(reply: ReadReply, host: Host) -> list[FileState]:
    if host.mode == "hardened":  # its content is blanked, so it never hashes to its checksum
        return []
    return [f for f in reply.files if isinstance(f, FileState) and torn(f)]


def _without_torn(reply: ReadReply, host: Host) -> ReadReply:
    bad = _torn_files(reply, host)
    faults = {
        f.path: FileFault(
            path=f.path,
            reason=f"{f.path} changes while it is read",
            remedy="see who writes it all the time",
        )
        for f in bad
    }
    return replace(reply, files=tuple(faults.get(f.path, f) for f in reply.files))
