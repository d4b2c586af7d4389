"""`pgbaton audit import`: what was done while Redis was down, taken into the trail as part of its incident."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.cli.desk import Desk
from deploy.cli.exits import Exit, Fault
from deploy.cli.journal import FOLDER, mark_taken, waiting
from deploy.cli.journal import read as read_journal
from deploy.cli.trail import stamp_of
from deploy.cli.voice import voice
from jobs.audit import Kind
from jobs.fence import Fence
from jobs.story import newest_stories

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deploy.cli.journal import Step

NEWEST = 20
"""Incidents among which a journal's own is looked for."""
PATIENCE, EVERY = 10.0, 0.5
"""Seconds for the incident to open that the journal's leader makes, and between two looks at it."""


@click.command(name="import", short_help="Take journals of repoint --now in, each step once.")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=FOLDER,
    show_default=True,
    help="Where journals wait.",
)
@click.pass_obj
def import_(desk: Desk, files: tuple[Path, ...], *, folder: Path) -> None:
    """Take the journals of a `repoint --now` into the trail, with their true instants: FILES, or all that
    wait in the folder. They become part of the incident of the leader that they tell of. A second
    time changes nothing. A file that is no journal is named, and holds up no other.
    """
    chosen = files or waiting(folder)
    if not chosen:
        voice().line(f"no journal waits in {folder}", "quiet")
    faults = [fault for file in chosen if (fault := _tried(desk, file)) is not None]
    for fault in faults[:-1]:
        fault.show()
    if faults:
        raise faults[-1]


def _tried(desk: Desk, file: Path) -> Fault | None:
    try:
        _take_in(desk, file)
    except Fault as fault:
        return fault
    return None


def _take_in(desk: Desk, file: Path) -> None:
    steps = list(read_journal(file))
    if not steps:
        remedy = "name a file that `repoint --now` wrote; a run that was killed at once did nothing, delete it"
        raise Fault(f"{file} holds no step", remedy)
    clusters = [*dict.fromkeys(step.cluster for step in steps)]
    for cluster in clusters:
        _ours(desk, cluster, file)
    for cluster in clusters:
        _append(desk, cluster, [step for step in steps if step.cluster == cluster])
    mark_taken(file)


def _ours(desk: Desk, cluster: str, file: Path) -> None:
    if cluster not in desk.inventory.clusters:
        raise Fault(
            f"{file} is a journal of {cluster}, which the inventory does not name",
            f"take it in where {cluster} is at home, or move it away; the others are not held up",
            code=Exit.USAGE,
        )


def _append(desk: Desk, cluster: str, own: list[Step]) -> None:
    known = {entry.facts["id"] for entry in desk.ledger.entries(cluster)}
    fresh = [step for step in own if step.draft().id not in known]
    incident = _incident(desk, cluster, own) if fresh else None
    drafts = [step.draft() for step in fresh]
    desk.ledger.append(
        cluster, [replace(d, incident=d.incident or incident) if incident else d for d in drafts]
    )
    belong = f", part of {incident}" if incident else ""
    counts = f"{len(fresh)} steps taken in, {len(own) - len(fresh)} known already"
    voice().line(f"{cluster}: {counts} (from {stamp_of(own[0].at)}){belong}", "good")


def _incident(desk: Desk, cluster: str, steps: Sequence[Step]) -> str | None:
    """The incident of the leader that the journal proved. Where it did not open yet, Redis is back for a
    moment only: it is asked for and waited for, so that the story is one. None where nothing opens:
    the journal found everything as it was."""
    fence = _proven(steps)
    if fence is None:
        return None
    end = desk.clock.monotonic() + PATIENCE
    asked = False
    while True:
        found = _of_fence(desk, cluster, fence)
        settled = desk.ledger.state(cluster).settled.fence == fence
        if found is not None or settled or desk.clock.monotonic() >= end:
            return found
        if not asked:
            desk.ledger.call(cluster)
            asked = True
        desk.clock.sleep(EVERY)


def _of_fence(desk: Desk, cluster: str, fence: Fence) -> str | None:
    for story in newest_stories(desk.ledger, cluster, count=NEWEST):
        same = story.fence is not None and story.fence.system == fence.system
        if same and fence.epoch in story.epochs:
            return story.id
    return None


def _proven(steps: Sequence[Step]) -> Fence | None:
    """The newest leader's fence that the steps prove."""
    for step in reversed(steps):
        if step.fact.kind != Kind.VERDICT:
            continue
        match step.fact.evidence.get("fence"):
            case {"system": str(system), "pg_timeline": int(pg_timeline), "epoch": int(epoch)}:
                return Fence(system=system, pg_timeline=pg_timeline, epoch=epoch)
            case _:
                pass
    return None
