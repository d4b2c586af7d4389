"""Which of the account's events the webhook does not know: without it a restart would tell them anew."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from jobs.event import LINODE_EVENT, Event
from jobs.ports import LinodeEvent
from jobs.probe.concerns import UNDER_WAY, Concern, Concerns, concerned
from jobs.probe.news import clean

OVERLAP = 120.0
"""Seconds: an event may be listed a little later than one that was created after it."""

OLDEST = 6 * 3600.0
"""Seconds: what is older is history, and no cluster needs a look because of it."""

MOST_UNTOLD = 1_000
"""Events kept while no webhook answers; the oldest give way."""

_FORM = "%Y-%m-%dT%H:%M:%S"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An event of Linode's in one of its statuses, as told to one cluster."""

    id: int
    status: str
    cluster: str
    created: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An event of Linode's that must be told to a cluster."""

    event: LinodeEvent
    concern: Concern

    @property
    def mark(self) -> Mark:
        e = self.event
        return Mark(id=e.id, status=e.status, cluster=self.concern.cluster, created=e.created)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What is known of the account's events. Instants are the API's own texts, which sort as they
    follow. What was created before `begun` is history; `newest` is the newest that was listed;
    `untold` is what waits for a webhook, in order."""

    begun: str
    newest: str
    marks: tuple[Mark, ...] = ()
    untold: tuple[Happened, ...] = ()


def opened(now: float) -> Account:
    """An account of which nothing is remembered; `now` in seconds since 1970."""
    return Account(begun=_text(now), newest=_text(now))


def since(account: Account, now: float) -> str:
    """From which instant on events must be listed so that none is missed, whatever our clock says.
    An event keeps the instant of its creation while its status changes, so that those under way are
    listed until they end."""
    ended = {(m.id, m.cluster) for m in account.marks if m.status != UNDER_WAY}
    under_way = [m.created for m in account.marks if (m.id, m.cluster) not in ended]
    recent = _text(min(_seconds(account.newest), now) - OVERLAP)
    return max(account.begun, _text(now - OLDEST), min([recent, *under_way]))


def listed(
    account: Account, events: Sequence[LinodeEvent], concerns: Concerns, *, asked: str
) -> Account:
    """The account after a poll that asked for the events since `asked`."""
    dated = [e for e in events if _is_instant(e.created) and e.created >= asked]
    known = {*account.marks, *(one.mark for one in account.untold)}
    fresh = [h for h in _happened(dated, concerns) if h.mark not in known]
    return replace(
        account,
        newest=max([account.newest, *(e.created for e in dated)]),
        marks=tuple(m for m in account.marks if m.created >= asked),
        untold=(*account.untold, *fresh)[-MOST_UNTOLD:],
    )


def _happened(events: Sequence[LinodeEvent], concerns: Concerns) -> Iterator[Happened]:
    for one in events:
        for concern in concerned(one, concerns):
            yield Happened(event=one, concern=concern)


def taken(account: Account, one: Happened) -> Account:
    """The account once the webhook has this event."""
    untold = tuple(h for h in account.untold if h.mark != one.mark)
    return replace(account, marks=(*account.marks, one.mark), untold=untold)


def event(one: Happened, *, sender: str) -> Event:
    """The event for something that happened at Linode; its id is the same whenever it is told."""
    said, concern = one.event, one.concern
    short = hashlib.sha256(concern.cluster.encode()).hexdigest()[:10]
    data = {
        "action": said.action,
        "status": said.status,
        "member": concern.member,
        "balancer": concern.balancer,
        "label": said.label,
        "event": said.id,
        "created": said.created,
    }
    return Event(
        id=f"{sender}-linode-{short}-{said.id}-{said.status}",
        type=LINODE_EVENT,
        sender=sender,
        cluster=concern.cluster,
        time=None,
        data={key: clean(value) for key, value in data.items() if value is not None},
    )


def dump_account(account: Account) -> str:
    """The JSON that is kept. What waits is not in it: it is listed again after a restart, and so
    nothing newer may be remembered as listed."""
    plain = {
        "begun": account.begun,
        "newest": min([account.newest, *(one.event.created for one in account.untold)]),
        "marks": [asdict(m) for m in account.marks],
    }
    return json.dumps(plain, separators=(",", ":"))


def load_account(text: str | None) -> Account | None:
    """Read what `dump_account` wrote; None where nothing was, or something else stands there."""
    try:
        raw: Any = json.loads(text or "null")
        marks = tuple(Mark(**mark) for mark in raw["marks"])
        found = Account(begun=raw["begun"], newest=raw["newest"], marks=marks)
    except (ValueError, TypeError, KeyError):
        return None
    return found if _is_instant(found.begun) and _is_instant(found.newest) else None


def _text(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime(_FORM)


def _seconds(text: str) -> float:
    return datetime.strptime(text, _FORM).replace(tzinfo=UTC).timestamp()


def _is_instant(text: str) -> bool:
    try:
        return _text(_seconds(text)) == text
    except (ValueError, TypeError, OverflowError):
        return False
