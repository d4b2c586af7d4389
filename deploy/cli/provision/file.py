"""The inventory's file as provisioning uses it: one run at a time reads it, before its NodeBalancers are born, and completes it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from deploy.cli.desk import Desk
from deploy.cli.exits import Exit, Fault

if TYPE_CHECKING:
    from deploy.provision import Note
    from jobs.inventory import Inventory


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionFile:
    """The file that PGBATON_INVENTORY names. All that is wrong with it is a Fault."""

    path: Path

    def read(self) -> Inventory:
        """The inventory; its NodeBalancers may still lack the addresses that Linode gives them."""
        from deploy.cli.keys.ground import sound
        from jobs.inventory import load_inventory

        return sound(self.path, load_inventory(self._text(), ahead=True))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Only one run at a time: Linode would take the same node of a NodeBalancer from each."""
        self._text()
        with self.path.open("rb") as file:
            if not _locked(file):
                raise Fault(
                    f"another pgbaton provision is at work with {self.path}",
                    "wait until it has ended, then run this once more",
                    code=Exit.UNFINISHED,
                )
            yield

    def complete(self, notes: Sequence[Note]) -> None:
        """Put notes into it as it stands now; owner and mode stay."""
        from deploy.cli.rewriting import rewrite
        from deploy.provision.writing import CannotNote, written

        before = self._text()
        try:
            rewrite(self.path, before=before, text=written(before, notes))
        except CannotNote as error:
            remedy = "write the lines above yourself"
            raise Fault(f"{self.path}: {error}", remedy) from None

    def _text(self) -> str:
        try:
            return self.path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "is not UTF-8"
            remedy = "name the inventory in PGBATON_INVENTORY"
            raise Fault(f"{self.path}: {why}", remedy, code=Exit.CONFIG) from None


def file_of(desk: Desk) -> ProvisionFile:
    """The inventory's file of this environment."""
    from workers.settings import DEFAULT, VARIABLE

    return ProvisionFile(path=Path(desk.environ.get(VARIABLE) or DEFAULT))


def _locked(file: IO[bytes]) -> bool:
    """False where another process has it; a file system without locks is no hindrance."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
