"""`pgbaton audit trim`: older entries go to a file, and the chain goes on from a checkpoint."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.cli.deeds import one_line
from deploy.cli.desk import Desk, known_cluster
from deploy.cli.exits import Exit, Fault
from deploy.cli.export import live, read_export, sha256_of, write_export
from deploy.cli.moments import MEANT, seconds_of
from deploy.cli.noted import ask_anchors
from deploy.cli.seen import Seen
from deploy.cli.voice import say_json, voice
from jobs.audit import Kind, Verified, verify
from jobs.audit.retention import Export, cut, draft_of, note_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobs.audit import Entry
    from jobs.ports import Stand

DAY = 86_400
ALL = 1_000_000
"""Incidents that a trail may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for. `age` in seconds."""

    cluster: str
    file: Path
    age: int
    why: str


@click.command(short_help="Export the oldest entries, then drop them behind a checkpoint.")
@click.argument("cluster")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--older-than", metavar="SPAN", help="How old, as 400d; else the inventory's audit.keep_days."
)
@click.option("--why", callback=one_line, help="Goes into the checkpoint, beside your name.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def trim(
    desk: Desk, cluster: str, file: Path, *, older_than: str | None, why: str | None, as_json: bool
) -> None:
    """Write the entries of CLUSTER's trail that are old enough to FILE, read them back, anchor their end,
    and drop them from Redis in one step with the checkpoint that says so. No incident is cut in two, and
    the newest conclusion stays. A run that was interrupted is finished by the same command with the same
    FILE; once more changes nothing.
    """
    wish = _wish(desk, known_cluster(desk, cluster), file, older_than, why)
    export = _dropped_already(desk, wish) or _drop(desk, wish)
    if as_json:
        say_json(_document(wish, export))
    else:
        voice().line(_sentence(wish, export), "good" if export else "plain")


def _wish(desk: Desk, cluster: str, file: Path, older_than: str | None, why: str | None) -> Wish:
    days = desk.inventory.audit.keep_days
    age = days * DAY if older_than is None else seconds_of(older_than)
    if not age:
        raise Fault(f"--older-than {older_than}: no span", MEANT, code=Exit.USAGE)
    told = why or f"older than {older_than or f'{days}d'}"
    return Wish(cluster=cluster, file=file, age=age, why=told)


def _drop(desk: Desk, wish: Wish) -> Export | None:
    """Check, export, anchor, drop: in this order, so that nothing is lost wherever it ends."""
    _demand_sound(desk, wish.cluster)
    stand = desk.ledger.stand(wish.cluster)
    through = _cut(desk, wish, stand)
    if wish.file.exists():
        export = _earlier(desk, wish, stand, through)
    elif through is None:
        return None
    else:
        export = _export(desk, wish, stand, through)
    place = desk.anchors.get(wish.cluster)
    if place is not None:
        place.place(
            note_of(export, cluster=wish.cluster, redis=stand.redis, by=desk.by, why=wish.why)
        )
    _commit(desk, wish, export)
    return export


def _demand_sound(desk: Desk, cluster: str) -> None:
    """Whoever drops what is false would make it true."""
    asked = ask_anchors(desk, cluster)
    if desk.anchors.get(cluster) is not None and not asked.complete:
        raise Fault(
            asked.reason, "nothing is dropped without an anchor; try again", code=Exit.UNAVAILABLE
        )
    if not Seen.of(live(desk.ledger, cluster), asked).sound:
        raise Fault(
            f"the trail of {cluster} is not sound, so nothing of it is dropped",
            f"look at it: pgbaton audit verify {cluster}",
        )


def _cut(desk: Desk, wish: Wish, stand: Stand) -> int | None:
    open_ = desk.ledger.state(wish.cluster).incident
    return cut(
        desk.ledger.entries(wish.cluster),
        desk.ledger.spans(wish.cluster, count=ALL),
        before=stand.now - wish.age * 1_000_000,
        open_=None if open_ is None else open_.id,
    )


def _export(desk: Desk, wish: Wish, stand: Stand, through: int) -> Export:
    write_export(wish.file, desk.ledger.entries(wish.cluster, upto=through))
    return _earlier(desk, wish, stand, through)


def _earlier(desk: Desk, wish: Wish, stand: Stand, most: int | None) -> Export:
    """The file, read back: it must be the beginning of the trail, entry by entry, and old enough."""
    walk, first, last = _read(wish.file)
    live = None if last is None else _entry(desk, wish.cluster, last.seq)
    if first is None or last is None or walk.bad or first.seq != stand.first or live != last:
        raise Fault(
            f"{wish.file} is not the beginning of {wish.cluster}'s trail",
            "name a file that is none yet",
        )
    if most is None or last.seq > most:
        raise Fault(
            f"{wish.file} holds entries up to {last.seq}, of which only those up to {most or 0} may go",
            "name a file that is none yet, or wait until they are older",
        )
    return Export(
        first=first.seq,
        through=last.seq,
        head=last.hash,
        at=last.at,
        sha256=sha256_of(wish.file),
    )


def _read(file: Path) -> tuple[Verified, Entry | None, Entry | None]:
    """The walk along a file, and its two ends."""
    chain = read_export(file)
    first, newest = chain.first(), None
    if first is None:
        return Verified(entries=0, head="", bad=0), None, None

    def noting() -> Iterator[Entry]:
        nonlocal newest
        for entry in chain.entries:
            newest = entry
            yield entry

    walk = verify(noting(), start=first.prev, first=first.seq)
    if chain.broken:
        return Verified(entries=walk.entries, head=walk.head, bad=walk.entries), first, newest
    return walk, first, newest


def _entry(desk: Desk, cluster: str, seq: int) -> Entry | None:
    return next(iter(desk.ledger.entries(cluster, after=seq - 1, upto=seq)), None)


def _commit(desk: Desk, wish: Wish, export: Export) -> None:
    draft = draft_of(export, by=desk.by, why=wish.why)
    if not desk.ledger.trim(wish.cluster, through=export.through, head=export.head, draft=draft):
        raise Fault(
            f"entry {export.through} changed meanwhile, so nothing was dropped",
            f"look at it: pgbaton audit verify {wish.cluster}",
        )


def _dropped_already(desk: Desk, wish: Wish) -> Export | None:
    """The export that this file is, where its checkpoint stands in the trail."""
    if not wish.file.exists():
        return None
    _, first, last = _read(wish.file)
    if first is None or last is None or desk.ledger.stand(wish.cluster).first <= last.seq:
        return None
    digest = sha256_of(wish.file)
    for entry in desk.ledger.entries(wish.cluster):
        told = entry.facts["evidence"]
        if entry.facts["kind"] == Kind.CHECKPOINT and told["sha256"] == digest:
            return Export(
                first=first.seq, through=last.seq, head=last.hash, at=last.at, sha256=digest
            )
    return None


def _document(wish: Wish, export: Export | None) -> dict[str, object]:
    if export is None:
        return {"cluster": wish.cluster, "dropped": 0, "file": None}
    return {
        "cluster": wish.cluster,
        "dropped": export.through - export.first + 1,
        "through": export.through,
        "head": export.head,
        "sha256": export.sha256,
        "file": str(wish.file),
    }


def _sentence(wish: Wish, export: Export | None) -> str:
    if export is None:
        return f"{wish.cluster}: nothing is both {wish.why} and free to go; nothing changed"
    return (
        f"{wish.cluster}: entries {export.first} to {export.through} are in {wish.file} and no longer in Redis;"
        f" their head {export.head} is the checkpoint's"
    )
