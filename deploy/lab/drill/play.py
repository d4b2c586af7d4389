"""A drill from beginning to end: lab up, observers in place, fault, history, verdict."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import psycopg

from deploy.lab import counter, layout, patroni
from deploy.lab.drill.history import History
from deploy.lab.drill.hostwatch import observe, read_orders
from deploy.lab.drill.invariants import Checked, check_all
from deploy.lab.drill.report import Report, make_report, to_json
from deploy.lab.drill.scenarios import SCENARIOS, Scenario
from deploy.lab.drill.screen import Screen
from deploy.lab.drill.search import metrics_page, named_secrets, searched_places
from deploy.lab.drill.stage import Stage, set_stage
from deploy.lab.faults import find
from deploy.lab.inventory import PROFILES
from deploy.lab.lab import open_lab
from deploy.lab.patroni import PatroniProgram
from deploy.lab.rise import rise
from jobs.audit import to_line

[UNMANAGED] = layout.UNMANAGED


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the operator asked for."""

    scenario: str
    profile: str
    patroni: int
    endpoint: str | None = None
    report: Path | None = None
    export_audit: Path | None = None


def play(wish: Wish) -> bool:
    """Run a drill; True where every invariant held."""
    screen, profile = Screen(), PROFILES[wish.profile]
    scenario = SCENARIOS[wish.scenario]
    screen.say(f"drill: {scenario.title}", style="bold")
    program, endpoint = PatroniProgram(version=wish.patroni), wish.endpoint or scenario.endpoint
    with open_lab(profile=profile, program=program, endpoint=endpoint) as lab:
        stage = set_stage(lab, screen, patience=3 * profile.ttl + 60)
        rise(lab, screen.say)
        stage.observe()
        report, history = _perform(stage, scenario, wish.scenario)
    screen.report(report, unmanaged=UNMANAGED)
    _write(wish, report, history)
    return report.passed


def _perform(stage: Stage, scenario: Scenario, name: str) -> tuple[Report, History]:
    try:
        # From peace: pgbaton knows the first leader, and the hosts hold its fence.
        stage.until_concluded()
        stage.peace(3)
        extra = scenario.act(stage)
    except TimeoutError as error:
        extra = (Checked(name="the drill came to its end", held=False, evidence=str(error)),)
    version = patroni_version()
    history = collect(stage)
    checked = (*check_all(history), *extra)
    report = make_report(history, scenario=name, patroni_version=version, invariants=checked)
    return report, history


def patroni_version() -> str:
    said = (patroni.rest(member).get("patroni", {}).get("version") for member in layout.MEMBERS)
    return str(next(filter(None, said), "unknown"))


def collect(stage: Stage) -> History:
    """The history, once the last order has ended and no event can come any more."""
    lab = stage.lab
    page = metrics_page()
    for customers in ("orders", *(("counter",) if lab.balanced else ())):
        find(lab, "operator", customers).stop(grace=10)
    find(lab, "control", "web").stop()
    trail = tuple(stage.trail.trail.entries(layout.CLUSTER))
    exported = "\n".join(map(to_line, trail))
    leader = stage.leaders.leader
    return History(
        fault=stage.fault,
        leaderships=tuple(stage.leaders.leaderships),
        writable=dict(stage.writable.first),
        orders=tuple(read_orders(lab.history_file)),
        stored=_stored(leader.address, lab.secrets.shop) if leader else frozenset(),
        hosts=tuple(observe(lab, name, stage.fences.fences.get(name, [])) for name in layout.SHOPS),
        unmanaged=UNMANAGED,
        counter=counter.HOST if lab.balanced else None,
        entries=trail,
        accepted=_accepted(lab.machines["control"].folder / "access.log"),
        secrets=named_secrets(lab.secrets),
        places={
            "the trail": exported,
            "the process lists": "\n".join(stage.processes.seen),
            "the webhook's metrics": page,
            **searched_places(lab),
        },
    )


def _accepted(log: Path) -> frozenset[str]:
    words = (line.split() for line in log.read_text().splitlines())
    return frozenset(w[1] for w in words if len(w) == 2 and w[0] == "202")  # noqa: PLR2004


def _stored(address: str, password: str) -> frozenset[str]:
    with psycopg.connect(
        host=address,
        port=layout.POSTGRESQL_PORT,
        dbname="shop",
        user="shop",
        password=password,
        connect_timeout=5,
    ) as connection:
        return frozenset(str(row[0]) for row in connection.execute("SELECT id FROM orders"))


def _write(wish: Wish, report: Report, history: History) -> None:
    if wish.report is not None:
        wish.report.write_text(json.dumps(to_json(report), indent=2) + "\n")
    if wish.export_audit is not None:
        wish.export_audit.write_text("".join(f"{to_line(e)}\n" for e in history.entries))
