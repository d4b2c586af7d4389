"""Where the keys of a site are: what `push` and `keys` must agree on."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.cli.desk import Desk
from deploy.cli.exits import Exit, Fault

if TYPE_CHECKING:
    from deploy.keyring import Keyring
    from jobs.inventory import Inventory

VARIABLE = "PGBATON_KEYS"
SHOWN = 5


def keyring_of(desk: Desk, folder: Path | None, *, inventory: Inventory | None = None) -> Keyring:
    """The named folder, else the one of PGBATON_KEYS, else `keys` beside the inventory. Raises as below.
    `inventory` counts instead of the desk's, which cannot be read before all of it is provisioned."""
    from workers.settings import DEFAULT
    from workers.settings import VARIABLE as INVENTORY

    beside = Path(desk.environ.get(INVENTORY) or DEFAULT).parent / "keys"
    there = folder or Path(desk.environ.get(VARIABLE) or beside)
    return sound_keyring(there, desk.inventory if inventory is None else inventory)


def sound_keyring(folder: Path, inventory: Inventory) -> Keyring:
    """The keyring of a folder, for what reaches machines. Fault where there is none, where somebody else may
    look into it, and where a file of it would leave a machine without its login, password or certificate."""
    from deploy.cli.keys.ground import told
    from deploy.keyring import Keyring
    from deploy.keyring.opening import demand_private

    keyring = Keyring(folder)
    with told():
        if os.path.lexists(folder):
            demand_private(folder)
        if not keyring.made:
            raise Fault(
                f"there are no keys in {folder}",
                "make them: pgbaton keys make; or name their folder: --keys DIR",
                code=Exit.CONFIG,
            )
        _demand_sound(keyring, inventory)
    return keyring


def _demand_sound(keyring: Keyring, inventory: Inventory) -> None:
    from deploy.keyring import broken

    wrong = broken(keyring, inventory, dt.datetime.now(dt.UTC))
    if wrong:
        lines = [f"  {row.what} {row.whose} is {row.state}: {row.remedy}" for row in wrong[:SHOWN]]
        more = [f"  and {len(wrong) - SHOWN} more"] if len(wrong) > SHOWN else []
        reason = "\n".join([f"nothing can start with what is in {keyring.folder}:", *lines, *more])
        raise Fault(reason, "pgbaton keys show has all of it", code=Exit.CONFIG)
