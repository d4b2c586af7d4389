"""hook.conf of one member: who speaks, of which cluster, to which webhooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from deploy.render.jinja import CannotRender, render
from jobs.inventory import Inventory


@dataclass(frozen=True, slots=True, kw_only=True)
class HookGround:
    """Paths on the database node. `key` is an Ed25519 PEM (v1a) or the pads' stem (v1)."""

    key: str
    scheme: Literal["v1a", "v1"] = "v1a"
    spool: str = "/var/spool/pgbaton"
    cafile: str | None = None


def hook_conf(
    inventory: Inventory, cluster: str, member: str, *, sender: str, ground: HookGround
) -> str:
    """The file of `member`; CannotRender where the sender may not speak of this cluster."""
    known = inventory.senders.get(sender)
    if known is None or cluster not in known.clusters:
        raise CannotRender(f'add [senders.{sender}] with clusters = ["{cluster}"]')
    if not inventory.webhook.urls:
        raise CannotRender("add the webhook's addresses to [webhook] urls")
    return render(
        "hook.conf.j2",
        sender=sender,
        cluster=cluster,
        member=member,
        urls=inventory.webhook.urls,
        ground=ground,
    )
