"""isolate.conf of one member: where its PostgreSQL lies, and whom to ask whether it leads."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.isolate import STATE_PATH
from deploy.render.jinja import CannotRender, render
from jobs.inventory import Inventory, parse_address


@dataclass(frozen=True, slots=True, kw_only=True)
class IsolateGround:
    """Paths on the database node. With `ca`, Patroni's REST API speaks TLS and asks for `cert`, one PEM
    with its key."""

    data_dir: str
    bin_dir: str
    state: str = STATE_PATH
    ca: str | None = None
    cert: str | None = None


def isolate_conf(inventory: Inventory, cluster: str, member: str, *, ground: IsolateGround) -> str:
    """The file of `member`; CannotRender where the inventory does not place it."""
    known = inventory.clusters[cluster]
    if member not in known.machines:
        raise CannotRender(f"add {member} with its address to [clusters.{cluster}.machines]")
    host = parse_address(known.machines[member]).url_host
    scheme = "http" if ground.ca is None else "https"
    rest = f"{scheme}://{host}:{known.rest_port}/leader"
    return render("isolate.conf.j2", cluster=cluster, rest=rest, ground=ground)
