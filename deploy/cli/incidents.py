"""`pgbaton incidents` and `show`: what happened, as rows and as one timeline."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from deploy.cli.desk import Desk, known_cluster
from deploy.cli.exits import Exit, Fault
from deploy.cli.trail import clock_of, stamp_of, told
from deploy.cli.voice import Voice, say_json, voice
from jobs.timeline import Summary, Times, of_incident, summarise

if TYPE_CHECKING:
    from jobs.audit import Entry
    from jobs.timeline import Tone


@click.command(short_help="What happened, one row an incident.")
@click.argument("cluster", required=False)
@click.option("--last", type=click.IntRange(1), default=20, show_default=True, help="How many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def incidents(desk: Desk, cluster: str | None, *, last: int, as_json: bool) -> None:
    """The incidents of CLUSTER, or of all clusters, the newest last."""
    names = [known_cluster(desk, cluster)] if cluster else list(desk.inventory.clusters)
    found = [s for name in names for s in summaries(desk.ledger.entries(name))]
    newest = sorted(found, key=lambda s: s.times.opened)[-last:]
    if as_json:
        say_json([_json(s) for s in newest])
    elif newest:
        _table(voice(), newest)
    else:
        voice().line("no incident yet", "quiet")


def summaries(entries: Iterable[Entry]) -> list[Summary]:
    """Every incident of one trail, oldest first; events heard meanwhile belong to theirs."""
    trail = [(entry, entry.facts) for entry in entries]
    ids = dict.fromkeys(f["incident"] for _, f in trail if f["incident"] is not None)
    parts = {one: [e for e, f in trail if f["incident"] == one] for one in ids}
    events = [e for e, f in trail if f["kind"] == "event"]
    found = (summarise(of_incident([*parts[i], *_near(events, parts[i])], i)) for i in ids)
    return [s for s in found if s is not None]


def _near(events: list[Entry], own: list[Entry]) -> list[Entry]:
    return [e for e in events if own[0].at - 10_000_000 <= e.at <= own[-1].at]


def _table(speak: Voice, found: list[Summary]) -> None:
    head = ("incident", "opened", "leader", "state", "took", "hosts")
    speak.toned([("quiet", head), *((_tone(s), _row(s)) for s in found)])


def _row(s: Summary) -> tuple[str, ...]:
    leader = f"{s.before or '?'} → {s.member or '?'}"
    return s.id, _day(s.times.opened), leader, _state(s), _span(s), _hosts(s)


def _tone(s: Summary) -> Tone:
    return "plain" if s.state == "concluded" else "bad"


def _day(at: float) -> str:
    return f"{stamp_of(at)[:10]} {clock_of(at)[:8]}"


def _state(s: Summary) -> str:
    return s.state if s.state == "concluded" else f"open, {s.state}"


def _span(s: Summary) -> str:
    ended = s.times.concluded
    return "" if ended is None else f"{ended - s.times.opened:.1f} s"


def _hosts(s: Summary) -> str:
    held = sum(o in {"changed", "resumed", "unchanged"} for o in s.hosts.values())
    return f"{held} of {len(s.hosts)}" if s.hosts else ""


@click.command(short_help="One incident's timeline.")
@click.argument("incident")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def show(desk: Desk, incident: str, *, as_json: bool) -> None:
    """What happened in INCIDENT (as `pgbaton incidents` names it), from its opening on."""
    cluster = incident.rpartition("-")[0]
    own: list[Entry] = []
    if cluster in desk.inventory.clusters:
        own = of_incident(desk.ledger.entries(cluster), incident)
    summary = summarise(own)
    if summary is None:
        raise Fault(
            f"no incident is called {incident!r}", "pgbaton incidents names them", code=Exit.USAGE
        )
    if as_json:
        lines = [told(e) for e in own]
        say_json(
            {
                **_json(summary),
                "timeline": [
                    {"seq": n.seq, "at": stamp_of(n.at), "kind": str(n.kind), "text": n.text}
                    for n in lines
                ],
            }
        )
    else:
        _print(voice(), summary, own)


def _print(speak: Voice, s: Summary, own: list[Entry]) -> None:
    speak.line(
        f"{s.id}: {s.before or 'nobody known'} → {s.member or 'nobody yet'}, {_state(s)}",
        "good" if s.state == "concluded" else "bad",
    )
    speak.line(f"opened {_day(s.times.opened)}", "quiet")
    speak.rows(
        [tuple(_offset(at - s.times.opened) for _, at in _instants(s.times))],
        head=[name for name, _ in _instants(s.times)],
    )
    speak.line()
    speak.toned([(n.tone, (_offset(n.at - s.times.opened), n.text)) for n in map(told, own)])


def _instants(times: Times) -> list[tuple[str, float]]:
    named = [
        ("heard", times.heard),
        ("verified", times.verified),
        ("first host", times.first_host),
        ("last host", times.last_host),
        ("concluded", times.concluded),
    ]
    return [("opened", times.opened), *((name, at) for name, at in named if at is not None)]


def _offset(seconds: float) -> str:
    return f"{seconds:+.3f} s"


def _json(s: Summary) -> dict[str, object]:
    return {
        "incident": s.id,
        "before": s.before,
        "member": s.member,
        "state": s.state,
        "times": {name.replace(" ", "_"): stamp_of(at) for name, at in _instants(s.times)},
        "hosts": dict(s.hosts),
    }
