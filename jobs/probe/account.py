"""Which of the account's events concern which cluster, and which of them the webhook does not know."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from jobs.event import LINODE_EVENT, Event
from jobs.inventory import Inventory
from jobs.ports import LinodeEvent
from jobs.probe.news import clean

MACHINE = frozenset(
    {
        "host_reboot",
        "lassie_reboot",
        "linode_boot",
        "linode_delete",
        "linode_migrate",
        "linode_migrate_datacenter",
        "linode_mutate",
        "linode_poweroff_on",
        "linode_reboot",
        "linode_rebuild",
        "linode_resize",
        "linode_shutdown",
        "lish_boot",
        "placement_group_became_non_compliant",
    }
)
"""What befalls a machine so that its member may go or come, by Linode's names."""

FAMILIES = ("nodebalancer_", "firewall_")
"""What is done to a NodeBalancer, and to who may reach it: every action that begins so."""

UNDER_WAY = "started"
TOLD = frozenset({UNDER_WAY, "finished", "failed", "notification"})
"""Statuses that say that something happened. What is scheduled has not, what is canceled will not."""

OVERLAP = timedelta(minutes=2)
"""An event may be listed a little later than one that was created after it."""

OLDEST = timedelta(hours=6)
"""What is older is history: no cluster needs a look because of it."""

MOST_UNTOLD = 1_000
"""Events kept while no webhook answers; the oldest give way."""

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """Whom an event of some machine or NodeBalancer concerns."""

    cluster: str
    member: str | None = None
    balancer: str | None = None


Concerns = Mapping[tuple[str, str], tuple[Concern, ...]]
"""By the kind and the label of an event's entity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An event of Linode's in one of its statuses, as told to one cluster."""

    id: int
    status: str
    cluster: str
    created: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An event of Linode's that is worth telling to a cluster."""

    event: LinodeEvent
    concern: Concern

    @property
    def mark(self) -> Mark:
        e = self.event
        return Mark(id=e.id, status=e.status, cluster=self.concern.cluster, created=e.created)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What is known of the account's events. Instants are the API's own texts, which sort as they
    follow: our clock is compared with Linode's nowhere but at the very first start, at `begun`, and
    in `OLDEST`. `newest` is the newest event that was listed; `untold` is what waits, in order."""

    begun: str
    newest: str
    marks: tuple[Mark, ...] = ()
    untold: tuple[Happened, ...] = ()


def opened(now: float) -> Account:
    """An account of which nothing is remembered: what was created before this instant is history."""
    return Account(begun=_text(now), newest=_text(now))


def since(account: Account, now: float) -> str:
    """From which instant on events must be listed so that none is missed. An event keeps the
    instant of its creation while its status changes: those under way are listed until they end."""
    open_ = [m.created for m in account.marks if _is_under_way(m, account.marks)]
    earliest = min([_text(_seconds(account.newest) - OVERLAP.total_seconds()), *open_])
    return max(account.begun, earliest, _text(now - OLDEST.total_seconds()))


def _is_under_way(mark: Mark, marks: Iterable[Mark]) -> bool:
    return mark.status == UNDER_WAY and not any(
        m.id == mark.id and m.status != UNDER_WAY for m in marks
    )


def listed(
    account: Account, events: Sequence[LinodeEvent], concerns: Concerns, *, asked: str
) -> Account:
    """The account after a poll that asked for events since `asked`."""
    known = {*account.marks, *(one.mark for one in account.untold)}
    fresh = [h for h in _happened(events, concerns) if h.mark not in known]
    newest = max([account.newest, *(e.created for e in events if _INSTANT.fullmatch(e.created))])
    return replace(
        account,
        newest=newest,
        marks=tuple(m for m in account.marks if m.created >= asked),
        untold=(*account.untold, *fresh)[-MOST_UNTOLD:],
    )


def _happened(events: Sequence[LinodeEvent], concerns: Concerns) -> Iterator[Happened]:
    for one in events:
        worth = one.action in MACHINE or one.action.startswith(FAMILIES)
        if worth and one.status in TOLD and _INSTANT.fullmatch(one.created):
            for concern in concerns.get((one.entity or "", one.label or ""), ()):
                yield Happened(event=one, concern=concern)


def known(account: Account, one: Happened) -> Account:
    """The account once a webhook has this event."""
    untold = tuple(h for h in account.untold if h.mark != one.mark)
    return replace(account, marks=(*account.marks, one.mark), untold=untold)


def concerns_of(inventory: Inventory) -> Concerns:
    """The machines and NodeBalancers of an inventory, by the labels that they have at Linode."""
    found: dict[tuple[str, str], list[Concern]] = {}
    for name, cluster in inventory.clusters.items():
        behind = [b.backends for b in inventory.nodebalancers.values() if b.cluster == name]
        for member in dict.fromkeys((*cluster.machines, *cluster.linodes, *_keys(behind))):
            concern = Concern(cluster=name, member=member)
            found.setdefault(("linode", cluster.linode_of(member)), []).append(concern)
    for name, table in inventory.nodebalancers.items():
        concern = Concern(cluster=table.cluster, balancer=name)
        found.setdefault(("nodebalancer", table.label), []).append(concern)
    return {key: tuple(value) for key, value in found.items()}


def _keys(tables: Iterable[Mapping[str, str]]) -> Iterator[str]:
    for table in tables:
        yield from table


def event(one: Happened, *, sender: str) -> Event:
    """The event for something that happened at Linode; its id is the same whoever tells it."""
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
        id=f"{sender}-{short}-linode-{said.id}-{said.status}",
        type=LINODE_EVENT,
        sender=sender,
        cluster=concern.cluster,
        time=None,
        data={key: clean(value) for key, value in data.items() if value is not None},
    )


def dump_account(account: Account) -> str:
    """The JSON that is kept. What waits is not: it is listed again after a restart, and so nothing
    newer may be remembered as listed."""
    newest = min([account.newest, *(one.event.created for one in account.untold)])
    plain = {
        "begun": account.begun,
        "newest": newest,
        "marks": [asdict(m) for m in account.marks],
    }
    return json.dumps(plain, separators=(",", ":"))


def load_account(text: str | None) -> Account | None:
    """Read what `dump_account` wrote; None where nothing was, or something else stands there."""
    try:
        raw: Any = json.loads(text or "null")
        marks = tuple(Mark(**mark) for mark in raw["marks"])
        if not all(_INSTANT.fullmatch(raw[name]) for name in ("begun", "newest")):
            return None
        return Account(begun=raw["begun"], newest=raw["newest"], marks=marks)
    except (ValueError, TypeError, KeyError):
        return None


def _text(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _seconds(text: str) -> float:
    return datetime.fromisoformat(f"{text}+00:00").timestamp()
