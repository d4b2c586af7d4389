"""Without this file each test of an invariant would have to make up a whole good drill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from deploy.lab.drill.history import (
    AlertHeard,
    Boot,
    History,
    HostHistory,
    Leadership,
    Order,
    SlackMessage,
)
from jobs.anchor import Anchor
from jobs.audit import GENESIS, Draft, Entry, Kind, link
from jobs.fence import Fence

OLD, NEW = "10.77.0.21", "10.77.0.22"
FIRST = Fence(system="7000000000000000001", pg_timeline=1, epoch=13)
SECOND = Fence(system="7000000000000000001", pg_timeline=2, epoch=36)
FAULT = 100.0


def chain(drafts: Sequence[tuple[float, Draft]]) -> tuple[Entry, ...]:
    """Link drafts, each with its instant in seconds, as the ledger does."""
    entries: list[Entry] = []
    for seq, (at, draft) in enumerate(drafts, start=1):
        prev, micros = entries[-1].hash if entries else GENESIS, int(at * 1e6)
        body = draft.body()
        hashed = link(prev=prev, seq=seq, at=micros, body=body)
        entries.append(Entry(seq=seq, at=micros, body=body, prev=prev, hash=hashed))
    return tuple(entries)


def event(name: str) -> Draft:
    return _draft(f"event:{name}", Kind.EVENT, {"id": name, "sender": "pg2", "data": {}})


def confirmed(member: str, fence: Fence) -> Draft:
    facts = {"verdict": "confirmed", "member": member, "fence": asdict(fence)}
    return _draft(f"verdict:{fence}", Kind.VERDICT, facts, of=f"shop-{fence.epoch}")


def host(name: str, outcome: str, fence: Fence) -> Draft:
    facts = {"host": name, "outcome": outcome, "fence": asdict(fence)}
    return _draft(f"{name}:{fence}", Kind.HOST, facts, of=f"shop-{fence.epoch}")


def isolating(member: str, fence: Fence) -> Draft:
    """That a member is stopped now, for the leader of that fence."""
    facts = {"member": member, "outcome": "changing", "fence": asdict(fence), "change": "stop"}
    return _draft(f"{member}:{fence}", Kind.ISOLATION, facts, of=f"shop-{fence.epoch}")


def opened(incident: str) -> Draft:
    return _draft(f"{incident}:opened", Kind.OPENED, {"why": "a new leader"}, of=incident)


def concluded(incident: str) -> Draft:
    name, facts = f"{incident}:concluded", {"reason": "every target follows"}
    return _draft(name, Kind.CONCLUDED, facts, of=incident)


def _draft(name: str, kind: Kind, evidence: Mapping[str, Any], *, of: str | None = None) -> Draft:
    return Draft(id=name, kind=kind, evidence=evidence, incident=of)


def order(name: str, *, at: float, member: str | None, shop: str = "shop1") -> Order:
    """An attempt that took 10 ms; without a member it was never answered."""
    return Order(
        id=name,
        host=shop,
        sent=at,
        ended=at + 0.01,
        result="acknowledged" if member else "unknown",
        member=member,
        pg_timeline={OLD: 1, NEW: 2, None: None}[member],
    )


LEADERSHIPS = (
    Leadership(member="pg1", address=OLD, epoch=13, since=10.0, until=120.0),
    Leadership(member="pg2", address=NEW, epoch=36, since=120.1),
)
SHOP = HostHistory(
    name="shop1",
    file=NEW,
    running=NEW,
    boots=(Boot(at=20.0, db_host=OLD), Boot(at=121.0, db_host=NEW)),
    fences=(FIRST, SECOND),
)
DRAFTS = (
    (11.0, event("e-1")),
    (11.1, opened("shop-13")),
    (12.0, confirmed("pg1", FIRST)),
    (12.5, host("shop1", "unchanged", FIRST)),
    (12.6, concluded("shop-13")),
    (120.2, event("e-2")),
    (120.3, opened("shop-36")),
    (120.5, confirmed("pg2", SECOND)),
    (122.0, host("shop1", "changed", SECOND)),
    (122.1, concluded("shop-36")),
)


def drafts(*, without: Kind, at: float) -> tuple[tuple[float, Draft], ...]:
    """The good drill's drafts but for the one of a kind at an instant."""
    return tuple(d for d in DRAFTS if (d[0], d[1].kind) != (at, without))


