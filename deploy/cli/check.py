"""`pgbaton check`: all that is wrong with the inventory at once, and what the environment lacks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from deploy.cli.desk import Desk
from deploy.cli.exits import Exit, Fault
from deploy.cli.keys.check import bad_keys
from deploy.cli.lacks import lacks, warnings
from deploy.cli.remark import Remark
from deploy.cli.seat import keyring_of, seated
from deploy.cli.voice import say_json, voice
from jobs.inventory import BadInventory, Inventory, Mistake, load_inventory

PUSHED = "there is no file /etc/pgbaton/tls/"


@click.command(short_help="All that is wrong with the inventory, at once.")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.option("--strict", is_flag=True, help="Exit code 1 for what is lacking, too.")
@click.pass_obj
def check(desk: Desk, file: Path | None, *, as_json: bool, strict: bool) -> None:
    """Check the inventory FILE (else the one that PGBATON_INVENTORY names), and whether the secrets
    and key files that it needs are within reach of this environment or in the folder of keys beside
    it. Asks no server.

    Exit code: 0 it can be used, 78 it cannot; with --strict 1 where something is lacking. A process
    needs its own secrets only: the webhook no SSH key, a worker no sender's.
    """
    path = file or _named(desk)
    loaded = load_inventory(_text(path))
    mistakes = loaded.mistakes if isinstance(loaded, BadInventory) else tuple(bad_keys(loaded))
    lacking = () if isinstance(loaded, BadInventory) else tuple(_lacking(desk, path, loaded))
    noted = () if isinstance(loaded, BadInventory) else tuple(warnings(loaded))
    if as_json:
        say_json(_document(path, loaded, mistakes, lacking, noted))
    else:
        _print(path, loaded, mistakes, lacking, noted)
    if mistakes:
        raise click.exceptions.Exit(Exit.CONFIG)
    raise click.exceptions.Exit(Exit.NO if strict and lacking else Exit.YES)


def _lacking(desk: Desk, path: Path, inventory: Inventory) -> Iterator[Remark]:
    """With a keyring beside the inventory this is an operator's seat: what push puts on machines need
    not be here."""
    ours = keyring_of(desk.environ, path) is not None
    for remark in lacks(inventory, seated(desk.environ, path)):
        if not (ours and remark.reason.startswith(PUSHED)):
            yield remark


def _named(desk: Desk) -> Path:
    from workers.settings import DEFAULT, VARIABLE

    return Path(desk.environ.get(VARIABLE) or DEFAULT)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "is not UTF-8"
        remedy = "name the inventory: pgbaton check FILE, or PGBATON_INVENTORY"
        raise Fault(f"{path}: {why}", remedy, code=Exit.CONFIG) from None


def _print(
    path: Path,
    loaded: Inventory | BadInventory,
    mistakes: tuple[Mistake, ...],
    lacking: tuple[Remark, ...],
    noted: tuple[Remark, ...],
) -> None:
    speak = voice()
    if isinstance(loaded, Inventory) and not mistakes:
        speak.line(f"{path}: {_counts(loaded)} (digest {loaded.digest})", "good")
    else:
        plural = "s" if len(mistakes) > 1 else ""
        speak.line(f"{path}: {len(mistakes)} mistake{plural}", "bad")
        speak.rows([(m.path, m.reason) for m in mistakes], indent=2)
    for title, remarks in (("lacking here", lacking), ("worth a look", noted)):
        if remarks:
            speak.line(f"{title}:")
            speak.rows([(r.path, f"{r.reason}; {r.remedy}") for r in remarks], indent=2)


def _counts(inventory: Inventory) -> str:
    parts = {
        "cluster": inventory.clusters,
        "application": inventory.applications,
        "host": inventory.hosts,
        "sender": inventory.senders,
    }
    at_linode = {"NodeBalancer": inventory.nodebalancers, "DNS record": inventory.dns}
    parts |= {name: table for name, table in at_linode.items() if table}
    return ", ".join(f"{len(t)} {name}{'' if len(t) == 1 else 's'}" for name, t in parts.items())


def _document(
    path: Path,
    loaded: Inventory | BadInventory,
    mistakes: tuple[Mistake, ...],
    lacking: tuple[Remark, ...],
    noted: tuple[Remark, ...],
) -> dict[str, object]:
    return {
        "file": str(path),
        "digest": loaded.digest if isinstance(loaded, Inventory) else None,
        "mistakes": [{"path": m.path, "reason": m.reason} for m in mistakes],
        "lacking": [r.to_json() for r in lacking],
        "warnings": [r.to_json() for r in noted],
    }
