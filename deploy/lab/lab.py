"""A whole lab as one value: its folder, machines and inventory, and how they come up."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.lab import layout, patroni, shophost
from deploy.lab.door import Door, open_door
from deploy.lab.footing import Footing, Plain
from deploy.lab.ground import lab_folder
from deploy.lab.inventory import Check, Endpoints, Profile, balanced, endpoints_of, inventory_toml
from deploy.lab.keys import LabSecrets, make_secrets
from deploy.lab.machine import LabError, Machine, Plan, boot
from deploy.lab.network import Switch, standing_in
from deploy.lab.patroni import PatroniProgram
from deploy.lab.process import Process
from deploy.lab.setting import Setting
from deploy.lab.stir import Stir
from jobs.inventory import BadInventory, Inventory, load_inventory

USUAL = Setting()
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Say = Callable[[str], None]


@dataclass(slots=True, kw_only=True)
class Lab:
    """A lab with its machines running, and nothing on them yet."""

    folder: Path
    profile: Profile
    inventory: Inventory
    secrets: LabSecrets
    program: PatroniProgram
    switch: Switch
    endpoints: Endpoints
    setting: Setting
    door: Door
    machines: dict[str, Machine] = field(default_factory=dict)
    stirs: list[Stir] = field(default_factory=list)
    footing: Footing = field(init=False)

    def __post_init__(self) -> None:
        self.footing = Plain(self)

    @property
    def inventory_file(self) -> Path:
        return self.folder / "inventory.toml"

    @property
    def history_file(self) -> Path:
        return self.folder / "orders.jsonl"

    def boot(self, names: Sequence[str]) -> None:
        """Boot machines and connect them; one that was lost returns with its disk."""
        booted = boot([self._plan(name) for name in names])
        self.switch.join(booted)
        self.machines |= {machine.name: machine for machine in booted}

    @property
    def hosts(self) -> Mapping[str, str]:
        """The managed hosts by name, with their addresses: shops, then light ones."""
        return {**layout.SHOPS, **light_hosts(self.setting)}

    @property
    def neighbours(self) -> Mapping[str, str]:
        """The further clusters, each with the host that follows it."""
        return layout.NEIGHBOURS if self.setting.neighbours else {}

    def hosts_of(self, cluster: str) -> Sequence[str]:
        """The managed hosts that follow a cluster."""
        return tuple(host for host in self.hosts if self.cluster_of(host) == cluster)

    def cluster_of(self, host: str) -> str:
        """Which cluster a managed host follows."""
        return next((c for c, h in self.neighbours.items() if h == host), layout.CLUSTER)

    @property
    def balanced(self) -> bool:
        """Whether a NodeBalancer stands in front."""
        return balanced(self.endpoints)

    def behind(self, host: str) -> bool:
        """Whether a managed shop points at the NodeBalancer."""
        return self.endpoints.get(host) == "nodebalancer"

    def rewrite(self, check: Check) -> None:
        """Another health check in the inventory; whoever has read it must be told to read it anew."""
        text = inventory_toml(
            profile=self.profile,
            secrets=self.secrets,
            endpoints=self.endpoints,
            check=check,
            pages=self.door.url,
            over=self.setting.inventory,
            light=light_hosts(self.setting),
        )
        self.inventory_file.write_text(text)
        self.inventory = loaded(text)

    def processes(self) -> Iterator[tuple[Machine, Process]]:
        for machine in self.machines.values():
            yield from ((machine, process) for process in machine.processes)

    def _beside(self, name: str) -> Sequence[str]:
        return layout.neighbours_on(name) if self.neighbours else ()

    def _plan(self, name: str) -> Plan:
        folder = self.folder / name
        folder.mkdir(mode=0o755, exist_ok=True)
        (folder / "hosts").write_text(layout.hosts_file(name))
        files = {"/etc/hosts": folder / "hosts"}
        if name in layout.MEMBERS:
            files |= patroni.own_files(folder)
        elif name in {**self.hosts, **layout.UNMANAGED}:
            files |= shophost.shop_files(folder, name, self.secrets)
        further = (*layout.FURTHER.get(name, ()), *self._beside(name))
        return Plan(
            name=name,
            address={**layout.ADDRESSES, **layout.LIGHT, **self.setting.machines}[name],
            folder=folder,
            files=files,
            further=further,
        )


def light_hosts(setting: Setting) -> Mapping[str, str]:
    """The light hosts that a setting wants, with their addresses."""
    return dict(list(layout.LIGHT.items())[: setting.light])


@contextmanager
def open_lab(
    *, profile: Profile, program: PatroniProgram, setting: Setting = USUAL
) -> Iterator[Lab]:
    """A lab whose machines run; this thread stands on the operator's network meanwhile.

    Leaving the block, however, ends every process of the lab and removes its folder.
    """
    with open_door() as door, lab_folder() as folder:
        secrets = make_secrets(
            senders=(*layout.MEMBERS, "watch", "probe"),
            hosts=(*layout.SHOPS, *light_hosts(setting), *layout.UNMANAGED, *layout.MEMBERS),
        )
        endpoints = endpoints_of(setting.endpoint)
        text = inventory_toml(
            profile=profile,
            secrets=secrets,
            endpoints=endpoints,
            pages=door.url,
            over=setting.inventory,
            light=light_hosts(setting),
        )
        (folder / "inventory.toml").write_text(text)
        lab = Lab(
            folder=folder,
            profile=profile,
            inventory=loaded(text),
            secrets=secrets,
            program=program,
            switch=switch(folder),
            endpoints=endpoints,
            setting=setting,
            door=door,
        )
        try:
            lab.boot([*layout.ADDRESSES, *light_hosts(setting), *setting.machines])
            with standing_in(lab.machines["operator"]):
                yield lab
        finally:
            with deaf():
                pull_every_plug(lab)


@contextmanager
def deaf() -> Iterator[None]:
    """Only SIGKILL interrupts a teardown: half of one would be worse than a late one."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {one: signal.signal(one, signal.SIG_IGN) for one in ENDINGS}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def pull_every_plug(lab: Lab) -> None:
    machines = (*lab.machines.values(), lab.switch.machine)
    living = [machine for machine in machines if machine.shell.poll() is None]
    for machine in living:
        machine.strike()
    for machine in living:
        machine.bury()


def loaded(text: str) -> Inventory:
    """LabError where the lab wrote a bad one."""
    inventory = load_inventory(text)
    if isinstance(inventory, BadInventory):
        raise LabError(f"the lab wrote a bad inventory:\n{inventory}")
    return inventory


def switch(folder: Path) -> Switch:
    """The machine with the bridge, which all others are joined to."""
    [machine] = boot([Plan(name="switch", address="", folder=folder / "switch")])
    found = Switch(machine=machine)
    found.open()
    return found
