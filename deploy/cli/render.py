"""`pgbaton render`: every file of every machine, in a folder to look at, to compare, or to install by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.cli.exits import Exit, Fault
from deploy.cli.keys.ground import Ground, ground_options, sound
from deploy.cli.voice import voice

if TYPE_CHECKING:
    from deploy.blueprint import Blueprint
    from deploy.render import Written


@click.command(short_help="Write every file of every machine into a folder.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--machine", "machines", multiple=True, metavar="NAME", help="That one alone.")
@ground_options
def render(ground: Ground, *, folder: Path, machines: tuple[str, ...]) -> None:
    """Write every file of every machine to DIR/MACHINE, as it lies there below /.

    DIR/MACHINE/fragments has what is put nowhere: cloud-init's user data, and each application's
    database block. The same inventory and keys give the same bytes. DIR holds passwords and keys: it is
    yours alone (0700), and what an earlier run wrote and nobody needs is removed. A folder with other
    files in it is refused.
    """
    from deploy.render import write_folder

    blueprints = _blueprints(ground)
    chosen = _chosen(blueprints, machines)
    with _told(folder):
        written = write_folder(folder, chosen, known=blueprints)
    _say(folder, chosen, written)


def _blueprints(ground: Ground) -> Mapping[str, Blueprint]:
    from deploy.cli.keys.folder import sound_keyring
    from deploy.keyring import MissingKeyError
    from deploy.render import CannotRender, blueprints
    from deploy.site import CannotPlace
    from jobs.inventory import load_inventory

    inventory = sound(ground.file, load_inventory(ground.text))
    keyring = sound_keyring(ground.folder, inventory)
    try:
        return blueprints(inventory, keyring)
    except (CannotPlace, CannotRender) as error:
        raise Fault(f"{ground.file} is not enough", str(error), code=Exit.CONFIG) from None
    except MissingKeyError as error:
        raise Fault("a key is missing", str(error), code=Exit.CONFIG) from None


def _chosen(
    blueprints: Mapping[str, Blueprint], machines: tuple[str, ...]
) -> Mapping[str, Blueprint]:
    unknown = next((name for name in machines if name not in blueprints), None)
    if unknown is not None:
        there = ", ".join(blueprints) or "none"
        raise Fault(f"no machine is called {unknown!r}", f"there is: {there}", code=Exit.USAGE)
    return {n: b for n, b in blueprints.items() if n in machines} if machines else blueprints


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    from deploy.render import ForeignFile

    try:
        yield
    except ForeignFile as error:
        remedy = "name an empty folder, or a new one"
        raise Fault(str(error), remedy, code=Exit.USAGE) from None
    except OSError as error:
        where = error.filename or folder
        raise Fault(
            f"cannot write {where}: {error.strerror}",
            "make it writable, with room in it, or name another folder",
            code=Exit.UNAVAILABLE,
        ) from None


def _say(folder: Path, chosen: Mapping[str, Blueprint], written: Mapping[str, Written]) -> None:
    out = voice()
    out.rows(
        [
            (name, str(done.changed), str(done.same), str(done.removed), _units(chosen[name]))
            for name, done in written.items()
        ],
        head=("machine", "written", "as before", "removed", "runs"),
    )
    out.line(f"{folder} holds passwords and private keys: keep it out of Git", "quiet")


def _units(blueprint: Blueprint) -> str:
    return ", ".join(unit.name.removesuffix(".service") for unit in blueprint.units)
