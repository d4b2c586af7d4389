"""Laravel's database block of each application, to be pasted: its default would be MySQL."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.blueprint import RenderedFile
from deploy.render.jinja import render
from deploy.render.machine.scene import NOTHING, Scene, Share, secret_file
from deploy.site import Placed
from jobs.inventory import Address, Application, parse_address


def laravel(scene: Scene, here: Placed) -> Share:
    """One fragment for each database of each application here that is Laravel's."""
    if not here.host:
        return NOTHING
    return Share(fragments=dict(_fragments(scene, here.name)))


def _fragments(scene: Scene, host: str) -> Iterator[tuple[str, RenderedFile]]:
    for name, application in scene.inventory.applications.items():
        at = _at(scene, application)
        if host in application.hosts and _is_laravel(application) and at is not None:
            for database, role in scene.inventory.clusters[application.cluster].databases.items():
                text = _block(scene, application, at=at, database=database, role=role)
                yield f"laravel-{name}-{database}.env", secret_file("/.env", text)


def _is_laravel(application: Application) -> bool:
    """It says so, or a dotenv file of its names the database as Laravel does."""
    named = any(f.format == "dotenv" and "DB_HOST" in f.keys for f in application.files)
    return application.kind == "laravel" or (application.kind in {None, "dotenv"} and named)


def _block(scene: Scene, application: Application, *, at: Address, database: str, role: str) -> str:
    demanded = (f.demands.get("DB_CONNECTION") for f in application.files)
    return render(
        "laravel.env.j2",
        connection=next(filter(None, demanded), "pgsql"),
        at=at,
        database=database,
        role=role,
        password=scene.keyring.secret(f"database-{application.cluster}-{role}"),
        secure=scene.cluster_secure(application.cluster),
    )


def _at(scene: Scene, application: Application) -> Address | None:
    """The balancer, else the first member: pgbaton writes the leader there as soon as it looks."""
    balancer = scene.inventory.balancer_of(application)
    if balancer is not None:
        return scene.inventory.nodebalancers[balancer].endpoint
    cluster = scene.inventory.clusters[application.cluster]
    first = next(iter(cluster.machines), None)
    if first is None:
        return None
    host = parse_address(cluster.machines[first]).host
    return application.address_of(first) or Address(host=host, port=cluster.postgresql_port)
