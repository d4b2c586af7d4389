"""An incident's page: what happened, why, how long it took, who follows, what was said, and the proof."""

from __future__ import annotations

from dataclasses import dataclass, replace

from markupsafe import Markup

from jobs.audit import Head, Span
from jobs.picture import figure
from jobs.remembered import anchored
from jobs.story import Story
from webhook.pages.chain import Walked
from webhook.pages.desk import Desk
from webhook.pages.entries import Sheet, sheet
from webhook.pages.headline import (
    STATES,
    WEIGHT,
    Measured,
    Standing,
    headline,
    measures,
    standing,
    zero,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Everything that the page shows. Without `story` the incident's opening cannot be read. `known` is
    False for a cluster that left the inventory; `anchored` the newest entry that was noted outside Redis."""

    incident: str
    cluster: str
    known: bool
    span: Span
    sheet: Sheet
    walked: Walked
    head: Head
    anchored: int | None
    before: int | None
    story: Story | None = None
    headline: str = ""
    standing: Standing = "stuck"
    zero: float = 0.0
    picture: Markup | None = None
    measures: tuple[Measured, ...] = ()

    @property
    def state(self) -> tuple[str, str]:
        """Its sign and its word."""
        return ("?", "cannot be read") if self.story is None else STATES[self.standing]

    @property
    def weight(self) -> str:
        """How much it weighs, as the page colours it."""
        return WEIGHT[self.standing]


def told(desk: Desk, incident: str, *, before: int | None) -> Told | None:
    """An incident as it stands now; None where nothing of it stands. Raises LedgerUnavailable."""
    cluster = incident.rpartition("-")[0]
    span = desk.ledger.span(cluster, incident) if cluster else None
    if span is None:
        return None
    story = desk.library.story(cluster, incident)
    ended = story.times.concluded if story is not None else None
    known = desk.inventory.clusters.get(cluster)
    lines = sheet(desk.ledger, cluster, span, ended=ended, before=before)
    plain = Told(
        incident=incident,
        cluster=cluster,
        known=known is not None,
        span=span,
        sheet=lines,
        walked=desk.chains.walk(cluster, span),
        head=desk.chains.head(cluster),
        anchored=anchored(cluster, desk.ledger),
        before=before,
        zero=lines.lines[0].at if lines.lines else 0.0,
    )
    if story is None:
        return plain
    times = measures(story, known.objectives if known is not None else None)
    return _with(plain, story, times, now=desk.ports.now())


def _with(plain: Told, story: Story, times: tuple[Measured, ...], *, now: float) -> Told:
    return replace(
        plain,
        story=story,
        headline=headline(story),
        standing=standing(story),
        zero=zero(story),
        picture=Markup(figure(story, now=now)),  # noqa: S704 - it escapes every word itself
        measures=times,
    )
