"""The host key that a machine shows before anybody logs in: what `ssh-keyscan` would see."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from paramiko import PKey, SSHException, Transport
from paramiko.ssh_exception import IncompatiblePeer

from jobs.inventory import Address
from workers.ssh.dial import dial
from workers.ssh.failures import DeadlineError
from workers.ssh.keys import RSA_SIGNATURES, key_types
from workers.ssh.watchdog import greet, hang_up, watchdog

ANY = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    *RSA_SIGNATURES,
)


mute = logging.getLogger(f"{__name__}.mute")
"""paramiko would write a traceback to the terminal for whatever we say in one line."""
mute.setLevel(logging.CRITICAL + 1)


class UnseenError(Exception):
    """The machine showed no key; the message says why."""


def shown_key(at: Address, pinned: Sequence[PKey], *, timeout: float) -> PKey:
    """Its key of a pinned kind; where it has none of those, or none is pinned, the best one it has.

    Raises UnseenError within `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    try:
        if pinned:
            try:
                return _ask(at, key_types(pinned), deadline=deadline)
            except IncompatiblePeer:
                pass  # it has another kind only, which is another key
        return _ask(at, ANY, deadline=deadline)
    except DeadlineError:
        raise UnseenError(f"{at} did not answer in time") from None
    except OSError as error:
        raise UnseenError(f"{at} cannot be reached: {error.strerror or error}") from None
    except (EOFError, SSHException) as error:
        raise UnseenError(
            f"{at} shows no host key: {str(error) or 'it ended the connection'}"
        ) from None


def _ask(at: Address, kinds: tuple[str, ...], *, deadline: float) -> PKey:
    sock = dial(at.host, at.port, deadline=deadline)
    transport = None
    try:
        with watchdog(sock, deadline=deadline):
            transport = Transport(sock)
            transport.set_log_channel(mute.name)
            transport.get_security_options().key_types = kinds
            greet(transport, deadline=deadline)
            return transport.get_remote_server_key()
    finally:
        hang_up(sock)
        if transport is not None:
            transport.close()
        sock.close()
