"""`pgbaton audit export`: a trail, or a part of it, as JSON lines that prove what Redis proves."""

from __future__ import annotations

from pathlib import Path

import click

from deploy.cli.desk import Desk, known_cluster
from deploy.cli.exits import Exit, Fault
from deploy.cli.export import write_export
from deploy.cli.voice import say_json, voice
from jobs.audit import to_line


@click.command(short_help="Write a trail, or a part of it, as JSON lines.")
@click.argument("cluster")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--from", "first", type=click.IntRange(min=1), help="The first entry's number.")
@click.option("--upto", "last", type=click.IntRange(min=1), help="The last entry's number.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document about FILE.")
@click.pass_obj
def export(
    desk: Desk,
    cluster: str,
    file: Path | None,
    *,
    first: int | None,
    last: int | None,
    as_json: bool,
) -> None:
    """Write CLUSTER's trail to FILE (else standard output), one JSON document a line."""
    if as_json and file is None:
        raise Fault("--json tells about a FILE", "name one", code=Exit.USAGE)
    entries = desk.ledger.entries(known_cluster(desk, cluster), after=(first or 1) - 1, upto=last)
    if file is None:
        for entry in entries:
            click.echo(to_line(entry))
        return
    count, head = write_export(file, entries)
    if as_json:
        say_json({"cluster": cluster, "file": str(file), "entries": count, "head": head})
    else:
        voice().line(f"{cluster}: {count} entries, head {head}, to {file}", "good")
