"""Trails made by hand, and what somebody does to them: without it, each test would chain its own hashes."""

from __future__ import annotations

from dataclasses import replace

from jobs.anchor import Anchor, Server
from jobs.audit import GENESIS, Draft, Entry, Kind, link
from jobs.audit.examine import Examined

Many = list[Entry]
OLD = Server(run="a", replid="1" * 40, offset=900)
NEW = Server(run="b", replid="2" * 40, offset=500, replid2="1" * 40, second=501)


def draft(name: object, kind: Kind = Kind.EVENT, **evidence: object) -> Draft:
    return Draft(id=str(name), kind=kind, evidence={"n": str(name), **evidence})


def grown(entries: Many, *drafts: Draft) -> Many:
    """The same trail with further entries, as the ledger makes them."""
    made = list(entries)
    for one in drafts:
        seq, prev = (made[-1].seq + 1, made[-1].hash) if made else (1, GENESIS)
        at, body = 1_700_000_000_000_000 + seq, one.body()
        fresh = link(prev=prev, seq=seq, at=at, body=body)
        made.append(Entry(seq=seq, at=at, body=body, prev=prev, hash=fresh))
    return made


def trail(count: int) -> Many:
    return grown([], *(draft(n) for n in range(count)))


def anchor(entry: Entry, redis: Server | None = OLD) -> Anchor:
    return Anchor(
        cluster="shop",
        kind="head",
        seq=entry.seq,
        hash=entry.hash,
        at=entry.at,
        place="etcd",
        redis=redis,
    )


def remade(entries: Many, position: int) -> Many:
    """The chain recomputed from a changed entry on, as somebody does who knows how."""
    bodies = [one.body for one in entries]
    bodies[position] = bodies[position].replace('"n":', '"m":')
    made = entries[:position]
    for one, body in zip(entries[position:], bodies[position:], strict=True):
        prev = made[-1].hash if made else GENESIS
        fresh = link(prev=prev, seq=one.seq, at=one.at, body=body)
        made.append(replace(one, body=body, prev=prev, hash=fresh))
    return made


def signs(found: Examined) -> list[str]:
    return [one.sign for one in found.findings]
