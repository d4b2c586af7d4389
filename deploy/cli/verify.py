"""`pgbaton verify`: the verdict, and every claim it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from deploy.cli.desk import Desk, known_cluster
from deploy.cli.exits import OF_VERDICT
from deploy.cli.looking import look
from deploy.cli.voice import say_json, voice
from deploy.cli.witnesses import told
from jobs.evidence import of_claims, of_verdict
from jobs.verdict import Confirmed, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobs.claims import Claims
    from jobs.sentences import Tone

NOBODY: Mapping[str, object] = {
    "verdict": "",
    "reason": "",
    "member": None,
    "fence": None,
    "notes": (),
    "stale": (),
}
NEXT = {
    "not-yet": "Nothing is repointed until somebody leads; look again in a few seconds.",
    "contradicted": "Nothing is repointed while key and holder disagree; look at that member first.",
    "standby": "Nothing is repointed: applications of a standby cluster are not pgbaton's to move.",
    "unknown": "Nothing is repointed on a guess; make the silent one answer, then look again.",
}


@click.command(short_help="Who leads, for certain, and who says so.")
@click.argument("cluster")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def verify(desk: Desk, cluster: str, *, as_json: bool) -> None:
    """Ask etcd, Patroni and PostgreSQL who leads CLUSTER, all members, and judge. Needs no Redis.

    Exit code: 0 confirmed, 1 contradicted, 3 unknown, 4 not yet, 5 standby.
    """
    known_cluster(desk, cluster)
    claims, verdict = look(desk, cluster)
    if as_json:
        say_json({**document(cluster, verdict), "claims": of_claims(claims)})
    else:
        _print(cluster, claims, verdict)
    raise click.exceptions.Exit(OF_VERDICT[verdict.kind])


def document(cluster: str, verdict: Verdict) -> dict[str, object]:
    """A verdict for scripts: the same names, whatever the verdict."""
    return {"cluster": cluster, **NOBODY, **of_verdict(verdict)}


def say_verdict(cluster: str, verdict: Verdict) -> None:
    """One line in the verdict's colour, and what follows from it where it is no confirmation."""
    speak = voice()
    speak.line(f"{cluster}: {verdict.kind}: {verdict.reason}", _tone(verdict))
    if verdict.kind in NEXT:
        speak.line(NEXT[verdict.kind])


def _tone(verdict: Verdict) -> Tone:
    if verdict.kind == "standby":
        return "quiet"
    return "good" if isinstance(verdict, Confirmed) else "bad"


def _print(cluster: str, claims: Claims, verdict: Verdict) -> None:
    speak = voice()
    say_verdict(cluster, verdict)
    if isinstance(verdict, Confirmed):
        speak.line(f"fence {verdict.leadership.fence}", "quiet")
        for note in verdict.notes:
            speak.line(f"note: {note}")
        for name in verdict.stale:
            speak.line(f"two writable primaries: {name} accepts writes too", "bad")
    speak.line()
    speak.toned(told(claims))
