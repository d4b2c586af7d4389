"""`pgbaton audit accept`: a loss that people know of is signed off, and stays visible for ever."""

from __future__ import annotations

import click

from deploy.cli.deeds import one_line
from deploy.cli.desk import Desk, known_cluster
from deploy.cli.exits import Exit, Fault
from deploy.cli.export import live
from deploy.cli.noted import ask_anchors
from deploy.cli.seen import Seen
from deploy.cli.voice import say_json, voice
from jobs.anchor import Anchor, name_of
from jobs.audit import GENESIS
from jobs.audit.accepting import Acceptance, note_of, refused
from jobs.audit.gap import draft_of, evidence_of


@click.command(short_help="Sign a loss off: an old copy that was put back on purpose.")
@click.argument("cluster")
@click.option(
    "--why", callback=one_line, required=True, help="Goes into the trail, beside your name."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def accept(desk: Desk, cluster: str, *, why: str, as_json: bool) -> None:
    """Say of CLUSTER's trail that the loss of anchored entries is known and wanted, as after a restore of
    Redis. The anchors of what is lost stay; `audit verify` then shows the loss with your name and is
    content. Only a loss can be accepted: a chain that does not fit cannot, and a sound trail needs none.
    """
    wish = Acceptance(cluster=known_cluster(desk, cluster), by=desk.by, why=why)
    note = _noted(desk, wish)
    if as_json:
        say_json({"cluster": cluster, **evidence_of(note)})
    else:
        last = max(seq for seq, _ in note.lost)
        voice().line(
            f"{cluster}: the loss of entries {note.seq + 1} to {last} is signed off by {note.by}",
            "good",
        )


def _noted(desk: Desk, wish: Acceptance) -> Anchor:
    """In etcd first: without that, anybody who can write to Redis could sign off. What stands there from
    a run that was interrupted is told as it stands there."""
    place, asked = desk.anchors.get(wish.cluster), ask_anchors(desk, wish.cluster)
    if place is None or not asked.complete:
        raise Fault(
            asked.reason, "nothing is signed off without the anchors", code=Exit.UNAVAILABLE
        )
    seen = Seen.of(live(desk.ledger, wish.cluster), asked)
    found, against = seen.found, refused(seen.found, seen.findings)
    if against or found.bad is None:
        raise Fault(
            f"{wish.cluster}: {against}", f"look at it: pgbaton audit verify {wish.cluster}"
        )
    after, stand = _hash(desk, wish.cluster, found.bad[0] - 1), desk.ledger.stand(wish.cluster)
    note = note_of(wish, found, after=after, stand=stand)
    place.place(note)
    [kept] = [one for one in place.placed(wish.cluster) if name_of(one) == name_of(note)]
    desk.ledger.append(wish.cluster, [draft_of(kept)])
    return kept


def _hash(desk: Desk, cluster: str, seq: int) -> str:
    """The hash of an entry, or what its successor says of it."""
    for entry in desk.ledger.entries(cluster, after=max(seq - 1, 0), upto=seq + 1):
        return entry.hash if entry.seq == seq else entry.prev
    return GENESIS
