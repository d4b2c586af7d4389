"""A lab in which nothing runs yet, for a bench that brings its own inventory and its own way to rise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from deploy.lab.door import open_door
from deploy.lab.ground import lab_folder
from deploy.lab.inventory import PROFILES, endpoints_of
from deploy.lab.keys import LabSecrets
from deploy.lab.lab import Lab, deaf, loaded, pull_every_plug, switch
from deploy.lab.machine import LabError
from deploy.lab.network import standing_in
from deploy.lab.patroni import PatroniProgram
from deploy.lab.setting import Setting


@contextmanager
def open_bare(
    inventory: str, *, secrets: LabSecrets, setting: Setting, machines: Sequence[str]
) -> Iterator[Lab]:
    """Its machines, with this process on the operator's; `inventory` is the text. What does not come about
    in time is told with the ends of all logs."""
    with open_door() as door, lab_folder() as folder:
        lab = Lab(
            folder=folder,
            profile=PROFILES["lab"],
            inventory=loaded(inventory),
            secrets=secrets,
            program=PatroniProgram(version=4),
            switch=switch(folder),
            endpoints=endpoints_of("leader"),
            setting=setting,
            door=door,
        )
        lab.inventory_file.write_text(inventory)
        try:
            lab.boot(machines)
            with standing_in(lab.machines["operator"]):
                yield lab
        except TimeoutError as error:
            raise LabError(f"{error}\n{_logs(lab)}") from None
        finally:
            with deaf():
                pull_every_plug(lab)


def _logs(lab: Lab) -> str:
    return "\n".join(f"--- {m.name}: {p.name}\n{p.tail(8)}" for m, p in lab.processes())
