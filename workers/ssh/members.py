"""The hand that stops a stale primary: one order over a connection of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from paramiko import PKey

from jobs.inventory import Host
from jobs.remote import HostFailure
from jobs.stopping import StopOrder, StopReply, decode_stop
from workers.ssh.command import Finished, run
from workers.ssh.connect import connect
from workers.ssh.failures import FAILURES, translate, where
from workers.ssh.keys import BadKeyError

SUPERSEDED = HostFailure(
    kind="superseded",
    reason="the leader changed right before the order was sent; nothing was sent",
    remedy="nothing; the cluster is judged again",
)


class SshMembers:
    """A MemberHand over SSH. Connections are not kept: an order is rare."""

    def __init__(self, *, key: PKey) -> None:
        self._key = key

    def stop(
        self,
        host: Host,
        order: StopOrder,
        *,
        timeout: float,
        confirm: Callable[[], bool] | None = None,
    ) -> StopReply | HostFailure:
        deadline = time.monotonic() + timeout
        try:
            finished = self._order(host, order, deadline=deadline, confirm=confirm)
        except BadKeyError as error:
            remedy = "correct host_keys in the inventory"
            return HostFailure(kind="host-key", reason=str(error), remedy=remedy, retry=False)
        except FAILURES as error:
            return _ours(translate(error, host))
        if finished is None:
            return SUPERSEDED
        return decode_stop(finished.output) or _no_answer(finished, host)

    def _order(
        self,
        host: Host,
        order: StopOrder,
        *,
        deadline: float,
        confirm: Callable[[], bool] | None,
    ) -> Finished | None:
        connection = connect(host, self._key, deadline=deadline)
        try:
            if confirm is not None and not confirm():
                return None
            return run(connection, order.command, b"", deadline=deadline)
        finally:
            connection.close()


def _ours(failure: HostFailure) -> HostFailure:
    """A key there is worth one command, and must not be more."""
    if failure.kind != "login":
        return failure
    return replace(
        failure, remedy="pgbaton push, or the line of: pgbaton script authorized-key MEMBER"
    )


def _no_answer(finished: Finished, host: Host) -> HostFailure:
    said = " ".join(finished.errors.split())[:300] or f"status {finished.status}, no word"
    return HostFailure(
        kind="script",
        reason=f"{where(host)}: pgbaton-isolate gave no answer: {said}",
        remedy="pgbaton push, or see that the key's line in authorized_keys runs pgbaton-isolate",
        retry=False,
    )
