"""What stands against provisioning, or stopped it, in two lines: the reason, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from deploy.cli.exits import Exit, Fault

if TYPE_CHECKING:
    from deploy.provision import Brought, Offer, Wanted
    from jobs.ports import LinodeUnavailable

AGAIN = "run it once more: it goes on from here"


def object_to(want: Wanted, offer: Offer, scopes: str | None) -> None:
    """All that stands against it, told at once, before anything is created."""
    from deploy.provision import objections

    found = objections(want, offer, scopes)
    if found:
        reasons = "\n".join(reason for reason, _ in found)
        remedies = "\n  ".join(dict.fromkeys(remedy for _, remedy in found))
        raise Fault(reasons, remedies, code=Exit.CONFIG)


def stopped(done: Brought, want: Wanted) -> Fault | None:
    from deploy.provision.steps import told

    if done.stopped is None:
        return None
    return fault_of(done.stopped, want, doing="" if done.at is None else told(done.at))


def fault_of(error: LinodeUnavailable, want: Wanted, *, doing: str = "") -> Fault:
    """What Linode said, and that the next run goes on from here."""
    from deploy.provision.offer import scopes_of

    reason = f"could not {doing}: {error.reason}" if doing else error.reason
    if error.status == HTTPStatus.UNAUTHORIZED:
        scopes = ", ".join(scopes_of(want))
        remedy = f"make a token with {scopes}, and give it in PGBATON_LINODE_TOKEN"
        return Fault(reason, remedy, code=Exit.CONFIG)
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = round(error.retry_after or 60)
        remedy = f"see what else uses the token; after {wait} s {AGAIN}"
        return Fault(reason, remedy, code=Exit.UNAVAILABLE)
    remedy = f"{error.remedy.removesuffix('; it is asked again')}; then {AGAIN}"
    if error.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN}:
        return Fault(reason, remedy, code=Exit.CONFIG)
    return Fault(reason, remedy, code=Exit.UNAVAILABLE)


@contextmanager
def by_hand() -> Iterator[None]:
    """Ctrl-C: what was asked of Linode may still come about, and the next run finds it."""
    try:
        yield
    except KeyboardInterrupt:
        reason = "stopped by hand; what was created until now stays"
        raise Fault(reason, AGAIN, code=Exit.UNFINISHED) from None
