"""`pgbaton push`: brings machines to what the inventory says, or shows how far they are from it."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.cli.desk import Desk
from deploy.cli.exits import Exit, Fault
from deploy.cli.pushing import Teller, document, say_course, say_survey
from deploy.cli.voice import say_json

if TYPE_CHECKING:
    from deploy.push import Course, Crew, Survey, Wishes


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a push is done: only looked at, asked for, told as JSON."""

    check: bool
    yes: bool
    as_json: bool


@click.command(short_help="Bring machines to what the inventory says.")
@click.option("--check", is_flag=True, help="Show what differs; change nothing.")
@click.option("--machine", "machines", multiple=True, metavar="NAME", help="Only this; repeatable.")
@click.option(
    "--keys",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder of keys; else PGBATON_KEYS, else `keys` beside the inventory.",
)
@click.option("--switchover", is_flag=True, help="Let a leader hand over where it must restart.")
@click.option("--install", is_flag=True, help="Install Debian packages that are missing.")
@click.option("--prune", is_flag=True, help="Remove what a push put once and nobody wants now.")
@click.option("--yes", is_flag=True, help="Do not ask before changing something.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document; does not ask.")
@click.pass_obj
def push(
    desk: Desk,
    /,
    machines: tuple[str, ...],
    folder: Path | None,
    *,
    switchover: bool,
    install: bool,
    prune: bool,
    **manner: bool,
) -> None:
    """Compare every machine with the inventory, show what differs, and make it so: files whole,
    services reloaded or restarted one at a time where that matters. A push that was cut is finished
    by the next. At a terminal it asks first.

    Exit code: 0 all is as it should be, 1 something differs (--check), was left or failed, 69 a
    machine could not be asked; the others are pushed all the same.
    """
    from deploy.push import Wishes

    wishes = Wishes(switchover=switchover, install=install, prune=prune)
    crew = _crew(desk, folder)
    try:
        _push(desk, crew, _named(crew, machines), wishes, Manner(**manner))
    finally:
        crew.close()


def _push(
    desk: Desk, crew: Crew, machines: tuple[str, ...], wishes: Wishes, manner: Manner
) -> None:
    from deploy.push import differences, survey

    if not manner.check:
        _hold(desk, crew, machines)
    found = survey(crew, machines, wishes)
    lines = differences(crew, found.changes, found.found)
    if not manner.as_json:
        say_survey(found, lines)
    course = None if manner.check else _carried_out(crew, found, manner)
    if course is not None and not course.troubles:
        course = _looked_again(crew, found, wishes, course)
    if manner.as_json:
        say_json(document(found, lines, course))
    elif course is not None:
        say_course(course)
    raise click.exceptions.Exit(_code(found, course))


def _carried_out(crew: Crew, found: Survey, manner: Manner) -> Course:
    from deploy.push import Labour, Watching, carry_out

    asks = sys.stdin.isatty() and not (manner.yes or manner.as_json)
    if found.does and asks and not click.confirm("Do this?"):
        raise click.exceptions.Exit(Exit.NO)
    with Teller(quiet=manner.as_json) as teller:
        return carry_out(found.steps, Labour(crew=crew, watching=Watching(crew=crew)), teller)


def _looked_again(crew: Crew, found: Survey, wishes: Wishes, course: Course) -> Course:
    """With what a last look finds left, rather than what the plan had said of it."""
    from deploy.push import survey

    if not found.does:
        return course
    return replace(course, left=survey(crew, tuple(found.changes), wishes).steps)


def _code(found: Survey, course: Course | None) -> Exit:
    if found.silent:
        return Exit.UNAVAILABLE
    if course is None:
        return Exit.NO if found.differs else Exit.YES
    return Exit.YES if course.whole else Exit.NO


def _crew(desk: Desk, folder: Path | None) -> Crew:
    from deploy.cli.keys.folder import keyring_of
    from deploy.keyring import MissingKeyError
    from deploy.push import Crew, links, wanted_site
    from deploy.render import CannotRender, blueprints
    from deploy.site import CannotPlace, placed
    from workers.ssh import BadKeyError

    inventory = desk.inventory
    keyring = keyring_of(desk, folder)
    try:
        site = wanted_site(placed(inventory), blueprints(inventory, keyring))
        return Crew(site=site, links=links(site, inventory, keyring))
    except (CannotPlace, CannotRender, MissingKeyError, BadKeyError) as error:
        raise Fault(str(error), "mend it, then push again", code=Exit.CONFIG) from None


def _named(crew: Crew, machines: tuple[str, ...]) -> tuple[str, ...]:
    there = ", ".join(crew.site) or "none"
    for name in machines:
        if name not in crew.site:
            raise Fault(f"no machine is called {name!r}", f"there is: {there}", code=Exit.USAGE)
    return tuple(dict.fromkeys(machines)) or tuple(crew.site)


def _hold(desk: Desk, crew: Crew, machines: tuple[str, ...]) -> None:
    """Keep a second push away; machines that cannot be asked, the survey names."""
    refused = [t for t in crew.hold(machines, by=desk.by).values() if t.asked]
    for trouble in refused[:1]:
        raise Fault(f"{trouble.machine}: {trouble.reason}", trouble.remedy)
