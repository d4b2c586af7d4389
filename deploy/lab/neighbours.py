"""Four further clusters beside the shop's, small ones: two members each on the machines of the first, and one light host that follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from deploy.lab import layout, patroni, shophost
from deploy.lab.answers import asked
from deploy.lab.inventory import light_application
from deploy.lab.lab import Lab
from deploy.lab.process import Process, wait_for, wait_until
from deploy.render import PatroniGround, patroni_yml
from jobs.inventory import Address

NAMES = tuple(layout.NEIGHBOURS)
SMALL: Mapping[str, str | int | bool] = {
    "shared_buffers": "16MB",
    "effective_cache_size": "32MB",
    "maintenance_work_mem": "16MB",
    "max_connections": 30,
}


def tables() -> Mapping[str, Any]:
    """What the inventory says of them. The first one takes over the application that light hosts have."""
    applications = ["light", *NAMES[1:]]
    return {
        "clusters": {name: _cluster(name) for name in NAMES},
        "applications": {
            application: light_application(name, [layout.NEIGHBOURS[name]])
            for application, name in zip(applications, NAMES, strict=True)
        },
        "senders": {"watch": {"clusters": [layout.CLUSTER, *NAMES]}},
        "slack": {"threads": 10},
    }


def _cluster(name: str) -> Mapping[str, Any]:
    """Its members may be any of the machines, at ports of its own; two of them run."""
    return {
        "etcd": "main",
        "scope": scope(name),
        "machines": dict(layout.NEIGHBOUR_MEMBERS[name]),
        "postgresql_port": _port(name),
        "rest_port": _rest_port(name),
        "ttl": 20,
        "loop_wait": 2,
        "retry_timeout": 3,
        "synchronous": False,
        "watchdog": "off",
        "parameters": dict(SMALL),
    }


def member_of(name: str, machine: str) -> str:
    """What a cluster calls its member on a machine: the inventory knows each by one name alone."""
    return f"{name}-{machine}"


def scope(name: str) -> str:
    return f"{name}-pg-cluster"


def _address(name: str, machine: str) -> str:
    return layout.NEIGHBOUR_MEMBERS[name][member_of(name, machine)]


def _port(name: str) -> int:
    return 5441 + NAMES.index(name)


def _rest_port(name: str) -> int:
    return 8011 + NAMES.index(name)


def start_neighbours(lab: Lab) -> None:
    """All four are led from the machine of the shop's own leader, so that one loss is the loss of five."""
    first = wait_for("the shop's leader", patroni.leader, seconds=60)
    second = next(member for member in layout.MEMBERS if member != first)
    for name in NAMES:
        start_member(lab, name, first)
    for name in NAMES:
        wait_until(f"a leader of {name}", partial(leads, name, first), seconds=90, step=0.2)
        start_member(lab, name, second)
    for name in NAMES:
        wait_until(f"a replica of {name}", partial(streams, name, second), seconds=90, step=0.2)
        _point(lab, name, first)


def start_member(lab: Lab, name: str, member: str) -> None:
    """Start one cluster's Patroni on a machine, with the data that it had."""
    machine = lab.machines[member]
    ground = PatroniGround(
        networks=("10.77.0.0/24",),
        hook=None,
        data_dir=f"/var/lib/postgresql/{name}",
        bin_dir=str(patroni.postgresql_bin()),
        pgpass=f"/var/lib/postgresql/.pgpass-{name}",
    )
    text = patroni_yml(
        lab.inventory, name, member_of(name, member), secrets=lab.secrets.patroni, ground=ground
    )
    machine.run(["install", "-d", "-o", "postgres", "-g", "postgres", "/run/postgresql"])
    config = patroni.private(machine.folder / f"patroni-{name}.yml", text)
    machine.start(f"patroni-{name}", [lab.program.path, str(config)], user="postgres")


def start_again(lab: Lab, member: str) -> None:
    """A machine that was lost returned: its members of these clusters start, too."""
    for name in NAMES:
        start_member(lab, name, member)


def stop(lab: Lab, name: str) -> None:
    """Every Patroni of a cluster ends in order. Who leads goes last, so that nobody takes over."""
    living = {m: one for m in layout.MEMBERS for one in _patronis(lab, name, m) if one.alive}
    for member in sorted(living, key=partial(leads, name)):
        living[member].stop(grace=30)


def go_on(lab: Lab, name: str) -> None:
    """A cluster's members start on the machines on which they ran."""
    for member in layout.MEMBERS:
        if any(_patronis(lab, name, member)):
            start_member(lab, name, member)


def _patronis(lab: Lab, name: str, member: str) -> Iterator[Process]:
    """All that were ever started on a machine."""
    yield from (p for p in lab.machines[member].processes if p.name == f"patroni-{name}")


def _point(lab: Lab, name: str, member: str) -> None:
    """The light host's file names the right port before pgbaton looks at it, and what runs there read it."""
    at = Address(host=_address(name, member), port=_port(name))
    machine = lab.machines[layout.NEIGHBOURS[name]]
    shophost.write_env(machine, at, lab.secrets)
    shophost.start_over(machine)


def leads(name: str, member: str) -> bool:
    said = _rest(name, member)
    return said.get("role") in {"primary", "master"} and said.get("state") == "running"


def streams(name: str, member: str) -> bool:
    """Whether a member runs as a replica."""
    said = _rest(name, member)
    return said.get("role") == "replica" and said.get("state") in {"running", "streaming"}


def _rest(name: str, member: str) -> Mapping[str, Any]:
    return asked(f"http://{_address(name, member)}:{_rest_port(name)}/patroni")
