"""`pgbaton plan`: what a repoint would change, host by host; nothing is changed."""

from __future__ import annotations

from functools import partial

import click

from deploy.cli.desk import Desk, known_cluster, known_hosts, known_targets
from deploy.cli.exits import OF_VERDICT, Exit
from deploy.cli.forecast import Forecast, forecast, to_json
from deploy.cli.looking import look
from deploy.cli.verify import document, say_verdict
from deploy.cli.voice import Voice, say_json, voice
from jobs.inventory import parse_target
from jobs.verdict import Confirmed


@click.command(short_help="What a repoint would change on each host; changes nothing.")
@click.argument("cluster")
@click.option("--host", "hosts", multiple=True, metavar="HOST", help="Only this host; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def plan(desk: Desk, cluster: str, *, hosts: tuple[str, ...], as_json: bool) -> None:
    """Read the hosts of CLUSTER and show the exact changes that would point them at its leader.

    Exit code: 0 every host can be brought there, 1 a host is blocked; without a confirmed
    leader that of `pgbaton verify`.
    """
    known_hosts(desk, known_cluster(desk, cluster), hosts)
    there = known_targets(desk, cluster, hosts)
    wanted = [t for t in there if parse_target(t).kind == "host"]
    _, verdict = look(desk, cluster, everyone=False)
    found: dict[str, Forecast] = {}
    if isinstance(verdict, Confirmed):
        work = partial(forecast, desk, cluster, verdict.leadership)
        found = dict(desk.fleet.each(wanted, work))
    if as_json:
        seen = {host: to_json(found[host]) for host in wanted if host in found}
        say_json({**document(cluster, verdict), "hosts": seen})
    else:
        say_verdict(cluster, verdict)
        for host in (h for h in wanted if h in found):
            _print(voice(), host, found[host])
    blocked = any(f.reason for f in found.values())
    raise click.exceptions.Exit(Exit.NO if blocked else OF_VERDICT[verdict.kind])


def _print(speak: Voice, target: str, seen: Forecast) -> None:
    host = parse_target(target).told
    speak.line()
    if seen.reason:
        speak.line(f"{host}: blocked: {seen.reason}", "bad")
        if seen.remedy:
            speak.line(f"  {seen.remedy}")
        return
    speak.line(f"{host}: {seen.summary}", "quiet" if seen.rests else "plain")
    for path, changes in seen.changes:
        speak.line(f"  {path}")
        speak.rows([(c.key, f"{c.old or '(missing)'} → {c.new}") for c in changes], indent=4)
    steps = [*(("then run", c) for c in seen.commands), *(("restart", s) for s in seen.services)]
    steps += [("check", c) for c in seen.checks]
    if steps:
        speak.rows(steps, indent=2)
