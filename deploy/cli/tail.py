"""`pgbaton tail`: the trail as it grows."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, NoReturn

import click

from deploy.cli.desk import Desk, known_cluster
from deploy.cli.exits import Exit, Fault
from deploy.cli.moments import earlier
from deploy.cli.trail import clock_of, stamp_of, told
from deploy.cli.voice import say_error, voice
from jobs.audit import canonical
from jobs.ports import LedgerUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobs.audit import Entry

INTERRUPTED = 130
"""As a shell reports a command that Ctrl-C ended."""

EVERY = 0.5
"""Seconds between two looks at the trail."""


@click.command(short_help="Follow the audit trail.")
@click.argument("cluster", required=False)
@click.option("--since", metavar="T", help="From then on: 30m, 2h, or a time.")
@click.option(
    "-n",
    "--lines",
    type=click.IntRange(0),
    default=10,
    show_default=True,
    help="Entries to begin with.",
)
@click.option("--no-follow", is_flag=True, help="End at the newest entry.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document a line.")
@click.pass_obj
def tail(
    desk: Desk,
    cluster: str | None,
    *,
    since: str | None,
    lines: int,
    no_follow: bool,
    as_json: bool,
) -> None:
    """Print the newest entries of CLUSTER's trail, or of all clusters', and what follows. Ctrl-C ends it."""
    names = [known_cluster(desk, cluster)] if cluster else list(desk.inventory.clusters)
    after = {name: head.seq for name, head in desk.ledger.heads(names).items()}
    opening = _opening(desk, after, since=since, lines=lines)
    for name, entry in opening:
        after[name] = max(after[name], entry.seq)
        _say(name, entry, several=len(names) > 1, as_json=as_json)
    if no_follow:
        return
    try:
        _follow(desk, after, as_json=as_json)
    except KeyboardInterrupt:
        raise click.exceptions.Exit(INTERRUPTED) from None


def _opening(
    desk: Desk, heads: dict[str, int], *, since: str | None, lines: int
) -> list[tuple[str, Entry]]:
    if since is None:
        read = {n: list(desk.ledger.entries(n, after=max(h - lines, 0))) for n, h in heads.items()}
        return _merged(read)[-lines:] if lines else []
    try:
        begin = earlier(since, now=desk.clock.now())
    except ValueError as error:
        raise Fault(str(error), code=Exit.USAGE) from None
    return _merged({n: [e for e in desk.ledger.entries(n) if e.at >= begin * 1e6] for n in heads})


def _merged(read: dict[str, list[Entry]]) -> list[tuple[str, Entry]]:
    streams = ([(e.at, n, e) for e in entries] for n, entries in read.items())
    return [(n, e) for _, n, e in heapq.merge(*streams, key=lambda row: row[0])]


def _follow(desk: Desk, after: dict[str, int], *, as_json: bool) -> NoReturn:
    silent = False
    while True:
        try:
            for name, entry in _news(desk, after):
                after[name] = entry.seq
                _say(name, entry, several=len(after) > 1, as_json=as_json)
            silent = False
        except LedgerUnavailable as error:
            if not silent:
                say_error(f"pgbaton: {error.reason}; waiting for it")
            silent = True
        desk.clock.sleep(EVERY)


def _news(desk: Desk, after: dict[str, int]) -> Iterator[tuple[str, Entry]]:
    for name, seq in list(after.items()):
        yield from ((name, entry) for entry in desk.ledger.entries(name, after=seq))


def _say(cluster: str, entry: Entry, *, several: bool, as_json: bool) -> None:
    if as_json:
        place = {
            "cluster": cluster,
            "seq": entry.seq,
            "time": stamp_of(entry.at / 1e6),
            "text": told(entry).text,
            "hash": entry.hash,
        }
        click.echo(canonical({**place, **entry.facts}))
        return
    line = told(entry)
    where = (cluster,) if several else ()
    voice().toned([(line.tone, (clock_of(line.at), *where, line.text))])
