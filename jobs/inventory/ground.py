"""What deploy lays down and on which machines; processes and jobs read none of it."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from jobs.inventory.parts import Name, Part, Text

Process = Literal["redis", "web", "pages", "worker", "watch", "probe", "clock", "chronicle"]
"""What a machine may be told to run, besides what etcd, clusters and hosts put on it."""

LINODE_LABEL = r"^[A-Za-z0-9](?:[A-Za-z0-9]|[_.-](?![_.-])){1,62}[A-Za-z0-9]$"
"""A Linode's label: 3 to 64 characters, no two of `_.-` side by side (API 4.234, linode label)."""


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError as error:
        msg = f"{error}; write a network as 10.0.0.0/24"
        raise ValueError(msg) from None


Network = Annotated[str, AfterValidator(_network)]


class Machine(Part):
    """One machine. `address` is the one that the others reach it at; it may be left out where etcd, a
    cluster or `hosts` names it already. `ssh` (host or host:port) is where `pgbaton push` reaches it,
    where that is another one. `host_keys`: known_hosts key fields; else those that `pgbaton keys` made.
    `runs`: redis, and processes of pgbaton's own; `workers`: how many workers. `type`: its plan at
    Linode, else the one of `provision`."""

    address: Text | None = None
    ssh: Text | None = None
    host_keys: tuple[Text, ...] = ()
    runs: tuple[Process, ...] = ()
    workers: Annotated[int, Field(ge=1, le=64)] = 2
    type: Text | None = None


class Deploy(Part):
    """How machines are reached and closed. `user` logs in for `pgbaton push`, and becomes root by
    `sudo -n` where it is not root. `networks` are the machines' own: from there they speak to each
    other. `operators` may reach SSH, the webhook and the pages besides. `clients`: networks of
    applications that may connect to PostgreSQL, where no host of the inventory is there."""

    user: Name = "root"
    networks: tuple[Network, ...] = ()
    operators: tuple[Network, ...] = ()
    clients: tuple[Network, ...] = ()
    firewall: Literal["nftables", "none"] = "nftables"
    certificate_days: Annotated[int, Field(ge=2, le=3650)] = 365
    ca_days: Annotated[int, Field(ge=30, le=7300)] = 3650


class Provision(Part):
    """What `pgbaton provision` creates at Linode, all of it in one region. `prefix` begins the label
    of everything it makes; with `name` behind it, that is a machine's label (a cluster's `linodes`
    overrides it). `subnet` must hold the machines' addresses. `types` by role; `authorized_keys` are
    public SSH keys of operators, besides the push key."""

    region: Text
    prefix: Annotated[str, StringConstraints(pattern=r"^(?:[A-Za-z0-9][A-Za-z0-9-]{0,20})?\Z")] = (
        "pgbaton"
    )
    image: Text = "linode/debian12"
    subnet: Network = "10.0.0.0/24"
    types: Mapping[Literal["etcd", "database", "control", "host"], Text] = {}
    tags: tuple[Text, ...] = ("pgbaton",)
    authorized_keys: tuple[Text, ...] = ()
    placement: Literal["strict", "flexible"] = "strict"
    backups: bool = False
