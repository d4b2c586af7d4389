"""A database node: Patroni with PostgreSQL below it, and the watchdog that ends a leader that hangs."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterator

from deploy.blueprint import Notice, RenderedFile, Unit
from deploy.render.jinja import render
from deploy.render.machine.hook import COMMAND
from deploy.render.machine.scene import HEADER, NOTHING, Scene, Share, secret_file
from deploy.render.machine.tls import authority, identity
from deploy.render.patroni import (
    NodeTls,
    PatroniGround,
    PatroniSecrets,
    bootstrap_sql,
    patroni_yml,
)
from deploy.site import Placed
from jobs.inventory import Cluster

CONFIG = "/etc/patroni/config.yml"
SQL = "/etc/patroni/bootstrap.sql"
UNIT = "patroni.service"
RELOAD = Notice(unit=UNIT, how="reload")
POST_BOOTSTRAP = ("/usr/bin/psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", SQL, "-d")
"""Patroni adds the connection string."""
CLUSTERLESS = "/etc/postgresql-common/createcluster.d/pgbaton.conf"
PACKAGES = ("postgresql-15", "patroni", "python3-psycopg2", "postgresql-client-15")


def database(scene: Scene, here: Placed) -> Share:
    """Nothing on a machine that is no member of a cluster."""
    if here.cluster is None:
        return NOTHING
    cluster = scene.inventory.clusters[here.cluster]
    return Share(
        files=(
            clusterless(),
            *_certificates(scene, here, cluster),
            *_watchdog(cluster),
            *_patroni(scene, here, cluster),
            RenderedFile(
                path=f"/etc/systemd/system/{UNIT}",
                text=render("patroni.service.j2", config=CONFIG, cluster=cluster),
                # A restart costs a leader its place: the next planned one will do.
            ),
        ),
        units=(Unit(name=UNIT, class_="database"),),
        packages=PACKAGES,
    )


def clusterless() -> RenderedFile:
    """Must be there before PostgreSQL's package is, which else makes a cluster of its own on port 5432."""
    return RenderedFile(path=CLUSTERLESS, text=f"{HEADER}create_main_cluster = false\n")


def _patroni(scene: Scene, here: Placed, cluster: Cluster) -> Iterator[RenderedFile]:
    assert here.cluster is not None
    secrets = _secrets(scene, here.cluster, cluster)
    roles = {
        role: scene.keyring.secret(f"database-{here.cluster}-{role}")
        for role in dict.fromkeys(cluster.databases.values())
    }
    sql = bootstrap_sql(cluster, secrets=secrets, roles=roles)
    ground = _ground(
        scene, here, cluster, post_bootstrap=shlex.join(POST_BOOTSTRAP) if sql else None
    )
    text = patroni_yml(scene.inventory, here.cluster, here.name, secrets=secrets, ground=ground)
    if sql:
        yield secret_file(SQL, sql, owner="postgres", group="postgres")
    yield secret_file(CONFIG, text, owner="postgres", group="postgres", notices=(RELOAD,))


def _ground(
    scene: Scene, here: Placed, cluster: Cluster, *, post_bootstrap: str | None
) -> PatroniGround:
    secure = here.cluster is not None and scene.cluster_secure(here.cluster)
    return PatroniGround(
        networks=scene.networks,
        clients=scene.inventory.deploy.clients,
        hook=COMMAND,
        post_bootstrap=post_bootstrap,
        local=True,
        etcd_tls=_node("/etc/patroni") if scene.etcd_secure(cluster.etcd) else None,
        rest_tls=_node("/etc/patroni", rest_ca=_rest_ca(scene)) if secure else None,
        postgresql_tls=_node("/etc/postgresql") if secure else None,
    )


def _node(folder: str, *, rest_ca: str | None = None) -> NodeTls:
    tls = f"{folder}/tls"
    return NodeTls(
        ca=f"{tls}/ca.pem", cert=f"{tls}/server.pem", key=f"{tls}/server.pem", rest_ca=rest_ca
    )


def _rest_ca(scene: Scene) -> str:
    digest = hashlib.sha256(scene.keyring.ca().encode()).hexdigest()
    return f"/etc/patroni/tls/ca-{digest[:12]}.pem"


def _secrets(scene: Scene, name: str, cluster: Cluster) -> PatroniSecrets:
    keyring, etcd = scene.keyring, scene.inventory.etcd[cluster.etcd]
    return PatroniSecrets(
        superuser=keyring.secret(f"patroni-{name}-superuser"),
        replication=keyring.secret(f"patroni-{name}-replication"),
        rewind=keyring.secret(f"patroni-{name}-rewind"),
        rest=keyring.secret(f"patroni-{name}-rest"),
        probe=keyring.secret(f"probe-{name}-password") if cluster.probe.user else None,
        etcd=keyring.secret(f"etcd-{cluster.etcd}-password") if etcd.user else None,
    )


def _certificates(scene: Scene, here: Placed, cluster: Cluster) -> Iterator[RenderedFile]:
    """Both programs read new ones when Patroni is reloaded, which reloads PostgreSQL."""
    assert here.cluster is not None
    ca, owner = scene.keyring.ca(), {"owner": "postgres", "group": "postgres"}
    rest = scene.cluster_secure(here.cluster)
    if rest or scene.etcd_secure(cluster.etcd):
        certified = scene.keyring.certificate(here.name, "patroni")
        yield authority("/etc/patroni/tls/ca.pem", ca, RELOAD)
        if rest:
            yield authority(_rest_ca(scene), ca, RELOAD)
        yield identity("/etc/patroni/tls/server.pem", certified, RELOAD, **owner)
    if rest:
        certified = scene.keyring.certificate(here.name, "postgresql")
        yield authority("/etc/postgresql/tls/ca.pem", ca, RELOAD)
        yield identity("/etc/postgresql/tls/server.pem", certified, RELOAD, **owner)


def _watchdog(cluster: Cluster) -> Iterator[RenderedFile]:
    if cluster.watchdog != "off":
        yield RenderedFile(path="/etc/modules-load.d/pgbaton.conf", text=f"{HEADER}softdog\n")
        yield RenderedFile(
            path="/etc/udev/rules.d/61-pgbaton-watchdog.rules",
            text=f'{HEADER}KERNEL=="watchdog", OWNER="postgres", GROUP="postgres", MODE="0600"\n',
        )
