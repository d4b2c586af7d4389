"""Redis' answers as our values: raw bytes go no further than this file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from jobs.anchor import Server
from jobs.audit import Entry, Head
from jobs.ports import Stand
from jobs.state import Assignment, ClusterState, HostRecord, Incident, Pause, Settled, load

MICRO = 1_000_000
LONGEST = 20
"""Digits that a number of ours stays below."""
CALENDAR = 18
"""The same for instants in microseconds: no clock of ours shows more than the year 9999."""


def entry_from(raw: bytes) -> tuple[str, Entry]:
    """One entry as page.lua tells it, after its id in the stream. What somebody put there that is no
    number, or no instant, becomes 0, which no entry of a true trail has: it is for `verify` to say so."""
    id_, seq, at, prev, hash_, body = raw.decode(errors="replace").split("\n", 5)
    return id_, Entry(seq=_number(seq), at=_number(at, CALENDAR), body=body, prev=prev, hash=hash_)


def _number(text: str, longest: int = LONGEST) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < longest else 0


def stand_from(answer: Sequence[bytes]) -> Stand:
    """What stand.lua returned: instant, the oldest entry's number, the head, and INFO's words."""
    now, first, seq, hash_, at, info = (one.decode() for one in answer)
    return Stand(
        head=Head(seq=int(seq), hash=hash_, at=int(at)) if seq else Head(),
        first=int(first),
        now=int(now),
        redis=_server(dict(line.split(":", 1) for line in info.splitlines() if ":" in line)),
    )


def _server(said: Mapping[str, str]) -> Server | None:
    """None where a managed Redis does not say."""
    try:
        earlier = said["master_replid2"].strip("0") and said["master_replid2"]
        return Server(
            run=said["run_id"],
            replid=said["master_replid"],
            offset=int(said["master_repl_offset"]),
            replid2=earlier or None,
            second=int(said["second_repl_offset"]),
        )
    except (KeyError, ValueError):
        return None


class States:
    """Reads states, and those that are as they were before only once: of a thousand clusters nearly all
    rest. What rests is the very same object in each, but for its instant. Threads may share it."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[Sequence[object], ClusterState]] = {}

    def read(self, cluster: str, answer: Sequence[object]) -> ClusterState:
        """As `state_from`."""
        now, *rest = answer
        known = self._read.get(cluster)
        if known is not None and known[0] == rest:
            return replace(known[1], now=int(_text(now)) / MICRO)
        state = state_from(cluster, answer)
        self._read[cluster] = rest, state
        return state


def state_from(cluster: str, answer: Sequence[object]) -> ClusterState:
    """What state.lua returned of one cluster: instant, holder, the respond and the conclude that were
    asked for, and four hashes as flat lists."""
    now, holder, asked, ending, *hashes = answer
    kept, hosts, assigned, beats = (_texts(flat) for flat in hashes)
    given = {host: load(Assignment, text) for host, text in assigned.items()}
    return ClusterState(
        cluster=cluster,
        now=int(_text(now)) / MICRO,
        incident=load(Incident, kept["incident"]) if "incident" in kept else None,
        settled=load(Settled, kept["settled"]) if "settled" in kept else Settled(),
        hosts={host: load(HostRecord, text) for host, text in hosts.items()},
        assignments={host: _alive(one, beats.get(host)) for host, one in given.items()},
        pause=load(Pause, kept["pause"]) if "pause" in kept else None,
        flight=_text(holder) or None,
        asked=_text(asked) or None,
        ending=_text(ending) or None,
    )


def _alive(given: Assignment, beat: str | None) -> Assignment:
    """`beat` is "microseconds started", kept apart so that a sign of life rewrites no JSON."""
    if beat is None:
        return given
    at, _, started = beat.partition(" ")
    return replace(given, beat=int(at) / MICRO, started=started == "1")


def _texts(flat: object) -> dict[str, str]:
    assert isinstance(flat, list)
    texts = [_text(one) for one in flat]
    return dict(list(pairwise(texts))[::2])


def _text(raw: object) -> str:
    assert isinstance(raw, bytes)
    return raw.decode()
