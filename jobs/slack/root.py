"""An incident's first message: how it stands now, for somebody who reads nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from jobs.audit import Kind
from jobs.slack.failures import is_left
from jobs.slack.layout import (
    AMBER,
    GREEN,
    GREY,
    RED,
    Block,
    Site,
    context,
    counted,
    header,
    lasted,
    moment,
    named,
    offset,
    said,
    section,
    word,
)
from jobs.slack.message import Message
from jobs.slack.tale import Tale
from jobs.story import Cause, Story, TargetStory
from jobs.story.fold import is_hold

FAILING = 5
"""Targets of which the first message says why they do not follow."""

ACKS = 3
"""Acknowledgements that it shows, the newest."""


def root(tale: Tale, site: Site, *, note: str = "") -> Message:
    """The message that is edited while the incident goes on. `note` is said below it."""
    story = tale.story
    return Message(
        text=f"{word(title(story))}: {plainly(story)}",
        blocks=tuple(_blocks(tale, site, note)),
        colour=colour(story),
    )


def colour(story: Story) -> str:
    """Red where somebody should look, amber while hosts are moved, green where all follow."""
    if story.over:
        return GREY if story.verdict == "standby" else GREEN
    return RED if story.verdict != "confirmed" or alarmed(story) else AMBER


def alarmed(story: Story) -> bool:
    """True where something was said loudly under the newest leadership."""
    since = story.times.verified
    return any(since is None or alarm.at >= since for alarm in story.alarms)


def title(story: Story) -> str:
    """Which cluster, and from whom to whom. Plain words, not escaped."""
    before, member = story.before, story.member
    if member is None:
        return f"{story.cluster}: {before} led until now" if before else story.cluster
    if before is None or before == member:
        return f"{story.cluster}: {member} leads"
    return f"{story.cluster}: {before} → {member}"


def plainly(story: Story) -> str:
    """How it stands, in one sentence of plain words that are safe everywhere."""
    if story.over:
        return f"concluded after {lasted(took(story))}, {_follow(story)}"
    if story.verdict != "confirmed":
        return f"no leader is proven: {said(story.reason)}"
    how = _follow(story) if story.hold is None else "but its return is held back"
    return f"{word(story.member or 'nobody')} is proven to lead, {how}"


def took(story: Story) -> float:
    """Seconds from the first sign to the end: what all times beside it count from."""
    return story.seconds or 0.0


def _follow(story: Story) -> str:
    if story.verdict == "standby":
        return "the whole cluster follows another one"
    if not story.targets:
        return "nothing had to be moved"
    return f"{story.held} of {everybody(story)}"


def everybody(story: Story) -> str:
    """How many follow, or should: hosts, where there is nothing else."""
    hosts = all(one.kind == "host" for one in story.targets)
    what = "host" if hosts else "target"
    return counted(len(story.targets), f"{what} follows", f"{what}s follow")


def because(cause: Cause) -> str:
    """Why it happened, in the cause's own sentence: its name would only say it twice."""
    return f"Cause: {said(cause.text)}"


def _blocks(tale: Tale, site: Site, note: str) -> Iterator[Block]:
    story = tale.story
    yield header(title(story))
    yield section(_state(tale))
    failing = list(behind(story))
    if failing:
        yield section(_failing(failing))
    yield context(times_line(story))
    if story.acks:
        yield context(*(f":eyes: {said(ack.text)}" for ack in story.acks[-ACKS:]))
    if note:
        yield context(note)
    yield context(f"{site.incident(story.id)} · {anchored(tale.seq, tale.hash)}")


def _state(tale: Tale) -> Iterator[str]:
    story = tale.story
    yield f"*{_headline(story)}*"
    if not story.over and story.verdict != "confirmed":
        yield "Every host stays as it is until a leader is proven."
    if not story.over:
        yield from _held_up(tale)
    if story.cause is not None:
        yield because(story.cause)


def _headline(story: Story) -> str:
    text = plainly(story)
    return text if text.startswith(word(story.member)) else f"{text[0].upper()}{text[1:]}"


def _held_up(tale: Tale) -> Iterator[str]:
    """The newest thing that was said loudly; who does not follow is listed by name anyway."""
    since = tale.story.times.verified or 0
    loud = [m.fact for m in tale.marks if m.fact.kind == Kind.ALARM and m.fact.at >= since]
    held = tale.story.hold
    told = [f for f in loud if not is_left(f) and (held is not None or not is_hold(f))]
    if told:
        yield f"Held up: {said(told[-1].evidence['reason']).removeprefix('held: ')}"


def behind(story: Story) -> Iterator[TargetStory]:
    """The targets that were tried, and do not follow yet."""
    return (one for one in story.targets if not one.holds and one.attempts)


def _failing(failing: list[TargetStory]) -> Iterator[str]:
    yield f"Not yet ({len(failing)}):"
    for one in failing[:FAILING]:
        why = f": {said(one.reason)}" if one.reason else ""
        yield f"• *{word(one.told)}*, {word(one.outcome)}{why}"
    if len(failing) > FAILING:
        yield f"• {named([one.told for one in failing[FAILING:]])}"


def times_line(story: Story) -> str:
    """When what was, as distances from the first sign. Nobody is the last one while others are left."""
    times, all_ = story.times, story.held == len(story.targets)
    later = (
        ("leader lost", times.leader_lost),
        ("verified", times.verified),
        ("last host", times.last_host if all_ else None),
        ("writes resumed", times.writes_resumed),
    )
    told = [f"{name} {offset(at - times.detected)}" for name, at in later if at is not None]
    return " · ".join([f"detected {moment(times.detected)}", *told])


def anchored(seq: int, digest: str) -> str:
    """Where the audit trail stood: what is kept here cannot be changed in Redis unnoticed."""
    return f"audit trail, entry {seq} `{digest}`"
