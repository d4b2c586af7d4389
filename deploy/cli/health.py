"""The whole examination: from a desk to one table, and an exit code by its worst colour."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sized
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.cli.exits import Exit, Fault
from deploy.cli.lacks import lacks, warnings
from deploy.cli.looking import look
from deploy.cli.table import say_table, to_document
from deploy.cli.voice import say_json, voice
from deploy.doctor.evidence import Unseen
from deploy.doctor.finding import Finding, error, note
from deploy.doctor.merging import merged, outside
from deploy.doctor.report import Colour, Report, report, worst
from deploy.doctor.rounds import visit_all
from deploy.doctor.seeing.afar import examine_afar
from deploy.doctor.shared import Shared
from deploy.doctor.surroundings import Surroundings
from deploy.doctor.ward import visits, visits_here
from deploy.keyring import Keyring

if TYPE_CHECKING:
    from deploy.cli.desk import Desk
    from jobs.ports import HostHand

CODES: Mapping[Colour, Exit] = {
    Colour.GREEN: Exit.YES,
    Colour.AMBER: Exit.AMBER,
    Colour.RED: Exit.NO,
}


def health(
    desk: Desk,
    *,
    at: str | None,
    keys: Path | None,
    pings: bool,
    everything: bool,
    as_json: bool,
) -> None:
    """Look, tell, and end with the code of the worst colour. `at`: the machine that looks."""
    began = time.monotonic()
    keyring, digest = _keyring(desk.environ, keys), desk.inventory.digest
    equipped = desk if isinstance(keyring, Unseen) else _at_desk(desk, keyring)
    shared = Shared(surroundings(equipped, keyring, digest=digest, pings=pings))
    reports = _reports(shared) if at is None else _from(shared, at)
    took = time.monotonic() - began
    if as_json:
        say_json(to_document(reports, took=took))
    else:
        say_table(voice(), reports, took=took, everything=everything)
    raise click.exceptions.Exit(CODES[worst(r.colour for r in reports)])


def _reports(shared: Shared) -> tuple[Report, ...]:
    reports = visit_all([*visits(shared)], shared.around.fleet)
    inside = () if isinstance(shared.around.keyring, Unseen) else _inside(shared)
    apart = outside(reports, inside)
    return reports if apart is None else (apart, *reports)


def _inside(shared: Shared) -> tuple[str, ...]:
    """Where pgbaton's own processes run."""
    return tuple(name for name, one in shared.placed.items() if one.ours)


def _from(shared: Shared, machine: str) -> tuple[Report, ...]:
    """From a machine inside, and from here what only its keys show."""
    if machine not in shared.placed:
        there = ", ".join(_inside(shared)) or "nowhere"
        raise Fault(
            f"no machine is called {machine!r}", f"pgbaton runs on: {there}", code=Exit.USAGE
        )
    way = shared.way(machine)
    afar = way if isinstance(way, Unseen) else examine_afar(way, pings=shared.around.pings)
    if isinstance(afar, Unseen):
        raise Fault(f"{machine} cannot look: {afar.reason}", afar.remedy, code=Exit.UNAVAILABLE)
    return merged(afar, visit_all([*visits_here(shared)], shared.around.fleet))


def _at_desk(desk: Desk, keyring: Keyring) -> Desk:
    """The real desk with what the keyring has; one that somebody else made stays as it is."""
    from deploy.cli.equipped import EquippedDesk
    from deploy.doctor.desk import inventory_at_desk, secrets_at_desk

    if not isinstance(desk, EquippedDesk):
        return desk
    inventory = inventory_at_desk(desk.inventory, keyring)
    return EquippedDesk(secrets_at_desk(desk.environ, keyring), inventory=inventory)


def surroundings(
    desk: Desk, keyring: Keyring | Unseen, *, digest: str, pings: bool
) -> Surroundings:
    """What of the desk's hands is here; what is not is said where it would be needed."""
    from deploy.cli.journal import FOLDER, waiting
    from workers.secrets import Secrets
    from workers.ways import linode_of

    secrets = Secrets(desk.environ)
    return Surroundings(
        inventory=desk.inventory,
        digest=digest,
        secrets=secrets,
        keyring=keyring,
        trail=desk.ledger,
        hosts=_hosts(desk),
        balancers=desk.balancers,
        linode=linode_of(desk.inventory, secrets),
        anchors=desk.anchors,
        fleet=desk.fleet,
        look=lambda cluster: look(desk, cluster),
        offline=lambda: _offline(desk, digest),
        now=time.time,
        token=desk.token,
        journals=lambda: [str(path) for path in waiting(FOLDER)],
        pings=pings,
    )


def _keyring(environ: Mapping[str, str], keys: Path | None) -> Keyring | Unseen:
    from workers.settings import DEFAULT, VARIABLE

    beside = Path(environ.get(VARIABLE) or DEFAULT).parent / "keys"
    named = environ.get("PGBATON_KEYS")
    keyring = Keyring(keys or (Path(named) if named else beside))
    if keyring.made:
        return keyring
    return Unseen(
        reason="no keys folder is here", remedy="name it with --keys, on the machine that pushes"
    )


def _hosts(desk: Desk) -> HostHand | Unseen:
    try:
        return desk.hosts
    except Fault as fault:
        remedy = "run it where a worker's key is, or name that file in PGBATON_SSH_KEY"
        return Unseen(reason=fault.message, remedy=fault.remedy or remedy)


def _offline(desk: Desk, digest: str) -> Report:
    """One line; `pgbaton check` has the rest."""
    from deploy.cli.keys.check import bad_keys

    inventory = desk.inventory
    mistakes, noted = [*bad_keys(inventory)], [*warnings(inventory)]
    lacking = [*lacks(inventory, desk.environ)]
    findings: list[Finding] = []
    if mistakes:
        why = "A process that starts anew with it does not start."
        findings.append(
            error("inventory", f"{_many(mistakes, 'mistake')} in it", why, "pgbaton check")
        )
    if noted:
        why = "It works, but less well than it could."
        findings.append(note("inventory", _many(noted, "warning"), why, "pgbaton check"))
    here = f"; not here: {_many(lacking, 'secret')}" if lacking else ""
    size = f"{_many(inventory.clusters, 'cluster')}, {_many(inventory.hosts, 'host')}"
    return report("inventory", [f"digest {digest}, {size}{here}"], findings)


def _many(things: Sized, name: str) -> str:
    return f"{len(things)} {name}{'' if len(things) == 1 else 's'}"
