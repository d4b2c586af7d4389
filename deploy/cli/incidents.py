"""`pgbaton incidents` and `show`: what happened, as rows and as one timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from deploy.cli.desk import Desk, known_cluster
from deploy.cli.exits import Exit, Fault
from deploy.cli.telling import document, instants, lead, read_told, state_of
from deploy.cli.trail import date_of, stamp_of, told
from deploy.cli.voice import Voice, say_json, voice
from jobs.story import newest_stories
from webhook.pages.trouble import troubles

if TYPE_CHECKING:
    from jobs.sentences import Tone
    from jobs.story import Story
    from jobs.timeline import Line


@click.command(short_help="What happened, one row an incident.")
@click.argument("cluster", required=False)
@click.option("--last", type=click.IntRange(1), default=20, show_default=True, help="How many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def incidents(desk: Desk, cluster: str | None, *, last: int, as_json: bool) -> None:
    """The incidents of CLUSTER, or of all clusters, the newest last; below them whatever keeps Slack, the
    on-call tool or the anchors from being told."""
    names = [known_cluster(desk, cluster)] if cluster else list(desk.inventory.clusters)
    found = [s for name in names for s in newest_stories(desk.ledger, name, count=last)]
    newest = sorted(found, key=lambda s: s.times.opened)[-last:]
    if as_json:
        say_json([document(one) for one in newest])
    elif newest:
        head = ("incident", "opened", "leader", "state", "cause", "took", "targets")
        rows: list[tuple[Tone, tuple[str, ...]]] = [(_tone(s), _row(s)) for s in newest]
        voice().toned([("quiet", head), *rows])
    else:
        voice().line("no incident yet", "quiet")
    if not as_json:
        for trouble in troubles(desk.ledger):
            voice().line(f"{trouble.word}: {trouble.text}", "bad")


def _tone(one: Story) -> Tone:
    return "plain" if one.over else "bad"


def _row(one: Story) -> tuple[str, ...]:
    took = "" if one.seconds is None else f"{one.seconds:.1f} s"
    targets = f"{one.held} of {len(one.targets)}" if one.targets else ""
    leader = f"{one.before or '?'} → {one.member or '?'}"
    cause = one.cause.kind.told if one.cause else ""
    return one.id, date_of(one.times.opened), leader, state_of(one), cause, took, targets


@click.command(short_help="One incident's timeline.")
@click.argument("incident")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def show(desk: Desk, incident: str, *, as_json: bool) -> None:
    """What happened in INCIDENT (as `pgbaton incidents` names it), from its first sign on."""
    cluster = incident.rpartition("-")[0]
    known = cluster in desk.inventory.clusters
    found = read_told(desk.ledger, cluster, incident) if known else None
    if found is None:
        reason = f"no incident is called {incident!r}"
        raise Fault(reason, "pgbaton incidents names them", code=Exit.USAGE)
    lines = sorted((told(entry) for entry in found.entries), key=lambda line: line.at)
    if as_json:
        say_json({**document(found.story), "timeline": [_entry(line) for line in lines]})
    else:
        _print(voice(), found.story, lines)


def _entry(line: Line) -> dict[str, object]:
    return {"seq": line.seq, "at": stamp_of(line.at), "kind": str(line.kind), "text": line.text}


def _print(speak: Voice, story: Story, lines: list[Line]) -> None:
    """Seconds count from the first sign, as they do in Slack and on the pages."""
    begun = story.times.detected
    speak.line(f"{story.id}: {lead(story)}, {state_of(story)}", "good" if story.over else "bad")
    speak.line(f"first sign {date_of(begun)}", "quiet")
    _print_cause(speak, story)
    for said in story.acks:
        speak.line(f"{said.text} ({_offset(said.at - begun)})")
    speak.line()
    later = instants(story)[1:]
    speak.rows([[_offset(at - begun) for _, at in later]], head=[name for name, _ in later])
    speak.line()
    speak.toned([(line.tone, (_offset(line.at - begun), line.text)) for line in lines])


def _print_cause(speak: Voice, story: Story) -> None:
    """The sentence, and the entries that it rests on."""
    if story.cause is None:
        speak.line("cause: the trail allows none", "quiet")
        return
    speak.line(f"cause: {story.cause.text}")
    speak.rows([(f"entry {p.seq}", p.text) for p in story.cause.proofs], indent=2)


def _offset(seconds: float) -> str:
    return f"{seconds:+.3f} s"
