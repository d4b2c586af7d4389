"""Where the keys of a site are: what `push` and `keys` must agree on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from deploy.cli.desk import Desk
from deploy.cli.exits import Exit, Fault

if TYPE_CHECKING:
    from deploy.keyring import Keyring

VARIABLE = "PGBATON_KEYS"


def keyring_of(desk: Desk, folder: Path | None) -> Keyring:
    """The named folder, else the one of PGBATON_KEYS, else `keys` beside the inventory."""
    from deploy.keyring import Keyring
    from workers.settings import DEFAULT
    from workers.settings import VARIABLE as INVENTORY

    beside = Path(desk.environ.get(INVENTORY) or DEFAULT).parent / "keys"
    there = folder or Path(desk.environ.get(VARIABLE) or beside)
    keyring = Keyring(there)
    if not keyring.made:
        raise Fault(
            f"there are no keys in {there}",
            "make them: pgbaton keys make; or name their folder: --keys DIR",
            code=Exit.CONFIG,
        )
    return keyring
