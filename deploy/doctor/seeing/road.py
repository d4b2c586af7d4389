"""Sends a signed ping down the whole road of an event, and looks for it in the trail."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from deploy.doctor.subjects.outside import Ping, RoadSeen
from deploy.keyring import Keyring, MissingKeyError
from jobs.event import OPERATOR, Event
from jobs.inventory import Inventory
from jobs.ports import Fleet, LedgerUnavailable, ReadTrail
from workers.secrets import Secrets
from workers.sender import Delivered, Rejected, Sender, Undelivered

OWN = ("watch", "probe")
"""Processes of ours whose key may be among this environment's secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """What a ping needs. `token` gives fresh random hex, `now` seconds since 1970."""

    inventory: Inventory
    trail: ReadTrail
    fleet: Fleet
    now: Callable[[], float]
    token: Callable[[], str]


def see_road(
    road: Road,
    keys: Mapping[str, Sequence[str]],
    *,
    heard: frozenset[str] = frozenset(),
    idle: frozenset[str] = frozenset(),
) -> RoadSeen:
    """One ping of each sender whose key is here to each webhook: an event that only says "look now", and
    so changes nothing. Of the `idle` nobody expects to be believed. Never raises."""
    known, urls = road.inventory.senders, road.inventory.webhook.urls
    able = {n: k for n, k in keys.items() if n in known and known[n].clusters}
    asks = [(name, url) for name in able for url in urls]
    found = dict(road.fleet.each(asks, partial(_ping, road, able)))
    return RoadSeen(
        pings=[found[a] for a in asks],
        keyless=[name for name in known if name not in {*able, *idle}],
        urls=urls,
        heard=heard,
    )


def keys_here(
    inventory: Inventory, secrets: Secrets, keyring: Keyring | None
) -> Mapping[str, tuple[str, ...]]:
    """What each sender signs with, of those whose key is within reach."""
    return {
        name: found for name in inventory.senders if (found := tuple(_keys(name, secrets, keyring)))
    }


def _keys(name: str, secrets: Secrets, keyring: Keyring | None) -> Iterator[str]:
    own = secrets.words(f"sender-key-{name}") if name in OWN else ()
    shared = secrets.words(f"sender-{name}")
    yield from (*own, *shared)
    if keyring is not None and not own and not shared:
        try:
            yield keyring.sender(name).whsk
        except MissingKeyError:
            return


def _ping(road: Road, keys: Mapping[str, Sequence[str]], ask: tuple[str, str]) -> Ping:
    name, url = ask
    cluster = road.inventory.senders[name].clusters[0]
    event = Event(
        id=f"ping-{road.token()}",
        type=OPERATOR,
        sender=name,
        cluster=cluster,
        time=None,
        data={"action": "ping", "why": "pgbaton doctor"},
    )
    before = _head(road.trail, cluster)
    try:
        sender = Sender(urls=[url], keys=keys[name], ca=road.inventory.webhook.ca, now=road.now)
    except ValueError as error:
        return Ping(sender=name, url=url, status=None, detail=str(error))
    match sender.send(event):
        case Delivered():
            return Ping(
                sender=name, url=url, status=202, recorded=_stands(road.trail, event, before)
            )
        case Rejected(status=status, detail=detail):
            return Ping(sender=name, url=url, status=status, detail=detail)
        case Undelivered(reasons=reasons):
            return _refused(name, url, reasons[-1].removeprefix(f"{url}: "))


def _refused(name: str, url: str, reason: str) -> Ping:
    """A status where the webhook answered one, such as 401 or 503; else that nobody did."""
    word, _, rest = reason.partition(" ")
    status = int(word) if word.isdecimal() else None
    return Ping(sender=name, url=url, status=status, detail=rest if status else _short(reason))


def _short(reason: str) -> str:
    """requests' words without the three exceptions that are wrapped in each other."""
    inner = reason.rpartition("] ")[2] or reason
    return inner.rstrip("')\"")[:120]


def _head(trail: ReadTrail, cluster: str) -> int | None:
    try:
        return trail.head(cluster).seq
    except LedgerUnavailable:
        return None


def _stands(trail: ReadTrail, event: Event, before: int | None) -> bool | None:
    if before is None:
        return None
    try:
        entries = trail.entries(event.cluster, after=before)
        return any(e.facts.get("evidence", {}).get("id") == event.id for e in entries)
    except LedgerUnavailable:
        return None
