"""What is said in Slack of one incident: a root that is edited, and replies that stand."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from jobs.audit import canonical
from jobs.slack.layout import Site
from jobs.slack.message import Message
from jobs.slack.replies import Reply, pending, replies
from jobs.slack.root import colour, root
from jobs.slack.tale import Tale


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A thread as it should stand. `waits` is True while time alone will add to it; `last` numbers
    the incident's newest entry."""

    incident: str
    cluster: str
    opened: float
    root: Message
    colour: str
    replies: tuple[Reply, ...]
    over: bool
    ended: float | None
    waits: bool
    last: int


def thread_of(tale: Tale, site: Site, *, now: float, note: str = "") -> Thread:
    """The thread that an incident's entries make. The same entries make the same keys, whenever."""
    story = tale.story
    return Thread(
        incident=story.id,
        cluster=story.cluster,
        opened=story.times.opened,
        root=root(tale, site, note=note),
        colour=colour(story),
        replies=tuple(replies(tale, now=now)),
        over=story.over,
        ended=story.times.concluded,
        waits=pending(tale, now=now),
        last=tale.seq,
    )


def digest_of(message: Message) -> str:
    """What tells one content of a message from another."""
    said = {"text": message.text, "blocks": list(message.blocks), "colour": message.colour}
    return hashlib.sha256(canonical(said).encode()).hexdigest()[:16]
