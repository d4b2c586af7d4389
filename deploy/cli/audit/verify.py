"""`pgbaton audit verify`: a trail, or files of it, against itself and its anchors."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from deploy.cli.desk import Desk, known_cluster
from deploy.cli.exits import Exit, Fault
from deploy.cli.export import Chain, joined, live, read_export
from deploy.cli.noted import Asked, ask_anchors, by_hand
from deploy.cli.seen import Seen
from deploy.cli.voice import say_json, voice
from jobs.anchor import Anchor, Mark

OFFLINE = Asked(reason="only what was given by hand counts")
FILE_ALONE = Asked(reason="a file alone; name its cluster as well to ask")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the caller knows: anchors and the newest hash, by hand."""

    anchors: tuple[Anchor, ...]
    head: str | None


@click.command(
    short_help="Hold the trail against itself and its anchors; name the first bad entry."
)
@click.argument("what", metavar="[CLUSTER|FILE]...", nargs=-1)
@click.option(
    "--anchor",
    "marks",
    metavar="SEQ:HASH",
    multiple=True,
    help="An anchor by hand, as Slack shows it; may be repeated.",
)
@click.option("--head", help="The hash that the newest entry must have, from an earlier check.")
@click.option("--offline", is_flag=True, help="Ask neither etcd nor Slack for anchors.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def verify(
    desk: Desk,
    what: Sequence[str],
    *,
    marks: Sequence[str],
    head: str | None,
    offline: bool,
    as_json: bool,
) -> None:
    """Verify CLUSTER's trail, all clusters', or exported FILEs (which need no Redis, etcd or inventory).
    Several files, or files and a cluster, are read as one trail: exports, and what is left of it.

    Exit code: 0 nothing speaks against it, 1 something does (the first bad entry is named), 69 Redis
    unavailable. Anchors are asked for where they can be reached; it is said where they could not.
    """
    known = Known(anchors=tuple(map(_anchor, marks)), head=head)
    files, clusters = _sorted(desk, what)
    verdicts = (
        {" + ".join(what): _of_files(desk, files, clusters, known, offline=offline)}
        if files
        else {name: _of_cluster(desk, name, known, offline=offline) for name in clusters}
    )
    if as_json:
        say_json([{"trail": name, **seen.to_json()} for name, seen in verdicts.items()])
    else:
        for name, seen in verdicts.items():
            for tone, text in seen.told(name):
                voice().line(text, tone)
    raise click.exceptions.Exit(Exit.YES if all(s.sound for s in verdicts.values()) else Exit.NO)


def _sorted(desk: Desk, what: Sequence[str]) -> tuple[list[Path], list[str]]:
    """Files and clusters; all clusters where nothing is named."""
    files = [Path(name) for name in what if _is_file(name)]
    clusters = [known_cluster(desk, name) for name in what if not _is_file(name)]
    if files and len(clusters) > 1:
        raise Fault(
            f"files go with one cluster, not with {' and '.join(clusters)}",
            "name the one that they are exports of",
            code=Exit.USAGE,
        )
    return files, clusters or ([] if files else list(desk.inventory.clusters))


def _is_file(what: str) -> bool:
    return os.sep in what or Path(what).is_file() or what.endswith((".jsonl", ".json"))


def _of_cluster(desk: Desk, cluster: str, known: Known, *, offline: bool) -> Seen:
    def chain() -> Chain:
        return live(desk.ledger, cluster)

    return _settled(desk, cluster, chain, known, offline=offline)


def _of_files(
    desk: Desk, files: Sequence[Path], clusters: Sequence[str], known: Known, *, offline: bool
) -> Seen:
    def chain() -> Chain:
        parts = [read_export(path) for path in files]
        return joined(parts, [live(desk.ledger, name) for name in clusters])

    if not clusters:
        return Seen.of(chain(), OFFLINE if offline else FILE_ALONE, known.anchors, head=known.head)
    return _settled(desk, clusters[0], chain, known, offline=offline)


def _settled(
    desk: Desk, cluster: str, chain: Callable[[], Chain], known: Known, *, offline: bool
) -> Seen:
    """The anchors are read before the trail, so that none can be ahead of it. What was anchored and
    written meanwhile may look false: a second look decides."""

    def look() -> Seen:
        asked = OFFLINE if offline else ask_anchors(desk, cluster)
        return Seen.of(chain(), asked, known.anchors, head=known.head)

    seen = look()
    return seen if seen.sound else look()


def _anchor(text: str) -> Anchor:
    return by_hand(_mark(text))


def _mark(text: str) -> Mark:
    match = re.fullmatch(r"(\d{1,15}):([0-9a-f]{64})", text.strip())
    if match is None:
        raise Fault(
            f"{text!r} is no anchor",
            "write number and hash as 120:9f86…, the hash with all its 64 letters",
            code=Exit.USAGE,
        )
    return int(match[1]), match[2]
