"""Every way in which a host cannot be asked, as a HostFailure that says what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from paramiko import PKey, SSHException
from paramiko.ssh_exception import AuthenticationException, IncompatiblePeer

from jobs.inventory import Address, Host
from jobs.remote import HostFailure


class HostKeyError(Exception):
    """The host showed a key that is not pinned."""

    def __init__(self, shown: PKey) -> None:
        super().__init__("host key is not pinned")
        self.shown = shown


class DeadlineError(Exception):
    """The time for the whole operation is over; `doing` says what hung."""

    def __init__(self, doing: str) -> None:
        super().__init__(doing)
        self.doing = doing


class CutOffError(Exception):
    """The connection ended before the answer did."""


class NeverBegunError(Exception):
    """The connection was dead before the command was sent: nothing happened on the host."""


class OneChannelError(Exception):
    """A host that lets a script wait takes no other command meanwhile: reads would have to log in anew."""


BROKEN = (CutOffError, SSHException, EOFError, OSError, NeverBegunError)
"""A connection that is no good any more; over another one it may go well."""
FAILURES = (*BROKEN, HostKeyError, DeadlineError)
"""All that `translate` is for."""


def where(host: Host) -> str:
    """The host as people read it."""
    return str(Address(host=host.address, port=host.port))


def translate(error: Exception, host: Host) -> HostFailure:
    """What paramiko or the socket said, in our words."""
    for kinds, say in _WORDS:
        if isinstance(error, kinds):
            return say(error, host)
    return _protocol(error, host)


def _unknown_key(error: Any, host: Host) -> HostFailure:
    shown = f"{error.shown.get_name()} {error.shown.fingerprint}"
    return HostFailure(
        kind="host-key",
        reason=f"{where(host)} shows a host key that is not pinned: {shown}",
        remedy=(
            "compare it on the host's console (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub); "
            f"if it is the host's, add to its host_keys: {error.shown.get_name()} {error.shown.get_base64()}"
        ),
        retry=False,
    )


def _incompatible(error: Any, host: Host) -> HostFailure:
    return HostFailure(
        kind="host-key",
        reason=f"{where(host)} offers nothing that we accept: {error}",
        remedy="see which keys it has (ssh-keyscan) and pin one of those in host_keys, after comparing it on the host",
        retry=False,
    )


def _refused_login(_: Any, host: Host) -> HostFailure:
    return HostFailure(
        kind="login",
        reason=f"{where(host)} refuses user {host.user} with our key",
        remedy=f"put pgbaton's public key into ~{host.user}/.ssh/authorized_keys there, or correct the user",
        retry=False,
    )


def _too_slow(error: Any, host: Host) -> HostFailure:
    return HostFailure(
        kind="timeout",
        reason=f"{where(host)} did not answer in time ({error.doing})",
        remedy="see whether the host is overloaded or hangs; what it began, it finishes by itself",
    )


def _one_channel(_: Any, host: Host) -> HostFailure:
    return HostFailure(
        kind="protocol",
        reason=f"{where(host)} takes no command beside a script that waits",
        remedy="allow more sessions in its sshd_config (MaxSessions 10), or set ready = false in [ssh]",
    )


def _unreachable(error: Any, host: Host) -> HostFailure:
    reason = error.strerror or str(error) or type(error).__name__
    return HostFailure(
        kind="unreachable",
        reason=f"{where(host)} cannot be reached: {reason}",
        remedy="start the host or its sshd, open the way to it, or correct its address",
    )


def _protocol(error: Exception, host: Host) -> HostFailure:
    what = f": {error}"
    if isinstance(error, CutOffError):
        what = " ended the connection before its answer"
    elif isinstance(error, NeverBegunError):
        what = f" takes no command: {str(error) or 'it ended the connection'}"
    return HostFailure(
        kind="protocol", reason=f"{where(host)}{what}", remedy="look at sshd's log there"
    )


_WORDS: tuple[tuple[type[Exception], Callable[[Any, Host], HostFailure]], ...] = (
    (HostKeyError, _unknown_key),
    (IncompatiblePeer, _incompatible),
    (AuthenticationException, _refused_login),
    (OneChannelError, _one_channel),
    (DeadlineError, _too_slow),
    (OSError, _unreachable),
)
