"""What people must see though no incident is open: a NodeBalancer that leads nowhere, a gap in the trail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from jobs.audit import NOT_OURS, Entry, Kind
from jobs.inventory import parse_target
from jobs.inventory.target import BALANCER
from jobs.slack.layout import GREEN, RED, Site, context, header, moment, said, section, word
from jobs.slack.message import Message
from jobs.slack.thread import Thread
from jobs.state import FOLLOWS
from jobs.story import Fact, fact_of
from jobs.story.targets import target_of

KEPT = 20
"""Notices remembered of one cluster, the newest."""

AGAIN = 600.0
"""Seconds after its end in which the same trouble does not make a new message: it flaps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One trouble in peace. `about` is the target that it is of, or "" where nothing ends it;
    `times` how often it came; `over` since when it is well again."""

    key: str
    cluster: str
    at: float
    about: str
    reason: str
    remedy: str = ""
    times: int = 1
    over: float | None = None
    seq: int = 0
    gap: bool = False


@dataclass(slots=True)
class Notices:
    """A cluster's notices, by key, in order."""

    cluster: str
    known: dict[str, Notice] = field(default_factory=dict)

    def take(self, entry: Entry) -> bool:
        """Take one entry in; True where it changed a notice."""
        try:
            return self._take(fact_of(entry))
        except NOT_OURS:
            return False

    def _take(self, fact: Fact) -> bool:
        if fact.kind == Kind.BALANCER and fact.evidence["outcome"] == FOLLOWS:
            return self._well(target_of(fact), fact)
        if fact.kind == Kind.GAP:
            lost = f"{fact.evidence['after'] + 1} to {fact.evidence['anchored']}"
            return self._came("", fact, reason=_gap(fact.evidence, lost))
        if fact.kind == Kind.ALARM and fact.incident is None:
            return self._came(_about(fact), fact, reason=str(fact.evidence["reason"]))
        return False

    def _came(self, about: str, fact: Fact, *, reason: str) -> bool:
        remedy = str(fact.evidence.get("remedy") or "")
        known = next(
            (one for one in reversed(self.known.values()) if _same(one, about, fact)), None
        )
        if known is None:
            known = Notice(
                key=f"notice-{self.cluster}-{fact.seq}",
                cluster=self.cluster,
                at=fact.at,
                about=about,
                reason=reason,
                times=0,
                gap=fact.kind == Kind.GAP,
            )
        more = replace(
            known, reason=reason, remedy=remedy, times=known.times + 1, over=None, seq=fact.seq
        )
        self.known[known.key] = more
        while len(self.known) > KEPT:
            del self.known[next(iter(self.known))]
        return True

    def _well(self, about: str, fact: Fact) -> bool:
        open_ = [o for o in self.known.values() if o.about == about and o.over is None]
        for one in open_:
            self.known[one.key] = replace(one, over=fact.at, seq=fact.seq)
        return bool(open_)

    def to_json(self) -> list[dict[str, Any]]:
        return [asdict(one) for one in self.known.values()]

    @classmethod
    def from_json(cls, cluster: str, raw: Iterable[Mapping[str, Any]]) -> Notices:
        """Read what `to_json` wrote."""
        notices = [Notice(**one) for one in raw]
        return cls(cluster, {one.key: one for one in notices})


def _same(known: Notice, about: str, fact: Fact) -> bool:
    if not about or known.about != about:
        return False
    return known.over is None or fact.at - known.over <= AGAIN


def thread_of_notice(notice: Notice, site: Site) -> Thread:
    """A notice as a message of its own, without replies."""
    colour = RED if notice.over is None else GREEN
    return Thread(
        incident=notice.key,
        cluster=notice.cluster,
        opened=notice.at,
        root=_message(notice, site, colour),
        colour=colour,
        replies=(),
        over=notice.over is not None or not notice.about,
        ended=notice.over if notice.about else notice.at,
        waits=False,
        last=notice.seq,
    )


def _message(notice: Notice, site: Site, colour: str) -> Message:
    reason = said(notice.reason)
    lines = [f"*{reason}*"] if notice.over is None else [f"*Well again.* It was: {reason}"]
    if notice.remedy and notice.over is None:
        lines.append(f"What to do: {said(notice.remedy)}")
    small = [f"since {moment(notice.at)}", "no incident is open because of this"]
    if notice.times > 1:
        small.insert(1, f"{notice.times} times")
    if notice.over is not None:
        small.append(f"well since {moment(notice.over)}")
    if site.url is not None:
        small.append(f"<{site.url}/|all clusters>")
    state = reason if notice.over is None else f"well again: {reason}"
    return Message(
        text=f"{word(notice.cluster)}: {state}",
        blocks=(
            header(f"{notice.cluster}: {_of(notice)}"),
            section(lines),
            context(" · ".join(small)),
        ),
        colour=colour,
    )


def _gap(evidence: Mapping[str, Any], lost: str) -> str:
    signed = f", accepted by {evidence['by']}" if evidence.get("how") == "accepted" else ""
    return f"The audit trail has a gap{signed}: entries {lost} are lost ({evidence['reason']})"


def _about(fact: Fact) -> str:
    """The NodeBalancer that an alarm in peace is of (jobs.balance); whatever else alarms ends by no entry."""
    about = ":".join(fact.id.split(":")[:2])
    return about if about.startswith(BALANCER) else ""


def _of(notice: Notice) -> str:
    if notice.about:
        return parse_target(notice.about).told
    return "audit trail" if notice.gap else "alarm"
