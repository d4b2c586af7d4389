"""Everything that a post-mortem says, once: both formats are made of the same words and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jobs.picture.telling import led
from jobs.picture.tries import restarts_of
from jobs.story import Story
from webhook.report.audit import Proof, proof_of
from webhook.report.context import Context
from webhook.report.goals import Goal, goals_of
from webhook.report.instants import clock_of, day_of, exact, moment_of
from webhook.report.record import Row, rows_of
from webhook.report.summary import cause_of, summary_of
from webhook.report.troubles import Trouble, notes_of, troubles_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant:
    """A milestone: its name, its time of day, and its distance from the first sign."""

    name: str
    clock: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fared:
    """How one target fared."""

    name: str
    outcome: str
    seconds: str
    attempts: int
    failures: int
    restarted: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """An empty place that people fill, with what belongs there."""

    name: str
    hint: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A post-mortem before it has a format. All texts are plain: each format escapes them."""

    incident: str
    cluster: str
    title: str
    state: str
    made: str
    day: str
    page: str
    summary: tuple[str, ...]
    instants: tuple[Instant, ...]
    goals: tuple[Goal, ...]
    cause: str
    proofs: tuple[tuple[int, str, str], ...]
    targets: tuple[Fared, ...]
    troubles: tuple[Trouble, ...]
    notes: tuple[Trouble, ...]
    audit: Proof
    rows: tuple[Row, ...]
    left_out: int
    blanks: Sequence[Blank]


NO_CAUSE = "The facts in the audit trail allow no named cause."

BLANKS = (
    Blank(
        name="Impact on customers",
        hint="Who noticed, how many, what they could not do, what it cost.",
    ),
    Blank(name="What went well", hint="What shortened the incident or kept it small."),
    Blank(name="What did not go well", hint="What lengthened it, or was found out too late."),
    Blank(
        name="The root cause behind the cause",
        hint="The trail says what happened. Why could it happen?",
    ),
    Blank(
        name="Actions",
        hint="One row an action; without an owner and a date it will not be done.",
        columns=("Action", "Owner", "Due"),
    ),
)


def paper_of(story: Story, context: Context) -> Paper:
    """Gather everything that is known of an incident at `context.now`."""
    rows, left_out = rows_of(story, context.entries)
    return Paper(
        incident=story.id,
        cluster=story.cluster,
        title=f"{story.id}: {led(story)}",
        state=_state_of(story),
        made=moment_of(context.now),
        day=day_of(story.times.detected),
        page=context.page,
        summary=tuple(summary_of(story, context.now)),
        instants=instants_of(story),
        goals=tuple(goals_of(story, context)),
        cause=NO_CAUSE if story.cause is None else cause_of(story.cause),
        proofs=_proofs(story),
        targets=tuple(_fared(story)),
        troubles=tuple(troubles_of(story)),
        notes=tuple(notes_of(story)),
        audit=proof_of(story, context, shown=[row.seq for row in rows]),
        rows=tuple(rows),
        left_out=left_out,
        blanks=BLANKS,
    )


def _state_of(story: Story) -> str:
    if story.over:
        return "concluded"
    held = "held back" if story.hold is not None else story.verdict.replace("-", " ")
    return f"open, {held}"


NAMES = (
    ("detected", "first sign"),
    ("opened", "incident opened"),
    ("leader_lost", "leader lost"),
    ("elected", "a new leadership was heard of"),
    ("verified", "new leader proven"),
    ("first_host", "first target follows"),
    ("writes_resumed", "every application writes again"),
    ("last_host", "newest target follows"),
    ("concluded", "concluded"),
)


def instants_of(story: Story) -> tuple[Instant, ...]:
    """The milestones in the order in which they happened."""
    named = [(getattr(story.times, key), name) for key, name in NAMES]
    there = sorted(((at, name) for at, name in named if at is not None), key=lambda one: one[0])
    zero = story.times.detected
    return tuple(
        Instant(name=name, clock=clock_of(at), after=f"+{exact(at - zero)}") for at, name in there
    )


def _proofs(story: Story) -> tuple[tuple[int, str, str], ...]:
    if story.cause is None:
        return ()
    return tuple((p.seq, clock_of(p.at), p.text) for p in story.cause.proofs)


def _fared(story: Story) -> list[Fared]:
    return [
        Fared(
            name=t.told,
            outcome=f"follows {t.member or story.member or 'the leader'} ({t.outcome})"
            if t.holds
            else f"does not follow ({t.outcome})",
            seconds="" if t.seconds is None else exact(t.seconds),
            attempts=t.attempts,
            failures=t.failures,
            restarted=restarts_of(t),
            reason=". ".join(filter(None, (t.reason, t.remedy))),
        )
        for t in story.targets
    ]
