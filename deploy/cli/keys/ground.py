"""What every command of `pgbaton keys` starts from: the inventory's file and the folder of keys."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deploy.cli.exits import Exit, Fault

if TYPE_CHECKING:
    from deploy.keyring import Half
    from jobs.inventory import BadInventory, Inventory


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The inventory's file with its text, and the folder."""

    file: Path
    text: str
    folder: Path

    @property
    def inventory(self) -> Inventory:
        """The inventory; it may still lack public halves of keys. Fault where it is wrong otherwise."""
        from deploy.keyring import read

        return sound(self.file, read(self.text))

    def write(self, text: Callable[[], str]) -> None:
        """Put another text into the file, whole or not at all; its owner and mode stay."""
        from deploy.cli.rewriting import rewrite
        from deploy.keyring import read
        from deploy.keyring.writing import CannotWriteError

        try:
            after = text()
            sound(self.file, read(after), what="would be unusable")
            rewrite(self.file, before=self.text, text=after)
        except CannotWriteError as error:
            remedy = "run this without --write, and write what it prints yourself"
            raise Fault(f"{self.file}: {error}", remedy) from None


def ground_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--inventory and --keys, which become one argument `ground`."""
    path = click.Path(path_type=Path)

    def with_ground(*, inventory: Path | None, keys: Path | None, **rest: Any) -> Any:
        return command(ground=_ground(inventory, keys, os.environ), **rest)

    with_ground.__doc__, with_ground.__name__ = command.__doc__, command.__name__
    with_ground.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    named = click.option(
        "--inventory", type=path, help="Else the file that PGBATON_INVENTORY names."
    )
    kept = click.option(
        "--keys",
        type=path,
        help="The folder of keys; else PGBATON_KEYS, else `keys` beside the inventory.",
    )
    return named(kept(with_ground))


def _ground(inventory: Path | None, keys: Path | None, environ: Any) -> Ground:
    from workers.settings import DEFAULT, VARIABLE

    file = inventory or Path(environ.get(VARIABLE) or DEFAULT)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "is not UTF-8"
        remedy = "name the inventory: --inventory FILE, or PGBATON_INVENTORY"
        raise Fault(f"{file}: {why}", remedy, code=Exit.CONFIG) from None
    named = environ.get("PGBATON_KEYS")
    return Ground(
        file=file, text=text, folder=keys or (Path(named) if named else file.parent / "keys")
    )


def sound(
    file: Path, found: Inventory | BadInventory, *, what: str = "cannot be used"
) -> Inventory:
    """The inventory, or a Fault with all its mistakes."""
    from jobs.inventory import BadInventory

    if not isinstance(found, BadInventory):
        return found
    lines = "\n  ".join(map(str, found.mistakes))
    raise Fault(f"{file} {what}:\n  {lines}", "mend these first", code=Exit.CONFIG)


@contextmanager
def told() -> Iterator[None]:
    """What the keyring raises, as two lines and an exit code."""
    from deploy.keyring import MissingKeyError, NoAuthorityError, UnsafeFolderError
    from deploy.keyring.spelling import UnusableKeyError
    from deploy.keyring.turning import OutOfTurnError
    from deploy.site import CannotPlace

    try:
        yield
    except UnsafeFolderError as error:
        raise Fault(str(error), error.remedy, code=Exit.CONFIG) from None
    except OutOfTurnError as error:
        raise Fault(str(error)) from None
    except (CannotPlace, MissingKeyError, NoAuthorityError) as error:
        raise Fault(str(error), code=Exit.CONFIG) from None
    except UnusableKeyError as error:
        remedy = "pgbaton keys show names the file; put back the one that belongs there"
        raise Fault(f"a file of the keyring {error}", remedy, code=Exit.CONFIG) from None
    except OSError as error:
        where = error.filename2 or error.filename or "a file of the keyring"
        remedy = "make it writable, with room in it, or name another folder with --keys"
        raise Fault(f"{where}: {error.strerror}", remedy, code=Exit.UNAVAILABLE) from None


def say_halves(ground: Ground, lacked: tuple[Half, ...], *, again: str) -> None:
    """What the inventory lacks, as it should stand there; on standard output, for it is TOML."""
    if not lacked:
        return
    click.echo(f"{ground.file} lacks these public halves; add them, or run `{again}`:", err=True)
    for half in lacked:
        click.echo(str(half))


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def days(within: int | None) -> dt.timedelta | None:
    """What --within says."""
    return None if within is None else dt.timedelta(days=within)
