"""Every change at a NodeBalancer as requests: what is there already, or was made by a lost reply, is not made twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, assert_never

from jobs.balancer.change import (
    Change,
    CreateBalancer,
    CreateConfig,
    CreateNode,
    MoveNode,
    SetConfig,
    SetMode,
)
from jobs.balancer.wanted import WantedNode
from jobs.ports import LinodeUnavailable
from workers.linode.client import Call
from workers.linode.rows import Row

BALANCERS = "/nodebalancers"
CERTAIN = frozenset({401, 403, 404, 429})
"""Statuses that prove that nothing was made."""

_CHECK_TIMES = ("check_interval", "check_timeout")


def make(call: Call, change: Change) -> None:
    """Make one change. Raises LinodeUnavailable."""
    match change:
        case CreateBalancer():
            _create_balancer(call, change)
        case CreateConfig():
            _create_config(call, change)
        case SetConfig():
            _set_config(call, change)
        case CreateNode():
            _create_node(call, change)
        case MoveNode():
            path = f"{nodes_path(change.balancer, change.config)}/{change.id}"
            call.change(path, _backend(change.node))
        case SetMode():
            path = f"{nodes_path(change.balancer, change.config)}/{change.id}"
            call.change(path, {"mode": change.mode})
        case _:
            assert_never(change)


def create(there: Callable[[], bool], post: Callable[[], object]) -> None:
    """Create what is not there. Where the answer does not tell whether it was created, that is
    looked up, and only if it was not, the failure is one."""
    if there():
        return
    try:
        post()
    except LinodeUnavailable as error:
        if error.status in CERTAIN or not _known(there):
            raise


def configs_path(balancer: int) -> str:
    return f"{BALANCERS}/{balancer}/configs"


def nodes_path(balancer: int, config: int) -> str:
    return f"{configs_path(balancer)}/{config}/nodes"


def labelled(call: Call, path: str, label: str, *, what: str) -> Row | None:
    """The one object of a collection with exactly this label, whatever the filter lets through;
    None where there is none. Raises LinodeUnavailable where there are several."""
    rows = (Row(what, row) for row in call.rows(path, where={"label": label}))
    found = {row.number("id"): row for row in rows if row.text("label") == label}
    if len(found) > 1:
        ids = " and ".join(map(str, found))
        raise LinodeUnavailable(
            f"the label {label} matches {len(found)} of Linode's {what}s, {ids}",
            f"give all but one of them other labels at Linode (or delete the {what} that is too many)",
        )
    return next(iter(found.values()), None)


def _create_balancer(call: Call, change: CreateBalancer) -> None:
    want = change.wanted
    if want.region is None:
        raise LinodeUnavailable(
            f"NodeBalancer {want.label} cannot be created without a region",
            f'write region = "…" in [nodebalancers.{want.id}]: that of the database nodes',
        )
    body: dict[str, Any] = {
        "region": want.region,
        "label": want.label,
        "type": want.type,
        "tags": list(want.tags),
        "client_conn_throttle": 0,
    }
    if want.firewall_id is not None:
        body["firewall_id"] = want.firewall_id
    if want.subnet_id is not None:
        body["vpcs"] = [{"subnet_id": want.subnet_id}]
    create(
        lambda: labelled(call, BALANCERS, want.label, what="NodeBalancer") is not None,
        lambda: call.create(BALANCERS, body),
    )


def _create_config(call: Call, change: CreateConfig) -> None:
    path = configs_path(change.balancer)

    def there() -> bool:
        rows = (Row("configuration", row) for row in call.rows(path))
        return any(r.number("port") == change.port and r.maybe("protocol") != "udp" for r in rows)

    create(there, lambda: call.create(path, {"port": change.port, **change.settings}))


def _set_config(call: Call, change: SetConfig) -> None:
    """Interval and timeout always go together: Linode compares what it is sent with its own
    defaults, and these contradict each other."""
    path = f"{configs_path(change.balancer)}/{change.config}"
    settings = dict(change.settings)
    if not settings.keys() >= set(_CHECK_TIMES):
        now = Row("configuration", call.one(path))
        settings = {**{name: now.number(name) for name in _CHECK_TIMES}, **settings}
    call.change(path, settings)


def _create_node(call: Call, change: CreateNode) -> None:
    path, node = nodes_path(change.balancer, change.config), change.node

    def there() -> bool:
        rows = (Row("node", row) for row in call.rows(path))
        return any(row.address("address") == node.address for row in rows)

    create(there, lambda: call.create(path, {**_backend(node), "mode": change.mode}))


def _backend(node: WantedNode) -> dict[str, Any]:
    subnet = {} if node.subnet_id is None else {"subnet_id": node.subnet_id}
    return {"label": node.label, "address": str(node.address), **subnet}


def _known(there: Callable[[], bool]) -> bool:
    """Whether it is there now; False too where that cannot be asked."""
    try:
        return there()
    except LinodeUnavailable:
        return False
