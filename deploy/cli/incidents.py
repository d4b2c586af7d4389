"""`pgbaton incidents` and `show`: what happened, as rows and as one timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from deploy.cli.desk import Desk, known_cluster
from deploy.cli.exits import Exit, Fault
from deploy.cli.stories import Story, stories, story
from deploy.cli.trail import date_of, stamp_of, told
from deploy.cli.voice import Voice, say_json, voice
from jobs.remote import HOLDS

if TYPE_CHECKING:
    from jobs.sentences import Tone
    from jobs.timeline import Line


@click.command(short_help="What happened, one row an incident.")
@click.argument("cluster", required=False)
@click.option("--last", type=click.IntRange(1), default=20, show_default=True, help="How many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def incidents(desk: Desk, cluster: str | None, *, last: int, as_json: bool) -> None:
    """The incidents of CLUSTER, or of all clusters, the newest last."""
    names = [known_cluster(desk, cluster)] if cluster else list(desk.inventory.clusters)
    found = [s for name in names for s in stories(desk.ledger.entries(name), last=last)]
    newest = sorted(found, key=lambda s: s.summary.times.opened)[-last:]
    if as_json:
        say_json([one.to_json() for one in newest])
    elif newest:
        head = ("incident", "opened", "leader", "state", "took", "hosts")
        rows: list[tuple[Tone, tuple[str, ...]]] = [(_tone(s), _row(s)) for s in newest]
        voice().toned([("quiet", head), *rows])
    else:
        voice().line("no incident yet", "quiet")


def _tone(one: Story) -> Tone:
    return "plain" if one.over else "bad"


def _row(one: Story) -> tuple[str, ...]:
    s = one.summary
    took = "" if one.seconds is None else f"{one.seconds:.1f} s"
    held = sum(outcome in HOLDS for outcome in s.hosts.values())
    hosts = f"{held} of {len(s.hosts)}" if s.hosts else ""
    leader = f"{s.before or '?'} → {s.member or '?'}"
    return s.id, date_of(s.times.opened), leader, one.state, took, hosts


@click.command(short_help="One incident's timeline.")
@click.argument("incident")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def show(desk: Desk, incident: str, *, as_json: bool) -> None:
    """What happened in INCIDENT (as `pgbaton incidents` names it), from its opening on."""
    cluster = incident.rpartition("-")[0]
    known = cluster in desk.inventory.clusters
    found = story(desk.ledger.entries(cluster), incident) if known else None
    if found is None:
        reason = f"no incident is called {incident!r}"
        raise Fault(reason, "pgbaton incidents names them", code=Exit.USAGE)
    lines = [told(entry) for entry in found.entries]
    if as_json:
        say_json({**found.to_json(), "timeline": [_entry(line) for line in lines]})
    else:
        _print(voice(), found, lines)


def _entry(line: Line) -> dict[str, object]:
    return {"seq": line.seq, "at": stamp_of(line.at), "kind": str(line.kind), "text": line.text}


def _print(speak: Voice, found: Story, lines: list[Line]) -> None:
    s, opened = found.summary, found.summary.times.opened
    leaders = f"{s.before or 'nobody known'} → {s.member or 'nobody yet'}"
    speak.line(f"{s.id}: {leaders}, {found.state}", "good" if found.over else "bad")
    speak.line(f"opened {date_of(opened)}", "quiet")
    speak.line()
    later = found.instants[1:]
    if later:
        speak.rows([[_offset(at - opened) for _, at in later]], head=[name for name, _ in later])
        speak.line()
    speak.toned([(line.tone, (_offset(line.at - opened), line.text)) for line in lines])


def _offset(seconds: float) -> str:
    return f"{seconds:+.3f} s"
