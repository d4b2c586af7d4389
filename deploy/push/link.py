"""One machine over SSH: a verb and its request go out, an answer or a trouble comes back."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

from paramiko import Channel, PKey, SSHException

from deploy.push.script import Verb, push_script
from deploy.push.trouble import Trouble, faulted, speechless
from jobs.inventory import Host
from workers.ssh import BadKeyError
from workers.ssh.command import Finished, run
from workers.ssh.connect import Connection, connect
from workers.ssh.failures import (
    CutOffError,
    DeadlineError,
    HostKeyError,
    NeverBegunError,
    translate,
)
from workers.ssh.keys import pinned_keys

_FAILURES = (
    *(HostKeyError, DeadlineError, CutOffError, NeverBegunError),
    *(SSHException, EOFError, OSError, BadKeyError),
)
GREETING = 15.0
"""Seconds for a login."""
GUARD = 90
"""Seconds after which a machine that nobody could log in to puts its former files back."""


@dataclass(slots=True, kw_only=True)
class Link:
    """A connection that is made when first needed, and made anew where it was lost between two
    requests. One thread at a time."""

    machine: str
    host: Host
    key: PKey
    _open: Connection | None = field(default=None, init=False)

    def ask(self, verb: Verb, request: bytes = b"", *, timeout: float) -> bytes | Trouble:
        """The answer's bytes. A verb that changes something is whole or resumable, whatever is lost."""
        try:
            finished = self._exchange(verb, request, deadline=time.monotonic() + timeout)
        except _FAILURES as error:
            self.close()
            return self._failed(error)
        return self._answered(verb, finished)

    def keep(self) -> Trouble | None:
        """Log in once more, and become root: only then a machine keeps guarded files. The connection
        that is open stays, for a second push is kept away through it."""
        within = time.monotonic() + GREETING
        try:
            connection = connect(self.host, self.key, deadline=within)
            try:
                said = run(connection, self._command("keep"), push_script(), deadline=within)
            finally:
                connection.close()
        except _FAILURES as error:
            return _shut(self._failed(error))
        answer = self._answered("keep", said)
        return _shut(answer) if isinstance(answer, Trouble) else None

    def hold(self, who: str) -> Channel | Trouble:
        """Keep other pushes away until the channel is closed, or this connection ends."""
        trouble = self._greeted()
        if trouble is not None or self._open is None:
            return trouble or self._unreached("cannot be reached", "push again")
        try:
            channel = self._open.transport.open_session(timeout=GREETING)
            channel.settimeout(GREETING)
            channel.exec_command(self._command("hold"))
            channel.sendall(push_script() + f"{who}\n".encode())
            line = channel.recv(1000).decode("utf-8", "replace").strip()
        except _FAILURES as error:
            self.close()
            return self._failed(error)
        if line == "holding":
            return channel
        if line.startswith("fault "):
            return faulted(self.machine, line)
        return speechless(self.machine, self.host.user, "hold", line)

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def _greeted(self) -> Trouble | None:
        """Log in where nobody is."""
        if self._open is not None and self._open.alive:
            return None
        try:
            self._open = connect(self.host, self.key, deadline=time.monotonic() + GREETING)
        except _FAILURES as error:
            return self._failed(error)
        return None

    def _failed(self, error: Exception) -> Trouble:
        if isinstance(error, BadKeyError):
            return self._unreached(str(error), "correct host_keys in the inventory")
        if isinstance(error, HostKeyError):
            return self._stranger(error)
        failed = translate(error, self.host)
        return self._unreached(failed.reason, failed.remedy)

    def _exchange(self, verb: Verb, request: bytes, *, deadline: float) -> Finished:
        data = push_script() + request
        if self._open is not None and self._open.alive:
            try:
                return run(self._open, self._command(verb), data, deadline=deadline)
            except NeverBegunError:
                self.close()
        greeted = min(deadline, time.monotonic() + GREETING)
        self._open = connect(self.host, self.key, deadline=greeted)
        return run(self._open, self._command(verb), data, deadline=deadline)

    def _command(self, verb: Verb) -> str:
        become = "" if self.host.user == "root" else "sudo -n "
        size = len(push_script())
        return f"""{become}/bin/sh -c 'eval "$(head -c {size})"' pgbaton-push {verb}"""

    def _answered(self, verb: Verb, finished: Finished) -> bytes | Trouble:
        last = finished.output.rstrip(b"\n").rpartition(b"\n")[2].decode("utf-8", "replace")
        if last.startswith("fault "):
            return faulted(self.machine, last)
        if verb != "ask" and last not in {"end", "done"}:
            return speechless(self.machine, self.host.user, verb, finished.errors or last)
        if verb == "ask" and "sudo:" in finished.errors:
            return speechless(self.machine, self.host.user, verb, finished.errors)
        return finished.output

    def _stranger(self, error: HostKeyError) -> Trouble:
        shown = f"{error.shown.get_name()} {error.shown.fingerprint}"
        pinned = " or ".join(
            f"{k.get_name()} {k.fingerprint}" for k in pinned_keys(self.host.host_keys)
        )
        return self._unreached(
            f"shows host key {shown}, but {pinned} is pinned",
            "compare it on the machine's console (ssh-keygen -lf "
            "/etc/ssh/ssh_host_ed25519_key.pub). If it is the machine's own, pin it: "
            f'[machines.{self.machine}] host_keys = ["{error.shown.get_name()} '
            f'{error.shown.get_base64()}"]; if not, somebody else answers there',
        )

    def _unreached(self, reason: str, remedy: str) -> Trouble:
        return Trouble(machine=self.machine, reason=reason, remedy=remedy, asked=False)


def _shut(trouble: Trouble) -> Trouble:
    return replace(
        trouble,
        reason=f"a new login does not succeed: {trouble.reason}",
        remedy=f"the machine puts its former files back by itself, {GUARD} s after they changed; see "
        "[deploy] user, networks and operators of the inventory, then push again",
    )
