"""`pgbaton audit`: the chain is checked, written to a file, and journals are taken in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.cli.desk import Desk, known_cluster
from deploy.cli.exits import Exit, Fault
from deploy.cli.export import Chain, read_export, write_export
from deploy.cli.journal import read as read_journal
from deploy.cli.trail import stamp_of
from deploy.cli.voice import say_json, voice
from jobs.audit import to_line

if TYPE_CHECKING:
    from deploy.cli.journal import Step


@click.group(short_help="Verify, export and take in the audit trail.")
def audit() -> None:
    """The audit trail: what is not in it did not happen, and what is in it can be checked."""


@audit.command(short_help="Walk the hash chain; name the first bad entry.")
@click.argument("what", metavar="[CLUSTER|FILE]", required=False)
@click.option(
    "--head", help="The hash that the newest entry must have, from an anchor or an earlier check."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def verify(desk: Desk, what: str | None, *, head: str | None, as_json: bool) -> None:
    """Walk the chain of CLUSTER's trail, of all clusters', or of an exported FILE (which needs no Redis).

    Exit code: 0 every entry follows the one before, 1 one does not (it is named), 69 Redis unavailable.
    """
    chains = _chains(desk, what)
    verdicts = {name: chain.verified(head=head) for name, chain in chains.items()}
    if as_json:
        say_json([{"trail": name, **seen.to_json()} for name, seen in verdicts.items()])
    else:
        for name, seen in verdicts.items():
            for tone, text in seen.told(name):
                voice().line(text, tone)
    raise click.exceptions.Exit(Exit.YES if all(s.sound for s in verdicts.values()) else Exit.NO)


def _chains(desk: Desk, what: str | None) -> dict[str, Chain]:
    if what is not None and _is_file(what):
        return {what: read_export(Path(what))}
    names = [known_cluster(desk, what)] if what else list(desk.inventory.clusters)
    return {name: Chain(entries=desk.ledger.entries(name)) for name in names}


def _is_file(what: str) -> bool:
    return os.sep in what or Path(what).is_file() or what.endswith((".jsonl", ".json"))


@audit.command(short_help="Write a whole trail as JSON lines.")
@click.argument("cluster")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def export(desk: Desk, cluster: str, file: Path | None) -> None:
    """Write CLUSTER's whole trail to FILE (else standard output), one JSON document a line."""
    entries = desk.ledger.entries(known_cluster(desk, cluster))
    if file is None:
        for entry in entries:
            click.echo(to_line(entry))
        return
    count, head = write_export(file, entries)
    voice().line(f"{cluster}: {count} entries, head {head}, to {file}", "good")


@audit.command(name="import", short_help="Take the journal of a repoint --now in, once.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_obj
def import_(desk: Desk, file: Path) -> None:
    """Take the journal of a `repoint --now` into the trail. A second time changes nothing."""
    steps = list(read_journal(file))
    if not steps:
        raise Fault(f"{file} holds no step", "name a file that `repoint --now` wrote")
    for cluster in dict.fromkeys(step.cluster for step in steps):
        known_cluster(desk, cluster)
        own = [step for step in steps if step.cluster == cluster]
        fresh = _unknown(desk, cluster, own)
        desk.ledger.append(cluster, [step.draft() for step in fresh])
        since = stamp_of(own[0].at)
        voice().line(
            f"{cluster}: {len(fresh)} steps taken in, {len(own) - len(fresh)} known already (from {since})",
            "good",
        )


def _unknown(desk: Desk, cluster: str, steps: list[Step]) -> list[Step]:
    known = {entry.facts["id"] for entry in desk.ledger.entries(cluster)}
    return [step for step in steps if step.draft().id not in known]
