"""The incident in a few plain sentences, for those who read nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from jobs.picture.letters import span_of
from jobs.picture.rows import ends
from jobs.picture.tries import told_of
from jobs.picture.writes import out_of
from jobs.story import Cause, Story
from webhook.report.instants import clock_of, day_of

NAMED = 5
"""Targets named in the summary; the table has all."""


def summary_of(story: Story, now: float) -> Iterator[str]:
    """What happened, to whom, for how long, and what people did."""
    yield _what(story)
    if story.cause is not None:
        yield f"Cause: {_ended(cause_of(story.cause))}"
    yield _writes(story, now)
    if story.caveat:
        yield story.caveat
    yield from _targets(story)
    yield from _troubles(story)
    yield from _people(story)
    yield _end(story, now)


def cause_of(cause: Cause) -> str:
    """Its name and its sentence, which may begin with that name."""
    named = cause.text.casefold().startswith(cause.kind.told.casefold())
    return cause.text if named else f"{cause.kind.told}: {cause.text}"


def _what(story: Story) -> str:
    zero = story.times.detected
    when = f"On {day_of(zero)} at {clock_of(zero)} UTC"
    cluster, before, member = story.cluster, story.before, story.member
    if member is None:
        yet = "was proven" if story.over else "has been proven yet"
        led = f"; {before} led before" if before else ""
        return f"{when} an incident of cluster {cluster} began. No new leader {yet}{led}."
    if before == member:
        return f"{when} an incident of cluster {cluster} began. {member} led before, and leads."
    since = f" after {span_of(story.times.verified - zero)}" if story.times.verified else ""
    return (
        f"{when} the leadership of cluster {cluster} began to move from "
        f"{before or 'nobody known'} to {member}, which was proven{since}."
    )


def _writes(story: Story, now: float) -> str:
    out = out_of(story, now)
    if out is None:
        return "No loss of the leader was heard, so no outage of writes is known."
    some = ""
    if out.some is not None:
        some = f"; the first application wrote again after {span_of(out.some - out.begun)}"
    if out.ended is None:
        return (
            f"Writes were lost at {clock_of(out.begun)}, and {span_of(out.seconds)} later not every "
            f"application is known to write again{some}."
        )
    return (
        f"Writes were out for {out.took}, from {clock_of(out.begun)} until every "
        f"application wrote again at {clock_of(out.ended)}{some}."
    )


def _targets(story: Story) -> Iterator[str]:
    if not story.targets:
        yield "No host, balancer or record was brought to a leader."
        return
    count, last = len(story.targets), story.times.last_host
    if story.held == count:
        after = f", the last one after {span_of(last - story.times.detected)}" if last else ""
        yield f"{'The one target follows' if count == 1 else f'All {count} targets follow'}{after}."
        return
    left = [t for t in story.targets if not t.holds]
    yield f"{story.held} of {count} targets follow."
    yield from (_ended(told_of(t)) for t in left[:NAMED])
    if len(left) > NAMED:
        yield f"{len(left) - NAMED} more do not follow either; the table names them."


def _troubles(story: Story) -> Iterator[str]:
    counted = (
        (sum(t.failures for t in story.targets), "failed try", "failed tries"),
        (len(story.retries), "takeover from a silent worker", "takeovers from silent workers"),
        (len(story.alarms), "alarm", "alarms"),
    )
    told = [f"{n} {one if n == 1 else many}" for n, one, many in counted if n]
    if told:
        yield f"There {'was' if told[0].startswith('1 ') else 'were'} {', '.join(told)}."


def _people(story: Story) -> Iterator[str]:
    for ack in story.acks[:NAMED]:
        after = span_of(ack.at - story.times.detected)
        yield f"After {after}: {_ended(ack.text)}"
    if len(story.acks) > NAMED:
        yield f"{len(story.acks) - NAMED} more notes stand below."


def _end(story: Story, now: float) -> str:
    took = span_of(ends(story, now) - story.times.detected)
    return (
        f"The incident was concluded after {took}."
        if story.over
        else (f"The incident is still open, after {took}.")
    )


def _ended(text: str) -> str:
    return text if text.rstrip().endswith((".", "!", "?")) else f"{text.rstrip()}."
