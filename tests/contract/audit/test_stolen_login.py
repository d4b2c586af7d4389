"""Somebody holds a worker's login of Redis: most of what ruins a trail is refused, and the rest is noticed."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import suppress

import pytest
from redis.exceptions import ResponseError

from deploy.render.acl import Role
from jobs.audit import Draft, Kind
from tests.contract.audit import thefts
from tests.contract.audit.office import Office
from tests.contract.ledger.users import logged_in
from workers.redis import Redis

KEPT = {"rows", "rebuilt", "head_is", "chained", "aged", "sign_off", "rename"}
"""What is no theft of this trail, or needs more than a login."""
STOLEN: tuple[Role, ...] = ("worker", "web", "chronicle")
TRAIL, HEAD = thefts.TRAIL, thefts.HEAD


def all_thefts() -> Iterator[thefts.Theft]:
    for name, found in inspect.getmembers(thefts, inspect.isfunction):
        if not name.startswith("_") and name not in KEPT and found.__module__ == thefts.__name__:
            yield found


def trims_by_adding(redis: Redis) -> None:
    """XADD drops the oldest entries when told how many may stay."""
    redis.xadd(TRAIL, {"seq": "13"}, id="13-0", maxlen=5, approximate=False)


def adds_at_random(redis: Redis) -> None:
    redis.xadd(TRAIL, {"seq": "13", "at": "1", "body": "{}", "prev": "0" * 64, "hash": "f" * 64})


def head_ahead(redis: Redis) -> None:
    """The next true entries would come after a hole."""
    redis.hset(HEAD, "seq", "40")


def restores_a_copy(redis: Redis) -> None:
    """The stream as it was, dumped before and put back."""
    dumped = redis.dump(TRAIL)
    assert dumped is not None
    redis.delete(TRAIL)
    redis.restore(TRAIL, 0, dumped)


MORE = (trims_by_adding, adds_at_random, head_ahead, restores_a_copy)


@pytest.mark.parametrize("theft", [*all_thefts(), *MORE], ids=lambda theft: theft.__name__)
@pytest.mark.parametrize("role", STOLEN)
def test_a_stolen_login_changes_nothing_unnoticed(
    office: Office, role: Role, theft: thefts.Theft
) -> None:
    """Either Redis refuses it, and every entry stands as it stood, or `audit verify` ends with 1 and says
    what is wrong; and if not at once, then as soon as the trail goes on."""
    office.grows()
    before, head = thefts.rows(office.redis), office.redis.hgetall(HEAD)
    with suppress(ResponseError):
        theft(logged_in(office.server, role))
    after = thefts.rows(office.redis)
    untouched = after == before and office.redis.hgetall(HEAD) == head
    seen = office.types("audit", "verify", "shop")
    assert seen.exit_code == (0 if untouched else 1), seen.stdout
    assert after[-12:] == before or theft in {trims_by_adding, adds_at_random, thefts.junk}


def test_no_entry_can_be_edited_or_taken_out(office: Office) -> None:
    """Of all the thefts none changed an entry: Redis refused each before it began."""
    office.grows()
    before = thefts.rows(office.redis)
    refused = []
    for theft in (thefts.edit, thefts.recompute, thefts.delete, thefts.insert, thefts.wipe_stream):
        with pytest.raises(ResponseError):
            theft(logged_in(office.server, "worker"))
        refused.append(theft.__name__)
    assert (len(refused), thefts.rows(office.redis)) == (5, before)
    assert office.types("audit", "verify", "shop").exit_code == 0


def test_what_a_thief_may_add_is_an_entry_like_any_other(office: Office) -> None:
    """Said openly in docs/redis.md: who may append may lie. The entry is chained and anchored, nothing before
    it is another, and no chain can tell its author."""
    office.grows()
    stolen = logged_in(office.server, "worker")
    office.ledger.__class__(stolen, inventory="0123456789ab").append(
        "shop", [Draft(id="forged", kind=Kind.EVENT, evidence={"sender": "nobody"})]
    )
    assert office.types("audit", "verify", "shop").exit_code == 0
    office.anchors()
    thefts.trim_tail(office.redis)
    assert office.types("audit", "verify", "shop").exit_code == 1
