"""What is known of one cluster's incidents and of what was said of them, kept in Redis between two processes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from jobs.audit import NOT_OURS, Entry, Head
from jobs.ports import Ledger
from jobs.slack.layout import Site
from jobs.slack.notices import AGAIN, Notices, thread_of_notice
from jobs.slack.progress import FULL, Progress, from_json, to_json
from jobs.slack.tale import Hearing
from jobs.slack.thread import Thread, thread_of
from jobs.story.reading import AROUND

log = structlog.get_logger(__name__)

BACK = 2000
"""Entries read of a trail of which nothing is remembered."""

DAY = 86_400.0
"""Seconds after its end in which an incident of which nothing was said yet is still told."""

ECHO = 60.0
"""Seconds after an incident's end in which further events may still explain it."""

REMEMBERED = 50
"""Incidents of a cluster whose messages are remembered, the newest; others are looked up in Slack."""


@dataclass(slots=True, kw_only=True)
class Book:
    """One cluster's: `cursor` is the last entry read, `begun` the one that the last process knew of."""

    ledger: Ledger
    cluster: str
    name: str
    site: Site
    cursor: int = 0
    begun: int = 0
    hearings: dict[str, Hearing] = field(default_factory=dict)
    progress: dict[str, Progress] = field(default_factory=dict)
    notices: Notices = field(init=False)
    _kept: str = ""
    _hash: str = ""
    _failed: dict[str, int] = field(default_factory=dict)
    _rendered: dict[str, tuple[object, Thread]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.notices = Notices(self.cluster)

    @classmethod
    def opened(cls, ledger: Ledger, cluster: str, *, name: str, site: Site, head: Head) -> Book:
        """As the last process left it. Of a cluster that was never told of, the newest entries are
        read; what was said of them is looked for in Slack."""
        book = cls(ledger=ledger, cluster=cluster, name=name, site=site)
        if not book._recall(ledger.recall(name)):
            book.cursor, book.begun = max(0, head.seq - BACK), head.seq
            book._newest()
        return book

    def read(self, head: Head) -> None:
        """Take in what is new. Where Redis lost entries and others stand in their place, all is heard
        anew; what was said stays said."""
        if not self._go_on(head):
            self.cursor, self.begun, self._hash = max(0, head.seq - BACK), head.seq, ""
            held, self.hearings, self._rendered = list(self.hearings), {}, {}
            self._hear_all(held)
            self._go_on(head)

    def _go_on(self, head: Head) -> bool:
        """False where the trail does not go on from what was read."""
        if head.seq < self.cursor:
            return False
        for entry in self.ledger.entries(self.cluster, after=self.cursor, upto=head.seq):
            if self._hash not in {"", entry.prev}:
                return False
            self._take(entry)
            self.cursor, self._hash = entry.seq, entry.hash
        return True

    def threads(self, *, now: float) -> Iterator[Thread]:
        """What should stand in Slack of this cluster by now."""
        for incident, hearing in self.hearings.items():
            thread = self._thread(incident, hearing, now)
            if thread is not None:
                yield thread
        for notice in self.notices.known.values():
            self.progress.setdefault(notice.key, Progress(doubt=self._doubt(notice.seq)))
            yield thread_of_notice(notice, self.site)

    def close(self, incident: str) -> None:
        """Nothing more is to be told of it, as far as is known now."""
        self.hearings.pop(incident, None)
        self.notices.known.pop(incident, None)
        self._rendered.pop(incident, None)

    def keep(self) -> None:
        """Remember all of this, where it changed. Raises LedgerUnavailable."""
        held = {*self.hearings, *self.notices.known}
        spare = [one for one in self.progress if one not in held]
        for one in spare[: max(0, len(spare) - REMEMBERED)]:
            del self.progress[one]
        text = json.dumps(self._plain(), separators=(",", ":"), ensure_ascii=False)
        if text != self._kept:
            self.ledger.remember(self.name, text)
            self._kept = text

    def _plain(self) -> dict[str, Any]:
        return {
            "cursor": self.cursor,
            "hash": self._hash,
            "held": list(self.hearings),
            "progress": {name: to_json(one) for name, one in self.progress.items()},
            "notices": self.notices.to_json(),
        }

    def _recall(self, text: str | None) -> bool:
        """False where nothing is remembered, or nothing that can be read."""
        try:
            raw = json.loads(text or "")
            progress = {name: from_json(one) for name, one in raw["progress"].items()}
            notices = Notices.from_json(self.cluster, raw["notices"])
            cursor, held = int(raw["cursor"]), [str(one) for one in raw["held"]]
            hash_ = str(raw["hash"])
        except (ValueError, KeyError, TypeError, AttributeError):
            return False
        self.cursor = self.begun = cursor
        self._hash = hash_
        self.progress, self.notices = progress, notices
        self._hear_all(held)
        return True

    def _hear_all(self, incidents: list[str]) -> None:
        for incident in incidents:
            self._hear(incident, upto=self.cursor)

    def _newest(self) -> None:
        """An incident that has been open for long began before what is read."""
        for span in self.ledger.spans(self.cluster, count=1):
            self._hear(span.incident, upto=self.cursor)

    def _take(self, entry: Entry) -> None:
        self.notices.take(entry)
        incident = _incident_of(entry)
        if incident is not None and incident not in self.hearings:
            self._hear(incident, upto=entry.seq)
        for hearing in self.hearings.values():
            hearing.take(entry)

    def _hear(self, incident: str, *, upto: int) -> None:
        span = self.ledger.span(self.cluster, incident)
        if span is None:
            return
        hearing = Hearing.of(incident, after=max(span.first - AROUND, 1) - 1)
        for entry in self.ledger.entries(self.cluster, after=hearing.fold.upto, upto=upto):
            hearing.take(entry)
        self.hearings[incident] = hearing
        self.progress.setdefault(incident, Progress(doubt=self._doubt(span.first)))

    def _doubt(self, seq: int) -> str | None:
        """What another process may have told, although it is not remembered."""
        return FULL if seq <= self.begun else None

    def _thread(self, incident: str, hearing: Hearing, now: float) -> Thread | None:
        note = self.progress[incident].note
        state = hearing.fold.upto, note
        known = self._rendered.get(incident)
        if known is not None and known[0] == state and not known[1].waits:
            return known[1]
        thread = self._told(hearing, now, note)
        if thread is not None:
            self._rendered[incident] = state, thread
        return thread

    def _told(self, hearing: Hearing, now: float, note: str) -> Thread | None:
        """None before it opened, and where it cannot be told: the others are."""
        try:
            tale = hearing.told()
            if tale is None:
                return None
            self._belongs(hearing.incident, of=int(tale.story.times.opened))
            return thread_of(tale, self.site, now=now, note=note)
        except Exception:
            if hearing.fold.upto != self._failed.get(hearing.incident):
                log.exception("slack.untold", incident=hearing.incident)
                self._failed[hearing.incident] = hearing.fold.upto
            return None

    def _belongs(self, incident: str, *, of: int) -> None:
        """Where Redis lost an incident, its number comes again: what was said of that one is no
        progress of this one."""
        known = self.progress[incident]
        if known.of not in {0, of}:
            self.progress[incident] = Progress(of=of, doubt=FULL)
        elif not known.of:
            self.progress[incident] = replace(known, of=of)


def too_old(known: Progress, thread: Thread, *, now: float) -> bool:
    """True for what ended long ago and was never told: it would only hide what is new."""
    never = known.root is None and known.digest is None and known.number == 1
    return never and thread.over and (thread.ended or 0) < now - DAY


def past(thread: Thread, *, now: float) -> bool:
    """True where nothing more is expected."""
    lasts = ECHO if thread.replies else AGAIN
    return thread.over and (thread.ended or 0) < now - lasts


def _incident_of(entry: Entry) -> str | None:
    try:
        incident = entry.facts["incident"]
    except NOT_OURS:
        return None
    return incident if isinstance(incident, str) else None
