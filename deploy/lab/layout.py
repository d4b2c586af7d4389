"""Who is who in the lab: names and addresses, the same in every lab, for each has its own network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

CLUSTER = "shop"
SCOPE = "shop-pg-cluster"
ETCD = {"etcd1": "10.77.0.11", "etcd2": "10.77.0.12", "etcd3": "10.77.0.13"}
MEMBERS = {"pg1": "10.77.0.21", "pg2": "10.77.0.22", "pg3": "10.77.0.23"}
REDIS = {"redis": "10.77.0.31"}
CONTROL = {"control": "10.77.0.41"}
SHOPS = {"shop1": "10.77.0.51", "shop2": "10.77.0.52"}
LIGHT = {f"light{number:02}": f"10.77.0.{100 + number}" for number in range(1, 49)}
"""Managed hosts of a setting that wants many: a service that writes down its starts, and no shop."""
NEIGHBOURS: Mapping[str, str] = dict(zip(("north", "east", "south", "west"), LIGHT, strict=False))
"""Further clusters of a setting that wants several, each with the light host that follows it."""
NEIGHBOUR_MEMBERS: Mapping[str, Mapping[str, str]] = {
    name: {
        f"{name}-{machine}": f"10.77.0.{200 + 10 * place + number}"
        for number, machine in enumerate(MEMBERS, start=1)
    }
    for place, name in enumerate(NEIGHBOURS)
}
"""Their members, called after the machines that they are on, each with an address of its own there."""
UNMANAGED = {"shop3": "10.77.0.53"}
LINODE = {"linode": "10.77.0.61"}
OUTSIDE = {"outside": "10.77.0.81"}
OPERATOR = {"operator": "10.77.0.2"}
BALANCER = "front"
BALANCER_ADDRESS, BALANCER_PORT = "10.77.0.71", 5432
"""The NodeBalancer's own, a second address of the machine that stands for Linode."""

ADDRESSES: Mapping[str, str] = {
    **OPERATOR,
    **ETCD,
    **MEMBERS,
    **REDIS,
    **CONTROL,
    **SHOPS,
    **UNMANAGED,
    **LINODE,
    **OUTSIDE,
}
FURTHER: Mapping[str, Sequence[str]] = {"linode": (BALANCER_ADDRESS,)}
"""Addresses that a machine has besides its own."""

DEPLOY_USER, SHOP_USER = "deploy", "shop"
ENV_FILE = "/srv/shop/.env"
SHOP_PORT, WEBHOOK_PORT, PAGES_PORT, REDIS_PORT = 8080, 8000, 8001, 6379
TRAFFIC_PORT, POSTGRESQL_PORT = 5432, 5433
LINODE_API = f"http://{LINODE['linode']}/v4"
LINODE_CONTROL = f"http://{LINODE['linode']}:81"
WEBHOOK = f"http://{CONTROL['control']}:{WEBHOOK_PORT}"
PAGES = f"http://127.0.0.1:{PAGES_PORT}"
"""On the control machine alone, as behind a proxy; the lab's door leads there."""
SLACK_CHANNEL = "C0FAILOVERS"
SLACK_API = f"http://{OUTSIDE['outside']}/api"
OUTSIDE_CONTROL = f"http://{OUTSIDE['outside']}:81"
ALERTS = f"{OUTSIDE_CONTROL}/alerts"
HEARTBEATS = {who: f"{OUTSIDE_CONTROL}/heartbeat/{who}" for who in ("clock", "watch")}
"""Beside Slack's own address, so that they answer while Slack does not."""


def neighbours_on(machine: str) -> Sequence[str]:
    """The addresses that the neighbours' members have on a machine."""
    return tuple(
        address
        for members in NEIGHBOUR_MEMBERS.values()
        for member, address in members.items()
        if member.endswith(f"-{machine}")
    )


def hosts_file(name: str) -> str:
    """The /etc/hosts of one machine: itself, and everybody by name."""
    lines = [f"127.0.0.1 localhost {name}", "::1 localhost ip6-localhost"]
    return "\n".join([*lines, *(f"{a} {n}" for n, a in ADDRESSES.items() if n != name)]) + "\n"
