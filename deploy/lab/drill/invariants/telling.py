"""Slack tells each incident once, whole and in order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from deploy.lab import layout
from deploy.lab.drill.history import History, SlackMessage
from deploy.lab.drill.invariants.facts import lost_in_gaps
from jobs.audit import Entry, Kind
from jobs.remote import HOLDS

STANDS = 5.0
"""Seconds that a verdict other than confirmed must stand to be worth a reply."""

SORTS = {
    Kind.ALARM: "alarm",
    Kind.TAKEN_OVER: "taken",
    Kind.ACKNOWLEDGED: "ack",
    Kind.CONCLUDED: "end",
    Kind.FENCE_LIFTED: "lifted",
    Kind.RELEASED: "released",
}
"""What a reply is called by whose entry it tells, each entry of these kinds having one."""

ANCHOR = re.compile(r"entry (\d+) `([0-9a-f]{64})`")


def untold(history: History) -> Iterator[str]:
    """What Slack does not tell of an incident, or tells twice, in the wrong order, or wrongly. What it told
    of entries that Redis lost later stays there, and must have been true."""
    history, of_lost = _apart(history)
    incidents = _incidents(history)
    if not incidents:
        yield "no incident opened, so nothing is proven"
    yield from _strangers(history, incidents)
    for incident, entries in incidents.items():
        roots = [m for m in history.slack if m.thread is None and _root_of(m) == incident]
        if len(roots) != 1:
            yield f"{incident} has {len(roots)} first messages in Slack"
            continue
        [root] = roots
        thread = sorted((m for m in history.slack if m.thread == root.ts), key=lambda m: m.at)
        told = sorted((*entries, *_meanwhile(history, entries)), key=lambda e: e.seq)
        faults = (*_root(root, entries), *_replies(thread, told))
        yield from (
            f"{incident}: {fault}" for fault in (*faults, *_anchors([root, *thread], history))
        )
    yield from _anchors(of_lost, history)


def _apart(history: History) -> tuple[History, Sequence[SlackMessage]]:
    """The drill without the threads of incidents whose opening was lost, and their messages."""
    opened = (e for e in lost_in_gaps(history) if e.facts["kind"] == Kind.OPENED)
    keys = {f"{e.facts['incident']}@{e.at // 1_000_000}" for e in opened}
    gone = [m for m in history.slack if m.key.partition("/")[0] in keys]
    return replace(history, slack=tuple(m for m in history.slack if m not in gone)), gone


def _strangers(history: History, incidents: Mapping[str, Sequence[Entry]]) -> Iterator[str]:
    """First messages of what never happened; troubles in peace that have none."""
    alarms = [e for e in history.entries if e.facts["kind"] in PEACE and not e.facts["incident"]]
    peace = {f"notice-{layout.CLUSTER}-{alarm.seq}" for alarm in alarms}
    roots = Counter(_root_of(m) for m in history.slack if m.thread is None)
    for root in sorted(roots.keys() - incidents.keys() - peace):
        yield f"Slack tells of {root}, of which the trail knows nothing"
    if peace and not peace & roots.keys():
        yield f"that something was wrong in peace (entry {alarms[0].seq}) is not told"
    yield from (f"{root} is told {roots[root]} times" for root in peace if roots[root] > 1)


PEACE = frozenset({Kind.ALARM, Kind.GAP})


def _incidents(history: History) -> Mapping[str, Sequence[Entry]]:
    """Each incident's own entries."""
    found: dict[str, list[Entry]] = {}
    for entry in history.entries:
        if entry.facts["incident"] is not None:
            found.setdefault(entry.facts["incident"], []).append(entry)
    return found


def _root(root: SlackMessage, entries: Sequence[Entry]) -> Iterator[str]:
    """Where the incident is over, its first message says so, as the trail stood at its end."""
    if not any(entry.facts["kind"] == Kind.CONCLUDED for entry in entries):
        yield "it never ended"
        return
    if "concluded after" not in root.text.lower():
        yield "its first message does not say that it is over"
    if entries[-1].seq not in {seq for seq, _ in _noted(root)}:
        yield "its first message does not note the trail's last entry of it"


