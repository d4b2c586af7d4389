"""From a trail to the files of a post-mortem."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.report.files import refuse_edited, write_sealed
from jobs.inventory.cluster import Objectives
from jobs.story import story_of
from jobs.story.reading import AROUND
from webhook.report import Context, html, markdown

if TYPE_CHECKING:
    from jobs.anchor import Anchor
    from jobs.ports import ReadTrail
    from jobs.story import Story

FORMATS: Mapping[str, Callable[[Story, Context], str]] = {"md": markdown, "html": html}
"""By the ending of their files' names."""


class NoSuchIncident(LookupError):  # noqa: N818 - reads as a sentence
    """The trail tells of no incident by that name."""


def write_reports(
    trail: ReadTrail,
    incident: str,
    folder: Path,
    *,
    now: float,
    objectives: Objectives | None = None,
    anchors: Sequence[Anchor] = (),
    silent: str = "",
    page: str = "",
    formats: Sequence[str] = tuple(FORMATS),
    names: Mapping[str, Path] | None = None,
    force: bool = False,
) -> list[Path]:
    """Write an incident's post-mortem as `<incident>.md` and `<incident>.html` into a folder (made where it is missing), or where
    `names` says by format; the paths. `now` is in seconds since 1970, `silent` says whom of those that keep
    anchors nobody could ask. Objectives default to the inventory's own defaults.

    Raises NoSuchIncident, LedgerUnavailable, OSError, and without `force` Edited, before anything
    was written.
    """
    cluster = incident.rpartition("-")[0]
    story, span = story_of(trail, cluster, incident), trail.span(cluster, incident)
    if story is None or span is None:
        raise NoSuchIncident(incident)
    after, upto = max(span.first - AROUND, 1) - 1, span.last + AROUND
    context = Context(
        now=now,
        entries=tuple(trail.entries(cluster, after=after, upto=upto)),
        head=trail.head(cluster),
        objectives=objectives or Objectives(),
        anchors=anchors,
        silent=silent,
        page=page,
    )
    paths = {one: (names or {}).get(one, folder / f"{incident}.{one}") for one in formats}
    if not force:
        for path in paths.values():
            refuse_edited(path)
    if not names:
        folder.mkdir(exist_ok=True)
    for one, path in paths.items():
        write_sealed(path, FORMATS[one](story, context))
    return list(paths.values())
