"""What a drill leaves in the checkout: its post-mortem, its trail and its Slack thread, to be read in peace."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from deploy.lab.drill.history import History
from deploy.lab.machine import CHECKOUT
from deploy.lab.slack.show import show
from deploy.report import FileTrail, write_reports
from jobs.audit import Kind, to_line
from jobs.inventory.cluster import Objectives

DRILLS = CHECKOUT / "drills"
"""Git ignores it."""

KEPT = 20
"""Drills whose folders stay; the oldest make room."""


def keep(
    history: History,
    *,
    scenario: str,
    at: float,
    objectives: Objectives,
    drills: Path = DRILLS,
) -> Sequence[Path]:
    """Write `<scenario>-<UTC time>/` with trail.jsonl, slack.txt and, for each incident, <incident>.md
    and <incident>.html; return the latter. OSError where the checkout cannot be written."""
    folder = drills / f"{scenario}-{datetime.fromtimestamp(at, UTC):%Y%m%dT%H%M%SZ}"
    folder.mkdir(parents=True)
    (folder / "trail.jsonl").write_text("".join(f"{to_line(e)}\n" for e in history.entries))
    with (folder / "slack.txt").open("w") as text:
        show(history.channel, text)
    pages = [_report(history, one, folder, at, objectives) for one in rehearsed(history)]
    _make_room(drills)
    _give(drills)
    return pages


def rehearsed(history: History) -> Sequence[str]:
    """The drill's own incidents: without the first one, in which a lab comes up, if there are others."""
    opened = [str(e.facts["incident"]) for e in history.entries if e.facts["kind"] == Kind.OPENED]
    return opened[1:] or opened


def _report(
    history: History, incident: str, folder: Path, at: float, objectives: Objectives
) -> Path:
    write_reports(
        FileTrail(history.entries),
        incident,
        folder,
        now=at,
        objectives=objectives,
        anchors=history.anchors,
    )
    return folder / f"{incident}.html"


def _make_room(drills: Path) -> None:
    folders = sorted((p for p in drills.iterdir() if p.is_dir()), key=lambda p: p.name[-16:])
    for old in folders[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def _give(drills: Path) -> None:
    """A drill runs as root; what it leaves belongs to whoever owns the checkout."""
    owner = drills.parent.stat()
    for folder, _, files in os.walk(drills):
        for path in (Path(folder), *(Path(folder, name) for name in files)):
            with suppress(FileNotFoundError):  # another drill makes room, or writes
                os.chown(path, owner.st_uid, owner.st_gid)
