"""The one file that says what there is: clusters, hosts, applications, senders. No secret in it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from jobs.inventory.address import parse_address, url_parts
from jobs.inventory.application import Application, Host
from jobs.inventory.cluster import Cluster, Etcd
from jobs.inventory.ground import Deploy, Machine, Provision
from jobs.inventory.linode import DnsRecord, Linode, NodeBalancer
from jobs.inventory.parts import Name, Part, Path, Seconds, Text, Tls
from jobs.inventory.target import Target, parse_target
from jobs.inventory.telling import Alerts, Audit, Heartbeat, Pages, Slack

SCHEMA = 1
"""Version of the job arguments and of the inventory; a worker with another one requeues."""

PUBLIC_KEY = r"^whpk_[A-Za-z0-9+/]{43}=\Z"


def _events_url(text: str) -> str:
    """A webhook's address; one without a path is meant to be /events, for hook and watch alike."""
    parts = url_parts(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        msg = "must look like https://10.0.0.1:8000/events, without a user or a password in it"
        raise ValueError(msg)
    return text if parts.path.strip("/") else text.rstrip("/") + "/events"


def _redis_url(text: str) -> str:
    if re.fullmatch(r"(rediss?(\+sentinel)?|unix)://[^@\s?]+(\?db=\d+)?", text) is None:
        msg = (
            "must begin with redis://, rediss://, unix:// or redis+sentinel://, and hold no "
            "password: that is the secret redis-password"
        )
        raise ValueError(msg)
    return text


class Redis(Part):
    """Where all state lives: redis://, rediss://, unix:// or, with Sentinel,
    redis+sentinel://host:port,host:port/service. Passwords: the secrets `redis-password` and
    `redis-sentinel-password`."""

    url: Annotated[str, AfterValidator(_redis_url)]
    username: Text | None = None
    tls: Tls = Tls()
    prefix: Name = "pgbaton"


def _per_minute(known: dict[str, Any]) -> int:
    """Who speaks of many clusters has more to say when all of them lose their leaders at once."""
    return max(600, 10 * len(known.get("clusters", ())))


class Sender(Part):
    """Who may speak of which clusters. `keys`: `whpk_…` public keys, several while they rotate.

    With `hmac`, its shared secrets (`whsec_…`, several allowed) are the secret `sender-<id>`.
    `per_minute` events are accepted of it: 600, or 10 for each of its clusters, where nothing is said.
    """

    clusters: tuple[Name, ...]
    keys: tuple[Annotated[str, StringConstraints(pattern=PUBLIC_KEY)], ...] = ()
    hmac: bool = False
    per_minute: int = Field(ge=1, default_factory=_per_minute)


class Webhook(Part):
    """Where hooks post, and what the intake allows. `ca` is a file of authorities for https, on the
    machines where watch and probe run; without it the usual ones. `pgbaton keys` makes an own one."""

    urls: tuple[Annotated[Text, AfterValidator(_events_url)], ...] = ()
    ca: Path | None = None
    max_body: Annotated[int, Field(ge=512, le=1_000_000)] = 20_000
    tolerance: Seconds = 300


class Timing(Part):
    """Seconds. Defaults are the contract's; a lab or a test may be quicker."""

    clock: Seconds = 2
    drift: Seconds = 300
    beat: Seconds = 1
    take_over: Seconds = 5
    chunk: Annotated[int, Field(ge=1, le=25)] = 25


class Ssh(Part):
    """`warm`: to how many hosts each worker keeps a connection, so that a failover needs no handshake;
    0: to none. Some 65 KB each, and one login on its host. `ready`: whether beside each of them a script
    waits there for the next swap, so that a failover starts no shell either."""

    warm: Annotated[int, Field(ge=0, le=2000)] = 100
    ready: bool = True


class Inventory(Part):
    """The whole file. Look things up here; `digest` tells two versions apart."""

    schema_version: Annotated[Literal[1], Field(alias="schema")] = 1
    redis: Redis
    etcd: Annotated[Mapping[Name, Etcd], Field(min_length=1)]
    clusters: Annotated[Mapping[Name, Cluster], Field(min_length=1)]
    hosts: Mapping[Name, Host] = {}
    applications: Mapping[Name, Application] = {}
    linode: Linode = Linode()
    nodebalancers: Mapping[Name, NodeBalancer] = {}
    dns: Mapping[Name, DnsRecord] = {}
    senders: Mapping[Name, Sender] = {}
    webhook: Webhook = Webhook()
    timing: Timing = Timing()
    ssh: Ssh = Ssh()
    pages: Pages = Pages()
    slack: Slack = Slack()
    alerts: Alerts = Alerts()
    heartbeat: Heartbeat = Heartbeat()
    audit: Audit = Audit()
    machines: Mapping[Name, Machine] = {}
    deploy: Deploy = Deploy()
    provision: Provision | None = None

    @cached_property
    def digest(self) -> str:
        """Twelve hex digits over the whole content, whatever its order and comments."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def applications_of(self, cluster: str, host: str | None = None) -> tuple[Application, ...]:
        """The applications that follow a cluster, of one host where one is named."""
        following = self.followers.get(cluster, ())
        return tuple(a for a in following if host is None or host in a.hosts)

    @cached_property
    def followers(self) -> Mapping[str, tuple[Application, ...]]:
        """The applications by cluster: to go through all of them for each cluster is too much for many."""
        found: dict[str, list[Application]] = {}
        for application in self.applications.values():
            found.setdefault(application.cluster, []).append(application)
        return {cluster: tuple(of) for cluster, of in found.items()}

    def hosts_of(self, cluster: str) -> tuple[str, ...]:
        """Ids of the hosts that follow a cluster, each once, in the inventory's order."""
        return tuple(dict.fromkeys(h for a in self.applications_of(cluster) for h in a.hosts))

    def targets_of(self, cluster: str, host: str | None = None) -> tuple[str, ...]:
        """Everything that follows a cluster, by its word: hosts at the leader, NodeBalancers, DNS
        records, hosts behind NodeBalancers; with `host`, that host's alone."""
        hosts = [
            Target(kind="host", name=h, behind=self.balancer_of(a))
            for a in self.applications_of(cluster, host)
            for h in a.hosts
            if host in {None, h}
        ]
        before = [t for t in hosts if t.behind is None]
        balancers = [
            Target(kind="nodebalancer", name=n)
            for n, b in self.nodebalancers.items()
            if host is None and b.cluster == cluster
        ]
        records = [
            Target(kind="dns", name=n)
            for n, d in self.dns.items()
            if host is None and d.cluster == cluster
        ]
        behind = [t for t in hosts if t.behind is not None]
        return tuple(dict.fromkeys(map(str, (*before, *balancers, *records, *behind))))

    def applications_at(self, cluster: str, target: str) -> tuple[Application, ...]:
        """The applications that a host's target stands for."""
        at = parse_target(target)
        found = self.applications_of(cluster, at.name)
        return tuple(a for a in found if self.balancer_of(a) == at.behind)

    def host_at(self, target: str) -> Host:
        """The machine that a host's target stands for."""
        return self.hosts[parse_target(target).name]

    def balancer_of(self, application: Application) -> str | None:
        """The NodeBalancer that an application points at; None for one at the leader."""
        if application.endpoint == "leader":
            return None
        if application.nodebalancer is not None:
            return application.nodebalancer
        of = (n for n, b in self.nodebalancers.items() if b.cluster == application.cluster)
        return next(of, None)

    def follows(self, cluster: str, target: str) -> bool:
        """Whether the target still follows this cluster: a NodeBalancer that was given to another one
        must not be led to a member of its former one that has the same name. A member is followed as
        long as its cluster isolates."""
        at = parse_target(target)
        if at.kind == "member":
            return self.clusters[cluster].isolation.policy != "off"
        return target in self.targets_of(cluster)

    def member_host(self, cluster: str, member: str) -> Host | None:
        """Where a member's PostgreSQL is stopped; None where the inventory does not say."""
        known, machine = self.clusters[cluster], self.machines.get(member)
        host, address = self.hosts.get(member), known.machines.get(member)
        pinned = machine.host_keys if machine is not None else ()
        keys = pinned or (host.host_keys if host is not None else ())
        if address is None or not keys:
            return None
        return Host(
            address=parse_address(address).host,
            port=known.isolation.port,
            user=known.isolation.user,
            host_keys=keys,
            become="none",
        )
