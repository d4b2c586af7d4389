"""The inventory of a whole architecture, from the answers of `pgbaton init`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from deploy.outline.answers import Whole
from deploy.outline.application import application
from deploy.outline.standing import standing
from deploy.outline.writing import written
from deploy.provision.roles import PLANS
from jobs.inventory import Process

PROCESSES: tuple[Process, ...] = (
    "web", "pages", "worker", "watch", "probe", "clock", "chronicle",
)  # fmt: skip
HOOKS, ETCD = 8443, 2379
WAIT = 10
"""Patroni's own loop_wait and retry_timeout, in seconds; a longer ttl makes neither longer."""


def whole_toml(told: Whole, keys: str) -> str:
    """The text, without the public halves of keys. `keys` is how people name the folder of keys. Raises
    CannotFit."""
    counts = {"control": told.controls, "etcd": 0 if told.compact else told.etcd}
    stands = standing(told.subnet, counts | {"pg": told.databases, "web": told.hosts})
    etcd = stands["pg"] if told.compact else stands["etcd"]
    controls, members = stands["control"], stands["pg"]
    return written(
        "whole.toml.j2",
        o=told,
        keys=keys,
        architecture=_architecture(told, etcd),
        etcd=etcd,
        etcd_loss=_etcd_loss(len(etcd)),
        databases=members,
        database=told.cluster.replace("-", "_"),
        database_loss=_database_loss(told.databases),
        balancer_label=f"{told.prefix or told.cluster}-front"[:32],
        endpoints=[f"https://{address}:{ETCD}" for address in etcd.values()],
        control=controls["control1"],
        first_control="control1",
        controls={name: _control(name, address) for name, address in controls.items()},
        webhooks=[f"https://{address}:{HOOKS}/events" for address in controls.values()],
        wait=min(told.ttl // 3, WAIT),
        hosts=stands["web"],
        application=application(told.cluster, told.kind, tuple(stands["web"])),
        types={role: plan for role, plan in PLANS.items() if role != "etcd" or not told.compact},
        senders=[*members, "watch", "probe"],
        cluster=told.cluster,
        slack=told.slack,
    )


def _control(name: str, address: str) -> Mapping[str, str | Sequence[str]]:
    redis: tuple[Process, ...] = ("redis",) if name == "control1" else ()
    return {"address": address, "runs": (*redis, *PROCESSES)}


def _architecture(told: Whole, etcd: Mapping[str, str]) -> str:
    where = " on the database machines" if told.compact else ""
    parts = [
        f"{len(etcd)} etcd{where}",
        f"{told.databases} PostgreSQL machines under Patroni",
        *(["a NodeBalancer"] if told.balancer else []),
        f"{told.hosts} application host{'s' if told.hosts != 1 else ''}",
        f"pgbaton on {told.controls} machine{'s' if told.controls != 1 else ''}",
    ]
    return ", ".join(parts)


def _etcd_loss(count: int) -> str:
    if count == 1:
        return "One machine is for a try: while it is away, nobody leads."
    return f"Of {count} machines {(count - 1) // 2} may be lost."


def _database_loss(count: int) -> str:
    if count == 2:  # noqa: PLR2004 - the fewest
        return (
            "With two members, commits wait for nobody while one is away: what is committed then is\n"
            "# lost if the other is lost, too. A third member closes that gap."
        )
    return f"Of {count} members one may be lost, and every commit still waits for a second machine."
