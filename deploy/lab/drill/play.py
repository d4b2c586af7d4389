"""A drill from beginning to end: lab up, observers in place, fault, history, verdict."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.lab import layout
from deploy.lab.drill.collect import collect
from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.history import History
from deploy.lab.drill.invariants import Checked, check_all
from deploy.lab.drill.keepsake import keep
from deploy.lab.drill.neighbourhood import watch_neighbours
from deploy.lab.drill.report import Report, make_report, to_json
from deploy.lab.drill.screen import Screen
from deploy.lab.drill.stage import Stage, set_stage
from deploy.lab.inventory import PROFILES
from deploy.lab.lab import Lab, open_lab
from deploy.lab.machine import CHECKOUT, LabError
from deploy.lab.patroni import PatroniProgram
from deploy.lab.rise import rise
from jobs.audit import to_line
from jobs.inventory.cluster import Objectives

[UNMANAGED] = layout.UNMANAGED


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the operator asked for."""

    scenario: str
    profile: str
    patroni: int
    endpoint: str | None = None
    machines: bool = False
    report: Path | None = None
    export_audit: Path | None = None


def play(wish: Wish, disaster: Disaster) -> bool:
    """Run a drill; True where every invariant held."""
    screen, profile = Screen(), PROFILES[wish.profile]
    screen.say(f"drill: {disaster.title}", style="bold")
    with _opened(wish, disaster, screen) as scene:
        stage = set_stage(scene.lab, screen, patience=3 * profile.ttl + 60)
        stage.neighbours = watch_neighbours(scene.lab, screen.say)
        scene.rises()
        stage.risen = time.time() if wish.machines else 0.0
        stage.observe()
        report, history = _perform(stage, scene, disaster, wish.scenario)
        objectives = scene.lab.inventory.clusters[layout.CLUSTER].objectives
    screen.thread(history)
    disaster.shows(history, screen)
    screen.report(report, unmanaged=UNMANAGED)
    _write(wish, report, history)
    _keep(wish, history, screen, objectives)
    return report.passed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """A lab, how it comes up, and what else must hold in it once the disaster is over."""

    lab: Lab
    rises: Callable[[], object]
    afterwards: Callable[[Stage], tuple[Checked, ...]] = lambda _: ()


@contextmanager
def _opened(wish: Wish, disaster: Disaster, screen: Screen) -> Iterator[_Scene]:
    """The lab that was asked for."""
    profile = PROFILES[wish.profile]
    if wish.machines:
        from deploy.lab.machines.afterwards import afterwards
        from deploy.lab.machines.rise import open_machines
        from deploy.lab.machines.rise import rise as rise_machines

        with open_machines(profile, screen.say) as (lab, booted):
            yield _Scene(
                lab=lab,
                rises=lambda: rise_machines(lab, booted.site, screen.say),
                afterwards=lambda stage: afterwards(stage, booted),
            )
    else:
        program, setting = PatroniProgram(version=wish.patroni), disaster.setting.at(wish.endpoint)
        with open_lab(profile=profile, program=program, setting=setting) as lab:
            yield _Scene(lab=lab, rises=lambda: rise(lab, screen.say))


def _perform(stage: Stage, scene: _Scene, disaster: Disaster, name: str) -> tuple[Report, History]:
    """Play it, and let the checker decide from the history what it came to."""
    extra = list(_acted(stage, scene, disaster))
    version = patroni_version(stage.lab)
    history = collect(stage)
    must = (one.check(history) for one in disaster.must)
    checked = (*check_all(history), *must, *extra)
    report = make_report(history, scenario=name, patroni_version=version, invariants=checked)
    return report, history


def _acted(stage: Stage, scene: _Scene, disaster: Disaster) -> Iterator[Checked]:
    """What the ground itself must come to; or what was waited for in vain."""
    try:
        # From peace: pgbaton knows the first leader, and the hosts hold its fence.
        stage.until_concluded()
        stage.peace(3)
        disaster.act(stage)
        yield from scene.afterwards(stage)
    except (TimeoutError, LabError) as error:
        stage.screen.say(str(error), style="bold red")
        yield Checked(name="the drill came to its end", held=False, evidence=str(error))


def patroni_version(lab: Lab) -> str:
    asked = (lab.footing.rest(member) for member in layout.MEMBERS)
    said = (body.get("patroni", {}).get("version") for body in asked)
    return str(next(filter(None, said), "unknown"))


def _keep(wish: Wish, history: History, screen: Screen, objectives: Objectives) -> None:
    """Leave it in the checkout, and say where."""
    try:
        kept = keep(history, scenario=wish.scenario, at=time.time(), objectives=objectives)
    except OSError as error:
        screen.note(f"post-mortem  not kept: {error}")
        return
    for page in kept:
        screen.note(f"post-mortem  {page.relative_to(CHECKOUT)}")


def _write(wish: Wish, report: Report, history: History) -> None:
    if wish.report is not None:
        wish.report.write_text(json.dumps(to_json(report), indent=2) + "\n")
    if wish.export_audit is not None:
        wish.export_audit.write_text("".join(f"{to_line(e)}\n" for e in history.entries))
