"""A PostgreSQL cluster run by Patroni, and the etcd it lives in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from jobs.inventory.address import url_parts
from jobs.inventory.parts import Name, Part, Port, Seconds, Text, Tls


def _endpoint(text: str) -> str:
    if re.fullmatch(r"https?://[^/\s]+:\d{1,5}/?", text) is None or not url_parts(text).port:
        msg = "must look like https://10.0.0.1:2379"
        raise ValueError(msg)
    return text.rstrip("/")


class Etcd(Part):
    """One etcd cluster. With `user`, its password is the secret `etcd-<id>-password`."""

    endpoints: Annotated[tuple[Annotated[str, AfterValidator(_endpoint)], ...], Field(min_length=1)]
    user: Text | None = None
    tls: Tls = Tls()
    machines: Mapping[Name, Text] = {}


class Probe(Part):
    """The monitoring role; without `user` nobody asks PostgreSQL. Secret: `probe-<cluster>-password`."""

    policy: Literal["preferred", "required"] = "preferred"
    user: Text | None = None
    dbname: Text = "postgres"
    sslmode: Literal["disable", "prefer", "require", "verify-ca", "verify-full"] = "prefer"
    tls: Tls = Tls()


class Mux(Part):
    """HAProxy on each database node owns the traffic port: HTTP there goes to Patroni's REST API,
    everything else to PostgreSQL, which listens on the cluster's `postgresql_port`. It asks Patroni
    every `check_interval` seconds whether the member leads; `fall` answers of no cut its sessions."""

    port: Port = 5432
    check_interval: Annotated[float, Field(ge=0.1, le=60)] = 1
    fall: Annotated[int, Field(ge=1, le=10)] = 2
    rise: Annotated[int, Field(ge=1, le=10)] = 1


class Objectives(Part):
    """How fast a failover should be, in seconds: what post-mortem and page hold its times against.
    `verified` and `last_host` count from the first sign of it, `writes_resumed` from the leader's loss."""

    verified: Seconds = 5
    last_host: Seconds = 15
    writes_resumed: Seconds = 60


class Isolation(Part):
    """What becomes of a stale primary, once another member is proven to lead. "reject": the cluster's
    NodeBalancers give it no more connections; "stop": its PostgreSQL is stopped besides, over SSH as
    `user`, who owns it, by the one command that the workers' key may run there."""

    policy: Literal["off", "reject", "stop"] = "off"
    user: Name = "postgres"
    port: Port = 22


class Flapping(Part):
    """Holds back a leadership that returns to a member which lost it less than `within` seconds ago, once
    there were `changes` changes in that time: applications stay at the replica that led until now, as
    long as it answers, until the leader has led for `calm` seconds. Needs `probe.user`."""

    changes: Annotated[int, Field(ge=2, le=20)] = 4
    within: Seconds = 600
    calm: Seconds = 120


class Cluster(Part):
    """One PostgreSQL cluster run by Patroni. `machines` maps member names to addresses (deploy).

    `databases` are made with the first member: each name with the role that owns it, whose password is
    the secret `database-<cluster>-<role>`. `watchdog` is Patroni's mode of using /dev/watchdog.
    `linodes` names a member's machine as Linode's API labels it, where that is not the member's name.
    """

    etcd: Name
    scope: Text
    namespace: Text = "/service/"
    probe: Probe = Probe()
    rest: Tls = Tls()
    machines: Mapping[Name, Text] = {}
    postgresql_port: Port = 5432
    rest_port: Port = 8008
    mux: Mux | None = None
    isolation: Isolation = Isolation()
    linodes: Mapping[Name, Text] = {}
    ttl: Annotated[int, Field(ge=20)] = 30
    loop_wait: Annotated[int, Field(ge=1)] = 10
    retry_timeout: Annotated[int, Field(ge=3)] = 10
    synchronous: bool = True
    failsafe: bool = False
    watchdog: Literal["off", "automatic", "required"] = "automatic"
    databases: Mapping[Name, Name] = {}
    parameters: Mapping[Name, str | int | bool] = {}
    objectives: Objectives = Objectives()
    flapping: Flapping | None = None

    @property
    def traffic_port(self) -> int:
        """The port at which a balancer reaches PostgreSQL: the mux's, where there is one."""
        return self.mux.port if self.mux is not None else self.postgresql_port

    def linode_of(self, member: str) -> str:
        """The label that the member's machine has at Linode."""
        return self.linodes.get(member, member)