def anchors(entries: Sequence[Entry]) -> tuple[Anchor, ...]:
    """What etcd notes of a trail: each incident's end."""
    return tuple(
        Anchor(cluster="shop", kind="head", seq=e.seq, hash=e.hash, at=e.at, place="etcd")
        for e in entries
        if e.facts["kind"] == Kind.CONCLUDED
    )


def slack(entries: Sequence[Entry]) -> tuple[SlackMessage, ...]:
    """What Slack holds of a trail when everything was told: a thread an incident."""
    return tuple(
        message
        for end in entries
        if end.facts["kind"] == Kind.CONCLUDED
        for message in _thread(
            end, [e for e in entries if e.facts["incident"] == end.facts["incident"]]
        )
    )


def _thread(end: Entry, entries: Sequence[Entry]) -> Iterator[SlackMessage]:
    opened_at = entries[0].at / 1e6
    root, key = f"{opened_at:.6f}", f"{end.facts['incident']}@{int(opened_at)}"
    text = f"Concluded after 2 s, {_noted(entries[-1])}"
    yield SlackMessage(ts=root, thread=None, key=key, text=text)
    for entry in entries:
        sort = {Kind.VERDICT: "proof", Kind.CONCLUDED: "end"}.get(Kind(entry.facts["kind"]))
        proves = entry.facts["evidence"].get("verdict", "confirmed") == "confirmed"
        if sort is not None and proves:
            yield SlackMessage(
                ts=f"{entry.at / 1e6 + 0.1:.6f}",
                thread=root,
                key=f"{key}/{sort}:{entry.seq}",
                text=f"{sort}, {_noted(end)}" if entry is end else sort,
            )


def _noted(entry: Entry) -> str:
    return f"entry {entry.seq} `{entry.hash}`"


def alerts(entries: Sequence[Entry]) -> tuple[AlertHeard, ...]:
    """What an on-call tool hears of a trail."""
    words = {Kind.OPENED: "triggered", Kind.VERDICT: "updated", Kind.CONCLUDED: "resolved"}
    return tuple(
        AlertHeard(
            id=f"alert-{entry.seq}",
            status=words[Kind(entry.facts["kind"])],
            incident=entry.facts["incident"],
            entry=entry.seq,
            genuine=True,
        )
        for entry in entries
        if entry.facts["kind"] in words
    )


def telling(history: History, drafts: Sequence[tuple[float, Draft]]) -> History:
    """A drill with another trail, of which everybody outside was told everything."""
    entries = chain(sorted(drafts, key=lambda one: one[0]))
    return replace(
        history,
        entries=entries,
        anchors=anchors(entries),
        slack=slack(entries),
        alerts=alerts(entries),
    )


ENTRIES = chain(DRAFTS)
GOOD = History(
    fault=FAULT,
    leaderships=LEADERSHIPS,
    writable={"pg2": 120.3},
    orders=(
        order("o-1", at=99.0, member=OLD),
        order("o-2", at=101.0, member=None),
        order("o-3", at=122.0, member=NEW),
        order("o-4", at=99.0, member=OLD, shop="shop3"),
    ),
    stored=frozenset({"o-1", "o-3", "o-4"}),
    hosts=(SHOP,),
    unmanaged="shop3",
    entries=ENTRIES,
    accepted=frozenset({"e-1", "e-2"}),
    anchors=anchors(ENTRIES),
    slack=slack(ENTRIES),
    alerts=alerts(ENTRIES),
    beats={"clock": (99.0,), "watch": (99.5,)},
    secrets={"no. 1": "a password of this very run"},
    places={"worker.log": "all is well"},
)
"""A drill in which pgbaton kept its word."""
