"""Which machines a lab boots, what each disk holds beforehand, and the operator's own two: inventory and keys."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from pathlib import Path

from deploy.keyring import Completed, Keyring, complete
from deploy.lab import layout
from deploy.lab.inventory import Profile
from deploy.lab.machine import LabError, Plan
from deploy.lab.machines.inventory import as_seen_from_outside, inventory_toml
from deploy.lab.machines.newborn import lay_newborn, write
from deploy.lab.machines.shophost import first_address, lay_shop
from deploy.lab.pgbaton import ACCESS_FORMAT
from jobs.inventory import BadInventory, Inventory, load_inventory

PUSHED = (*layout.ETCD, *layout.MEMBERS, *layout.REDIS, *layout.CONTROL, *layout.SHOPS)
BOOTED = (*PUSHED, *layout.UNMANAGED)
BEFORE = "pg1"
"""Whom the shops' people have put into `.env` before anybody led."""
WEB = "pgbaton-web.service"
ACCESS_LOG = f"""\
# So that the drill can count what was accepted by another hand than the trail's.
[Service]
Environment="GUNICORN_CMD_ARGS=--access-logfile - --access-logformat '{ACCESS_FORMAT.replace("%", "%%")}'"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The operator's folder: `inventory.toml` with `keys` beside it. `inventory` is what the machines
    are told, `outside` the same for whoever holds the keys themselves."""

    folder: Path
    inventory: Inventory
    outside: Inventory
    keyring: Keyring

    @property
    def file(self) -> Path:
        return self.folder / "inventory.toml"


def make_site(folder: Path, profile: Profile, *, pages: str) -> Site:
    """Write the inventory and make the keys, as `pgbaton keys make --write` does."""
    keys = folder / "keys"
    (keys / "secrets").mkdir(mode=0o700, parents=True)
    keys.chmod(0o700)
    write(keys / "secrets/slack-token", f"xoxb-{secrets.token_urlsafe(24)}\n", mode=0o600)
    done = complete(inventory_toml(profile, pages=pages), keys, dt.datetime.now(dt.UTC))
    if not isinstance(done, Completed):
        raise LabError(f"the lab wrote a bad inventory:\n{done}")
    (folder / "inventory.toml").write_text(done.text)
    return Site(
        folder=folder,
        inventory=_loaded(done.text),
        outside=_loaded(as_seen_from_outside(done.text, keys)),
        keyring=Keyring(keys),
    )


def plan(labs: Path, name: str, site: Site) -> Plan:
    """A machine's plan, with its disk laid."""
    folder = labs / name
    disk = folder / "disk"
    lay_newborn(disk, name, site.keyring if name in PUSHED else None)
    if name in {**layout.SHOPS, **layout.UNMANAGED}:
        password = site.keyring.secret(f"database-{layout.CLUSTER}-shop")
        lay_shop(disk, name, first_address(BEFORE), password)
    if name in layout.CONTROL:
        write(disk / f"etc/systemd/system/{WEB}.d/access-log.conf", ACCESS_LOG)
    return Plan(name=name, address=layout.ADDRESSES[name], folder=folder)


def _loaded(text: str) -> Inventory:
    inventory = load_inventory(text)
    if isinstance(inventory, BadInventory):
        raise LabError(f"the lab wrote a bad inventory:\n{inventory}")
    return inventory
