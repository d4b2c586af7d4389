"""The one file that says what there is: clusters, hosts, applications, senders. No secret in it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints

from jobs.inventory.address import Address, parse_address
from jobs.inventory.linode import DnsRecord, Linode, NodeBalancer
from jobs.inventory.parts import Name, Part, Path, Port, Seconds, Text, Tls
from jobs.inventory.target import Target, parse_target
from jobs.templates import check_template

SCHEMA = 1
"""Version of the job arguments and of the inventory; a worker with another one requeues."""

PUBLIC_KEY = r"^whpk_[A-Za-z0-9+/]{43}=$"

Template = Annotated[str, AfterValidator(check_template)]


def _endpoint(text: str) -> str:
    if re.fullmatch(r"https?://[^/\s]+:\d{1,5}/?", text) is None:
        msg = "must look like https://10.0.0.1:2379"
        raise ValueError(msg)
    return text.rstrip("/")


def _events_url(text: str) -> str:
    """A webhook's address; one without a path is meant to be /events, for hook and watch alike."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        msg = "must look like https://10.0.0.1:8000/events"
        raise ValueError(msg)
    return text if parts.path.strip("/") else text.rstrip("/") + "/events"


def _redis_url(text: str) -> str:
    if re.fullmatch(r"(rediss?(\+sentinel)?|unix)://[^@\s]+", text) is None:
        msg = (
            "must begin with redis://, rediss://, unix:// or redis+sentinel://, and hold no "
            "password: that is the secret redis-password"
        )
        raise ValueError(msg)
    return text


def _address(text: str) -> str:
    parse_address(text)
    return text


class Redis(Part):
    """Where all state lives: redis://, rediss://, unix:// or, with Sentinel,
    redis+sentinel://host:port,host:port/service. Passwords: the secrets `redis-password` and
    `redis-sentinel-password`."""

    url: Annotated[str, AfterValidator(_redis_url)]
    username: Text | None = None
    tls: Tls = Tls()
    prefix: Name = "pgbaton"


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


class Cluster(Part):
    """One PostgreSQL cluster run by Patroni. `machines` maps member names to addresses (deploy).

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
    linodes: Mapping[Name, Text] = {}
    ttl: Annotated[int, Field(ge=20)] = 30
    loop_wait: Annotated[int, Field(ge=1)] = 10
    retry_timeout: Annotated[int, Field(ge=3)] = 10
    synchronous: bool = True
    parameters: Mapping[Name, str | int | bool] = {}

    @property
    def traffic_port(self) -> int:
        """The port at which a balancer reaches PostgreSQL: the mux's, where there is one."""
        return self.mux.port if self.mux is not None else self.postgresql_port

    def linode_of(self, member: str) -> str:
        """The label that the member's machine has at Linode."""
        return self.linodes.get(member, member)


class Host(Part):
    """A machine that applications run on, reached over SSH. `host_keys`: known_hosts key fields."""

    address: Text
    port: Port = 22
    user: Name = "pgbaton"
    host_keys: Annotated[tuple[Text, ...], Field(min_length=1)]
    become: Literal["sudo", "none"] = "sudo"
    mode: Literal["plain", "hardened"] = "plain"


class File(Part):
    """A managed file. `keys` maps a key of the format to a template over the leader."""

    path: Path
    format: Literal["dotenv", "ini", "json", "toml", "yaml"] = "dotenv"
    keys: Annotated[Mapping[Text, Template], Field(min_length=1)]


class Service(Part):
    """What is restarted, and by whom."""

    name: Text
    manager: Literal["systemd", "runit"] = "systemd"


class Application(Part):
    """What follows a cluster's leader: files to edit, commands to run as their owner, services.

    `endpoint` says where it points: at the leader itself, or at a NodeBalancer, which `nodebalancer`
    names where the cluster has several. There `{host}` and `{port}` are the balancer's own.
    """

    cluster: Name
    hosts: tuple[Name, ...] = ()
    endpoint: Literal["leader", "nodebalancer"] = "leader"
    nodebalancer: Name | None = None
    files: tuple[File, ...] = ()
    after: tuple[Text, ...] = ()
    after_timeout: Seconds = 60
    services: tuple[Service, ...] = ()
    restart_timeout: Seconds = 60
    check: Text | None = None
    check_timeout: Seconds = 30
    addresses: Mapping[Name, Annotated[str, AfterValidator(_address)]] = {}

    def address_of(self, member: str) -> Address | None:
        """The address this application uses for a member, where its map names one."""
        text = self.addresses.get(member)
        return parse_address(text) if text is not None else None


class Sender(Part):
    """Who may speak of which clusters. `keys`: `whpk_…` public keys, several while they rotate.

    With `hmac`, its shared secrets (`whsec_…`, several allowed) are the secret `sender-<id>`.
    """

    clusters: tuple[Name, ...]
    keys: tuple[Annotated[str, StringConstraints(pattern=PUBLIC_KEY)], ...] = ()
    hmac: bool = False
    per_minute: Annotated[int, Field(ge=1)] = 600


class Webhook(Part):
    """Where hooks post, and what the intake allows."""

    urls: tuple[Annotated[Text, AfterValidator(_events_url)], ...] = ()
    max_body: Annotated[int, Field(ge=512, le=1_000_000)] = 20_000
    tolerance: Seconds = 300


class Timing(Part):
    """Seconds. Defaults are the contract's; a lab or a test may be quicker."""

    clock: Seconds = 2
    drift: Seconds = 300
    beat: Seconds = 1
    take_over: Seconds = 5
    chunk: Annotated[int, Field(ge=1, le=25)] = 25


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

    @cached_property
    def digest(self) -> str:
        """Twelve hex digits over the whole content, whatever its order and comments."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]

    def applications_of(self, cluster: str, host: str | None = None) -> tuple[Application, ...]:
        """The applications that follow a cluster, of one host where one is named."""
        return tuple(
            a
            for a in self.applications.values()
            if a.cluster == cluster and (host is None or host in a.hosts)
        )

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

    def knows(self, target: str) -> bool:
        """Whether the target still stands in the inventory."""
        at = parse_target(target)
        match at.kind:
            case "host":
                return at.name in self.hosts
            case "nodebalancer":
                return at.name in self.nodebalancers
            case "dns":
                return at.name in self.dns
