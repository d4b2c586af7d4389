"""`pgbaton doctor nodebalancer`: what is wrong with a NodeBalancer, why it hurts, and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from deploy.cli.desk import Desk, known_balancers
from deploy.cli.exits import Exit
from deploy.cli.looking import look
from deploy.cli.voice import Voice, say_json, voice
from deploy.doctor.check import within
from deploy.doctor.evidence import Evidence, Unseen
from deploy.doctor.examine import Examination
from deploy.doctor.finding import Finding, Severity
from deploy.doctor.nodebalancer import diagnose

if TYPE_CHECKING:
    from jobs.sentences import Tone

TONES: Mapping[Severity, Tone] = {
    Severity.ERROR: "bad",
    Severity.WARNING: "wary",
    Severity.NOTE: "quiet",
}
Diagnosis = tuple[Evidence, tuple[Finding, ...]]


@click.command(short_help="What a NodeBalancer really does.")
@click.argument("balancer", required=False, metavar="[ID]")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def nodebalancer(desk: Desk, balancer: str | None, *, as_json: bool) -> None:
    """Compare NodeBalancer ID of the inventory, or all of them, with what Linode shows, with who
    leads, with the firewalls before the database nodes, and with what their ports answer from here.

    Exit code: 0 nothing is wrong (notes allowed), 1 an error or a warning; 69 Linode's API cannot be
    asked, 78 it refuses the token: then what can be said without it is said.
    """
    found = [_diagnosis(desk, name) for name in known_balancers(desk, balancer)]
    if as_json:
        say_json([_document(*one) for one in found])
    else:
        _print_all(voice(), found)
    raise click.exceptions.Exit(max(_code(*one) for one in found))


def _diagnosis(desk: Desk, balancer: str) -> Diagnosis:
    cluster = desk.inventory.nodebalancers[balancer].cluster
    claims, verdict = look(desk, cluster, everyone=False)
    whom = Examination(inventory=desk.inventory, balancers=desk.balancers, fleet=desk.fleet)
    seen = whom.of(balancer, claims, verdict)
    return seen, diagnose(seen)


def _code(seen: Evidence, findings: Sequence[Finding]) -> Exit:
    if isinstance(seen.found, Unseen):
        return Exit.CONFIG if seen.found.refused else Exit.UNAVAILABLE
    wrong = any(f.severity is not Severity.NOTE for f in findings)
    return Exit.NO if wrong else Exit.YES


def _document(seen: Evidence, findings: Sequence[Finding]) -> dict[str, object]:
    found = seen.balancer
    return {
        "balancer": seen.want.id,
        "label": seen.want.label,
        "cluster": seen.table.cluster,
        "id": None if found is None else found.id,
        "leader": seen.leader,
        "seen": not isinstance(seen.found, Unseen),
        "findings": [f.to_json() for f in findings],
    }


def _print_all(speak: Voice, found: Sequence[Diagnosis]) -> None:
    for i, (seen, findings) in enumerate(found):
        if i:
            speak.line()
        speak.line(_headline(seen, findings), _tone(findings))
        speak.rows([(_at_work(seen),)], indent=2)
        for finding in findings:
            _print(speak, finding)


def _print(speak: Voice, finding: Finding) -> None:
    speak.line()
    speak.line(f"{finding.severity}: {finding.what}", TONES[finding.severity])
    speak.rows([(finding.why,)], indent=2)
    if finding.remedy:
        speak.rows([("→", finding.remedy)], indent=2)


def _tone(findings: Sequence[Finding]) -> Tone:
    wrong = any(f.severity is not Severity.NOTE for f in findings)
    return "bad" if wrong else "good"


def _headline(seen: Evidence, findings: Sequence[Finding]) -> str:
    counts = Counter(f.severity for f in findings)
    parts = [
        f"{counts[one]} {one}{'' if counts[one] == 1 else 's'}" for one in Severity if counts[one]
    ]
    wrong = "nothing is wrong" if set(counts) <= {Severity.NOTE} else ""
    return f"{seen.want.id}: {', '.join(filter(None, (wrong, *parts)))}"


def _at_work(seen: Evidence) -> str:
    """What it does, in one sentence: the numbers of whoever wonders how long this may take."""
    found, s = seen.balancer, seen.settings
    here = "" if found is None else f" (id {found.id}, {found.region}, {found.ipv4})"
    where = f"NodeBalancer {seen.want.label}{here}, port {seen.want.port}"
    leads = f"{seen.leader} leads {seen.table.cluster}" if seen.leader else "no proven leader"
    if s.get("check", "none") == "none":
        return f"{where}: no check; {leads}"
    asks = f"GET {s.get('check_path')}" if str(s["check"]).startswith("http") else "connects"
    by = "" if seen.config else "by the inventory "
    often = f"{by}{asks} every {s.get('check_interval')} s"
    return f"{where}: {often}, a lost leader is noticed within {within(s)} s; {leads}"
