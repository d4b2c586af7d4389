"""The front page and a cluster's page: how everything stands, and the incidents newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobs.audit import NOT_OURS, Kind
from jobs.ports import ReadTrail
from jobs.remembered import proven_at
from jobs.state import ClusterState
from jobs.story import Story
from webhook.pages.desk import Desk
from webhook.pages.flags import Flag, flags
from webhook.pages.headline import STATES, WEIGHT, Standing, headline, standing
from webhook.pages.library import Listed
from webhook.pages.trouble import troubles


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One cluster. `since` is when its state began, in seconds since 1970, where that is known;
    `proven` how long ago the leader was last proven, in seconds."""

    cluster: str
    sign: str
    state: str
    weight: str
    leader: str | None
    epoch: int | None
    since: float | None
    proven: float | None
    flags: tuple[Flag, ...]
    last: Listed | None
    open: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One incident in the list."""

    incident: str
    cluster: str
    at: float
    sign: str
    state: str
    weight: str
    text: str
    cause: str
    seconds: float | None
    held: int = 0
    targets: int = 0


def card(desk: Desk, cluster: str) -> Card:
    """A cluster as it stands now."""
    state, last = desk.ledger.state(cluster), desk.library.newest(cluster)
    story = last.story if last is not None else None
    drift = desk.glance.drift(cluster)
    raised = tuple(flags(state, _notes(desk.ledger, story), drift))
    sign, word, weight, since = _standing(state, story, desk.glance.paused(cluster))
    lead, proven = _leadership(state), proven_at(state, desk.ledger)
    return Card(
        cluster=cluster,
        sign=sign,
        state=word,
        weight=weight,
        leader=lead[0],
        epoch=lead[1],
        since=since,
        proven=None if proven is None else state.now - proven,
        flags=raised,
        last=last,
        open=state.incident.id if state.incident is not None else None,
    )


def _leadership(state: ClusterState) -> tuple[str | None, int | None]:
    known = [one.leadership for one in (state.incident, state.settled) if one is not None]
    newest = next((one for one in known if one is not None), None)
    return (None, None) if newest is None else (newest.member, newest.fence.epoch)


OPEN: Mapping[Standing, str] = {
    "moving": "incident open",
    "stuck": "incident: needs a look",
    "held": "incident: a return is held back",
}
"""A cluster whose incident is open, in words."""


def _standing(
    state: ClusterState, story: Story | None, paused: float | None
) -> tuple[str, str, str, float | None]:
    """Sign, word, weight, and since when."""
    if state.incident is not None:
        open_ = story if story is not None and story.id == state.incident.id else None
        how: Standing = "moving" if open_ is None or open_.over else standing(open_)
        return STATES[how][0], OPEN[how], WEIGHT[how], state.incident.opened
    if state.paused():
        return "‖", "paused", "warn", paused
    if state.settled.leadership is None:
        return "○", "not looked at yet", "note", None
    over = story.times.concluded if story is not None and story.over else None
    return "●", "quiet", "good", over or state.settled.verified


def _notes(trail: ReadTrail, story: Story | None) -> Sequence[str]:
    """The last verdict's remarks, from its entry."""
    said = [v for v in story.verdicts if v.verdict == "confirmed"] if story is not None else []
    if story is None or not said:
        return ()
    seq = said[-1].seq
    for entry in trail.entries(story.cluster, after=seq - 1, upto=seq):
        try:
            facts: Mapping[str, Any] = entry.facts
            if facts["kind"] == Kind.VERDICT:
                return tuple(map(str, facts["evidence"].get("notes", ())))
        except NOT_OURS:
            return ()
    return ()


def row(listed: Listed) -> Row:
    """An incident as one row; one whose opening cannot be read says so."""
    story = listed.story
    if story is None:
        return Row(
            incident=listed.incident,
            cluster=listed.cluster,
            at=listed.at / 1e6,
            sign="?",
            state="cannot be read",
            weight="bad",
            text="Its opening cannot be read: pgbaton audit verify says whether somebody changed it.",
            cause="",
            seconds=None,
        )
    how = standing(story)
    sign, word = STATES[how]
    return Row(
        incident=story.id,
        cluster=story.cluster,
        at=story.times.opened,
        sign=sign,
        state=word,
        weight=WEIGHT[how],
        text=headline(story),
        cause=story.cause.kind.told if story.cause is not None else "",
        seconds=story.seconds,
        held=story.held,
        targets=len(story.targets),
    )


WEIGHTS = ("bad", "warn", "note", "good")


def _urgency(shown: Card) -> tuple[int, bool]:
    """What somebody is woken for comes first; clusters of one weight stay in the inventory's order."""
    return WEIGHTS.index(shown.weight), not shown.flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The front page, or one cluster's where `only` names it."""

    cards: tuple[Card, ...]
    troubles: tuple[Flag, ...]
    rows: tuple[Row, ...]
    only: str | None
    before: int | None
    older: int | None


def overview(desk: Desk, *, only: str | None, before: int | None) -> Overview:
    """How everything stands. Raises LedgerUnavailable."""
    clusters = [only] if only is not None else list(desk.inventory.clusters)
    listed, more = desk.library.page(clusters, before=before)
    return Overview(
        cards=tuple(sorted((card(desk, cluster) for cluster in clusters), key=_urgency)),
        troubles=tuple(troubles(desk.ledger)),
        rows=tuple(map(row, listed)),
        only=only,
        before=before,
        older=listed[-1].at if more else None,
    )
