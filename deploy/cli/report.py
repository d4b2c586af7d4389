"""`pgbaton report`: the post-mortem of an incident as files that people go on writing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.cli.desk import Desk
from deploy.cli.exits import Exit, Fault
from deploy.cli.export import read_export, write_export
from deploy.cli.voice import voice

if TYPE_CHECKING:
    from jobs.audit import Entry
    from jobs.inventory.cluster import Objectives
    from jobs.ports import ReadTrail

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,200}")


@click.command(short_help="Write an incident's post-mortem.")
@click.argument("incident")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path(),
    metavar="DIR|FILE",
    help="Where to: a folder, or a file whose ending (.md, .html) says its format.",
)
@click.option(
    "--format", "formats", default="md,html", show_default=True, help="md, html, or both."
)
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Read an exported trail instead of Redis.",
)
@click.option(
    "--export",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the trail it rests on to FILE as well, as JSON lines.",
)
@click.option("--force", is_flag=True, help="Overwrite a report that people have edited.")
@click.pass_obj
def report(
    desk: Desk,
    incident: str,
    *,
    output: Path,
    formats: str,
    source: Path | None,
    target: Path | None,
    force: bool,
) -> None:
    """Write the post-mortem of INCIDENT (as `pgbaton incidents` names it): INCIDENT.md and INCIDENT.html,
    the latter one file that needs nothing else.

    A report that people have written into is never overwritten, unless --force says so.
    """
    wanted, names = _places(incident, output, formats)
    trail = _trail(desk, incident, source)
    paths = _written(desk, trail, incident, folder=output, formats=wanted, names=names, force=force)
    if target is not None:
        count, head = write_export(target, trail.entries(_cluster(incident)))
        voice().line(f"{target}: {count} entries, head {head}", "quiet")
    for path in paths:
        voice().line(str(path), "good")


def _places(incident: str, output: Path, formats: str) -> tuple[list[str], dict[str, Path]]:
    """The formats, and the file of the only one where `output` names a file."""
    from deploy.report import FORMATS

    if not _NAME.fullmatch(incident):
        raise Fault(_unknown(incident), "pgbaton incidents names them", code=Exit.USAGE)
    wanted = list(dict.fromkeys(one.strip() for one in formats.split(",") if one.strip()))
    strange = [one for one in wanted if one not in FORMATS]
    if strange or not wanted:
        reason = f"there is no format {strange[0]!r}" if strange else "no format is named"
        raise Fault(reason, "write --format md, --format html, or both: md,html", code=Exit.USAGE)
    ending = output.suffix.removeprefix(".")
    if ending not in FORMATS or output.is_dir():
        return wanted, {}
    if ending not in wanted:
        reason = f"{output} would be {ending}, and --format says {','.join(wanted)}"
        raise Fault(reason, "name a folder, or a file with that ending", code=Exit.USAGE)
    return [ending], {ending: output}


def _trail(desk: Desk, incident: str, source: Path | None) -> ReadTrail:
    from deploy.report import FileTrail

    if source is not None:
        return FileTrail(_exported(source))
    if _cluster(incident) not in desk.inventory.clusters:
        raise Fault(_unknown(incident), "pgbaton incidents names them", code=Exit.USAGE)
    return desk.ledger


def _exported(source: Path) -> list[Entry]:
    chain = read_export(source)
    entries = list(chain.entries)
    if chain.broken:
        raise Fault(f"{source}: {chain.broken[0]}", f"pgbaton audit verify {source}", code=Exit.NO)
    return entries


def _written(
    desk: Desk,
    trail: ReadTrail,
    incident: str,
    *,
    folder: Path,
    formats: list[str],
    names: dict[str, Path],
    force: bool,
) -> list[Path]:
    from deploy.cli.noted import Asked, ask_anchors
    from deploy.report import FileTrail, write_reports

    objectives, page = _inventory(desk, incident)
    asked = Asked() if isinstance(trail, FileTrail) else ask_anchors(desk, _cluster(incident))
    with _faults(incident, folder):
        return write_reports(
            trail,
            incident,
            folder,
            now=desk.clock.now(),
            objectives=objectives,
            anchors=asked.anchors,
            silent=asked.reason,
            page=page,
            formats=formats,
            names=names,
            force=force,
        )


@contextmanager
def _faults(incident: str, folder: Path) -> Iterator[None]:
    """What can go wrong with the files, as two lines each."""
    from deploy.report import Edited, NoSuchIncident

    try:
        yield
    except NoSuchIncident:
        raise Fault(_unknown(incident), "pgbaton incidents names them", code=Exit.USAGE) from None
    except Edited as error:
        remedy = "name another place with --output, or --force to lose what was written into it"
        raise Fault(str(error), remedy, code=Exit.NO) from None
    except OSError as error:
        where = error.filename or folder
        remedy = "name a folder that you may write into, with --output"
        raise Fault(
            f"cannot write {where}: {error.strerror}", remedy, code=Exit.UNAVAILABLE
        ) from None


def _inventory(desk: Desk, incident: str) -> tuple[Objectives | None, str]:
    """The cluster's objectives and the incident's page. An export may come from elsewhere: without an
    inventory, or without this cluster in it, the usual objectives hold."""
    try:
        inventory = desk.inventory
    except Fault:
        return None, ""
    cluster = inventory.clusters.get(_cluster(incident))
    url = inventory.pages.url
    return (
        None if cluster is None else cluster.objectives,
        "" if url is None or cluster is None else f"{url}/incidents/{incident}",
    )


def _cluster(incident: str) -> str:
    return incident.rpartition("-")[0]


def _unknown(incident: str) -> str:
    return f"no incident is called {incident!r}"