def _meanwhile(history: History, entries: Sequence[Entry]) -> Sequence[Entry]:
    """What an operator did to the cluster's hosts while an incident was open: it is told in its thread."""
    return [
        entry
        for entry in history.entries
        if entries[0].seq < entry.seq < entries[-1].seq
        and entry.facts["incident"] is None
        and entry.facts["kind"] == Kind.FENCE_LIFTED
    ]


def _replies(thread: Sequence[SlackMessage], entries: Sequence[Entry]) -> Iterator[str]:
    told, due = Counter(_reply(m) for m in thread), _due(entries)
    numbers = {entry.seq for entry in entries}
    for reply, at in due.items():
        if told[reply] != 1:
            yield f"{reply} (at {at:.3f}) is told {told[reply]} times"
    for reply in told.keys() - due.keys():
        if _number(reply) not in numbers:
            yield f"{reply} is told, and the trail knows nothing of it"
        elif told[reply] > 1:
            yield f"{reply} is told {told[reply]} times"
    known = [reply for reply in map(_reply, thread) if reply in due]
    for before, after in pairwise(known):
        if due[before] > due[after]:
            yield f"{before} is told before {after}, which came first"
    if any(map(_fails, entries)) and not any(r.startswith("fail:") for r in told):
        yield "nobody is told that a target did not follow at once"


def _due(entries: Sequence[Entry]) -> Mapping[str, float]:
    """The replies that a thread must have, and since when each could be told, by the trail's own clock: what
    stood for how long is told by that one."""
    due = dict(_verdicts(entries))
    for entry in entries:
        facts = entry.facts
        sort = SORTS.get(Kind(facts["kind"]))
        if sort is not None and ":alarm:left:" not in facts["id"]:  # told with whoever fails alike
            due[f"{sort}:{entry.seq}"] = entry.at / 1e6
    return due


def _verdicts(entries: Sequence[Entry]) -> Iterator[tuple[str, float]]:
    """Each proof of another leadership, and each doubt that stood; nothing twice in a row."""
    marks = [e for e in entries if e.facts["kind"] in {Kind.VERDICT, Kind.CONCLUDED}]
    told: object = None
    for entry, later in pairwise([*marks, None]):
        assert entry is not None
        evidence, at = entry.facts["evidence"], entry.at / 1e6
        word = evidence.get("verdict"), evidence.get("fence")
        if entry.facts["kind"] == Kind.CONCLUDED or word == told or word[0] == "standby":
            continue
        if word[0] == "confirmed":
            yield f"proof:{entry.seq}", at
        elif later is None or later.at / 1e6 - at >= STANDS:
            yield f"verdict:{entry.seq}", at + STANDS
        else:
            continue
        told = word


def _fails(entry: Entry) -> bool:
    facts = entry.facts
    return facts["kind"] == Kind.HOST and facts["evidence"]["outcome"] not in {*HOLDS, "superseded"}


def _anchors(messages: Sequence[SlackMessage], history: History) -> Iterator[str]:
    """Notes of the trail that are not what the chain says, nor what it said of entries that were lost."""
    known = {(entry.seq, entry.hash) for entry in (*history.entries, *lost_in_gaps(history))}
    for seq, noted in (one for message in messages for one in _noted(message)):
        if (seq, noted) not in known:
            yield f"Slack notes {noted[:12]} for entry {seq}, which the trail does not hold"


def _noted(message: SlackMessage) -> list[tuple[int, str]]:
    return [(int(seq), noted) for seq, noted in ANCHOR.findall(message.text)]


def _root_of(message: SlackMessage) -> str:
    """The incident that a first message is of, by its key (jobs.slack.progress)."""
    return message.key.partition("@")[0]


def _reply(message: SlackMessage) -> str:
    """A reply's own name, such as proof:12, by its key."""
    return message.key.rpartition("/")[2]


def _number(reply: str) -> int:
    number = reply.rpartition(":")[2]
    return int(number) if number.isdigit() else -1


def slack_told(history: History) -> str:
    replies = sum(message.thread is not None for message in history.slack)
    noted = sum(len(_noted(message)) for message in history.slack)
    return (
        f"{len(_incidents(history))} incidents, each one thread and concluded; {replies} replies, "
        f"each once and in order; {noted} notes of the trail's entries, all of them true"
    )
