"""patroni.yml of one member and the roles made at bootstrap, from the inventory and secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from deploy.render.jinja import CannotRender, render
from jobs.inventory import Cluster, Etcd, Inventory, parse_address

PARAMETERS: Mapping[str, str | int | bool] = {
    "max_connections": 100,
    "shared_buffers": "1GB",
    "effective_cache_size": "3GB",
    "maintenance_work_mem": "512MB",
    "logging_collector": True,
    "log_directory": "/var/log/postgresql",
    "log_statement": "ddl",
    "log_replication_commands": True,
    "wal_level": "replica",
    "hot_standby": True,
    "max_wal_senders": 10,
    "max_replication_slots": 10,
    "synchronous_commit": "on",
    "wal_log_hints": True,  # pg_rewind needs them (or checksums, which are on as well)
    "password_encryption": "scram-sha-256",
}
"""The reference architecture's settings; `parameters` of a cluster overrides any of them."""

ROLES = frozenset({"postgres", "replicator", "rewinder"})
DATABASES = frozenset({"postgres", "template0", "template1"})
"""What is there before ours."""

SHARED = frozenset({
    "hot_standby", "max_connections", "max_locks_per_transaction", "max_worker_processes", "max_prepared_transactions",
    "wal_level", "track_commit_timestamp", "max_wal_senders", "max_replication_slots", "wal_log_hints",
    "wal_keep_segments", "wal_keep_size",
})  # fmt: skip
"""What Patroni takes from etcd alone, since replicas must have it as their leader does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatroniSecrets:
    """Passwords, generated where they are first needed; none stands in the inventory."""

    superuser: str = field(repr=False)
    replication: str = field(repr=False)
    rewind: str = field(repr=False)
    rest: str = field(repr=False)
    probe: str | None = field(default=None, repr=False)
    etcd: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeTls:
    """Files of one program on a database node. `rest_ca` is the CA again, under a name that changes
    with it: Patroni's REST server takes a new CA only from another path."""

    ca: str
    cert: str
    key: str
    rest_ca: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatroniGround:
    """Paths and networks of a database node. `networks` (CIDR) may connect, `clients` too but without
    replication, nobody else.

    `hook` is the whole callback command, quoted for a shell; `post_bootstrap` likewise. With `local`
    the cluster's parameters stand in the member's own part as well, so that a reload applies them; those
    that all members must share stay in etcd alone. `etcd_tls` instead of the inventory's files, which
    are those of other machines; `rest_tls` and `postgresql_tls` where these speak TLS.
    """

    networks: tuple[str, ...]
    hook: str | None
    clients: tuple[str, ...] = ()
    local: bool = False
    etcd_tls: NodeTls | None = None
    rest_tls: NodeTls | None = None
    postgresql_tls: NodeTls | None = None
    post_bootstrap: str | None = None
    data_dir: str = "/var/lib/postgresql/pgbaton"
    bin_dir: str = "/usr/lib/postgresql/15/bin"
    socket_dir: str = "/run/postgresql"
    pgpass: str = "/var/lib/postgresql/.pgpass-patroni"


def patroni_yml(
    inventory: Inventory,
    cluster: str,
    member: str,
    *,
    secrets: PatroniSecrets,
    ground: PatroniGround,
) -> str:
    """The file of `member` in `cluster`; CannotRender where the inventory lacks something."""
    known = inventory.clusters[cluster]
    if member not in known.machines:
        raise CannotRender(f"add {member} with its address to [clusters.{cluster}.machines]")
    etcd, parameters = inventory.etcd[known.etcd], {**PARAMETERS, **known.parameters}
    return render(
        "patroni.yml.j2",
        cluster=known,
        member=member,
        host=parse_address(known.machines[member]).url_host,
        listen="[::]" if ":" in known.machines[member] else "0.0.0.0",  # noqa: S104 - pg_hba decides
        etcd=etcd,
        etcd_hosts=[urlsplit(endpoint).netloc for endpoint in etcd.endpoints],
        etcd_scheme=_scheme(etcd, known),
        etcd_tls=ground.etcd_tls or etcd.tls,
        host_rule="hostssl" if ground.postgresql_tls else "host",
        parameters=parameters,
        local={n: v for n, v in parameters.items() if ground.local and n not in SHARED},
        secrets=secrets,
        ground=ground,
    )


def _scheme(etcd: Etcd, cluster: Cluster) -> str:
    schemes = {urlsplit(endpoint).scheme for endpoint in etcd.endpoints}
    if len(schemes) != 1:
        raise CannotRender(
            f"[etcd.{cluster.etcd}] endpoints mix http and https; Patroni speaks one of them"
        )
    return schemes.pop()


def bootstrap_sql(
    cluster: Cluster, *, secrets: PatroniSecrets, roles: Mapping[str, str] | None = None
) -> str:
    """SQL run once, when the first member has made the database: the monitoring role, and the
    cluster's databases where `roles` has a password for each owner. Empty where there is neither."""
    probe = cluster.probe.user if secrets.probe is not None else None
    _refuse_taken(cluster, roles or {})
    if probe is None and not roles:
        return ""
    return render(
        "bootstrap.sql.j2",
        user=probe,
        password=secrets.probe,
        roles=roles or {},
        databases=cluster.databases if roles else {},
    )


def _refuse_taken(cluster: Cluster, roles: Mapping[str, str]) -> None:
    """SQL that fails would have Patroni remove the new database and begin again, for ever."""
    role = next((r for r in roles if r in {*ROLES, cluster.probe.user}), None)
    if role is not None:
        raise CannotRender(
            f"databases of {cluster.scope}: {role} is a role already that Patroni or pgbaton makes; "
            "let another one own the database"
        )
    base = next((d for d in cluster.databases if roles and d in DATABASES), None)
    if base is not None:
        raise CannotRender(
            f"databases of {cluster.scope}: every PostgreSQL has {base} already; name another one"
        )
