"""A site in values: three etcd, three database machines, one with pgbaton's processes, one host."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from deploy.blueprint import Blueprint, Notice, RenderedFile, Unit
from deploy.push import Sight, Wishes
from deploy.push.changes import compare
from deploy.push.observed import FoundFile, FoundUnit, Observed
from deploy.push.wanted import Asked, Wanted
from deploy.site import Placed
from jobs.inventory import Address

ETCD, PG = ("etcd1", "etcd2", "etcd3"), ("pg1", "pg2", "pg3")
WORKERS = ("pgbaton-worker@1.service", "pgbaton-worker@2.service")
UNITS: Mapping[str, tuple[Unit, ...]] = {
    **{m: (Unit(name="etcd.service", class_="etcd"),) for m in ETCD},
    **{
        m: (
            Unit(name="patroni.service", class_="database"),
            Unit(name="haproxy.service", class_="mux"),
        )
        for m in PG
    },
    "control": (
        Unit(name="redis-server.service", class_="redis"),
        *(Unit(name=name, class_="pgbaton") for name in WORKERS),
    ),
    "shop1": (Unit(name="ssh.service", class_="ground"),),
}
EVERY = tuple(UNITS)
DCS = """restapi:
  connect_address: 10.0.0.1:8008
bootstrap:
  dcs:
    ttl: 30
    postgresql:
      parameters:
        max_connections: 100
"""


def path_of(unit: str) -> str:
    return f"/etc/{unit}/conf"


def site(how: str = "restart") -> dict[str, Wanted]:
    """Each unit has one file, whose change it must hear of."""
    return {machine: _wanted(machine, how) for machine in UNITS}


def _wanted(machine: str, how: str) -> Wanted:
    files = tuple(_file(unit.name, how) for unit in UNITS[machine])
    if machine in PG:
        told = (Notice(unit="patroni.service", how="reload"),)
        files += (RenderedFile(path="/etc/patroni/config.yml", text=DCS, notices=told),)
    return Wanted(
        placed=Placed(
            name=machine,
            address="10.0.0.1",
            ssh=Address(host="10.0.0.1", port=22),
            etcd="main" if machine in ETCD else None,
            cluster="shop" if machine in PG else None,
        ),
        blueprint=Blueprint(machine=machine, files=files, units=UNITS[machine]),
        patroni=Asked(url="http://10.0.0.1:8008") if machine in PG else None,
    )


def _file(unit: str, how: str) -> RenderedFile:
    notice = Notice(unit=unit, how=how)  # type: ignore[arg-type]
    return RenderedFile(path=path_of(unit), text=f"of {unit}\n", notices=(notice,))


def settled(wanted: Wanted, *, leader: str | None = "pg1") -> Observed:
    """The machine as its blueprint says, and well."""
    name = wanted.name
    said = _patroni(name, leader) if name in PG and leader else {}
    return Observed(
        machine=name,
        files={
            f.path: FoundFile(sha256=f.sha256, owner=f.owner, group=f.group, mode=f.mode)
            for f in wanted.blueprint.files
        },
        units={
            u.name: FoundUnit(enabled=True, active="active", run=f"{name}-1")
            for u in wanted.blueprint.units
        },
        etcd={"health": "true"} if name in ETCD else None,
        patroni=said.get("patroni"),
        cluster=said.get("cluster"),
        config=said.get("config"),
    )


def _patroni(name: str, leader: str) -> dict[str, dict[str, object]]:
    streams = [{"application_name": m, "state": "streaming"} for m in PG if m != leader]
    own = {"state": "running", "role": "master" if name == leader else "replica"}
    return {
        "patroni": own | ({"replication": streams} if name == leader else {}),
        "cluster": {
            "members": [{"name": m, "role": "leader" if m == leader else "replica"} for m in PG]
        },
        "config": {"ttl": 30, "postgresql": {"parameters": {"max_connections": 100}}},
    }


def fresh(wanted: Wanted) -> Observed:
    """A machine that only has what it was installed with."""
    return Observed(machine=wanted.name)


def stale(seen: Observed, units: Iterable[str]) -> Observed:
    """The same with old files of these units."""
    old = {
        path_of(u): FoundFile(sha256="old", owner="root", group="root", mode=0o644) for u in units
    }
    return replace(seen, files={**seen.files, **old})


def silent(seen: Observed) -> Observed:
    """Its unit runs, and does not do its work."""
    return replace(seen, etcd=None, patroni=None, cluster=None, config=None)


def sight(
    found: Mapping[str, Observed],
    *,
    of: Mapping[str, Wanted] | None = None,
    machines: Iterable[str] = EVERY,
    wishes: Wishes = Wishes(),  # noqa: B008 - a value
) -> Sight:
    wanted = of or site()
    changes = {m: compare(wanted[m], found[m]) for m in machines if m in found}
    return Sight(site=wanted, changes=changes, found=found, wishes=wishes)
