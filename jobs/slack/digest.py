"""Many incidents in one message: without it, a bad hour would be told for another hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jobs.slack.layout import (
    AMBER,
    GREEN,
    RED,
    Block,
    Site,
    context,
    counted,
    header,
    moment,
    section,
    word,
)
from jobs.slack.message import Message
from jobs.slack.root import colour, plainly, title
from jobs.slack.thread import Thread
from jobs.story import Story

LINES, ALTOGETHER, TOGETHER = 30, 8000, 2500
"""Incidents that are shown, their characters at most, and those of one block."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One message and the incidents that it tells, as (cluster, incident), in order."""

    key: str
    opened: float
    told: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An incident without a message of its own yet."""

    cluster: str
    incident: str
    opened: float
    over: bool


def crowded_out(waiting: Sequence[Waiting], *, open_: int, most: int) -> list[Waiting]:
    """Those that share a digest: there is room for `most` threads, of which `open_` are in use. Open
    incidents go before those that ended meanwhile, older ones before newer."""
    if len(waiting) + open_ <= most:
        return []
    ranked = sorted(waiting, key=lambda one: (one.over, one.opened, one.incident))
    return ranked[max(0, most - open_) :]


def thread_of_digest(digest: Digest, stories: Sequence[Story], site: Site) -> Thread:
    """A digest as a message of its own, edited as states change."""
    open_ = [one for one in stories if not one.over]
    over = [one for one in stories if one.over]
    shade = _colour(open_)
    headline = (
        f"{counted(len(stories), 'further incident', 'further incidents')}: {_counts(open_, over)}"
    )
    return Thread(
        incident=digest.key,
        cluster="",
        opened=digest.opened,
        root=Message(
            text=headline, blocks=tuple(_blocks(headline, [*open_, *over], site)), colour=shade
        ),
        colour=shade,
        replies=(),
        over=not open_,
        ended=max((one.times.concluded or 0 for one in over), default=digest.opened),
        waits=False,
        last=0,
    )


def _counts(open_: Sequence[Story], over: Sequence[Story]) -> str:
    return f"{len(open_)} open, {len(over)} concluded"


def _colour(open_: Sequence[Story]) -> str:
    if not open_:
        return GREEN
    return RED if any(colour(one) == RED for one in open_) else AMBER


def _blocks(headline: str, stories: Sequence[Story], site: Site) -> list[Block]:
    parts = _parted([_line(one, site) for one in stories[:LINES]])
    more = len(stories) - sum(map(len, parts))
    small = ["each of them stands in the audit trail, and has its page"]
    if more > 0:
        small.insert(0, f"and {more} more")
    return [header(headline), *(section(part) for part in parts), context(" · ".join(small))]


def _parted(lines: Sequence[str]) -> list[list[str]]:
    """As many lines as fit a message, in as few blocks as may be."""
    parts: list[list[str]] = []
    size = total = 0
    for line in lines:
        total += len(line) + 1
        if total > ALTOGETHER:
            break
        if not parts or size + len(line) > TOGETHER:
            parts.append([])
            size = 0
        parts[-1].append(line)
        size += len(line) + 1
    return parts


def _line(story: Story, site: Site) -> str:
    sign = {RED: ":red_circle:", AMBER: ":large_yellow_circle:"}.get(
        colour(story), ":white_check_mark:"
    )
    begun = moment(story.times.detected)
    state = plainly(story)
    short = state if len(state) <= SHORT else f"{state[:SHORT].rpartition(' ')[0]} …"
    return f"{sign} *{word(title(story))}*: {short} ({begun}, {site.incident(story.id)})"


SHORT = 110
"""Characters of one incident's state."""
