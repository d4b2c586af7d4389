"""What a command may reach: the jobs' ports, and who is asking; tests bring a desk of fakes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from deploy.cli.exits import Exit, Fault
from jobs.inventory import Inventory, parse_target
from jobs.judge import Policy
from jobs.ports import (
    Anchors,
    Balancers,
    Clock,
    Fleet,
    HostHand,
    Ledger,
    Noted,
    Records,
    Witness,
)


class Desk(Protocol):
    """Each part is made when first used, so that a command needs only what it uses."""

    @property
    def environ(self) -> Mapping[str, str]: ...
    @property
    def inventory(self) -> Inventory: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def witness(self) -> Witness: ...
    @property
    def hosts(self) -> HostHand: ...
    @property
    def balancers(self) -> Balancers | None:
        """NodeBalancers at Linode; None without a token."""

    @property
    def records(self) -> Records | None:
        """DNS records at Linode; None without a token."""

    @property
    def anchors(self) -> Mapping[str, Anchors]:
        """The place that keeps each cluster's anchors, by cluster; none where the inventory wants none."""

    @property
    def threads(self) -> Noted | None:
        """The anchors that stand in Slack; None without a token."""

    @property
    def fleet(self) -> Fleet: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def by(self) -> str:
        """Who is asking: the person behind sudo, or the login name."""

    def token(self) -> str:
        """64 fresh random bits as hex."""


def known_cluster(desk: Desk, cluster: str) -> str:
    """The cluster, or the names there are."""
    return _known(cluster, tuple(desk.inventory.clusters), what="cluster")


def known_hosts(desk: Desk, cluster: str, hosts: Sequence[str]) -> tuple[str, ...]:
    """The named hosts of a cluster, or all of them where none is named."""
    there = desk.inventory.hosts_of(cluster)
    named = tuple(_known(h, there, what=f"host of {cluster}") for h in dict.fromkeys(hosts))
    if not there:
        raise Fault(
            f"no application host follows {cluster}",
            "give an application of this cluster its hosts in the inventory",
            code=Exit.CONFIG,
        )
    return named or there


def known_targets(desk: Desk, cluster: str, hosts: Sequence[str] = ()) -> tuple[str, ...]:
    """What follows a cluster on the named hosts; where none is named, everything that follows it,
    NodeBalancers and DNS records included."""
    there = desk.inventory.targets_of(cluster)
    if there and not hosts:
        return there
    named = known_hosts(desk, cluster, hosts)
    return tuple(
        t for t in there if parse_target(t).kind == "host" and parse_target(t).name in named
    )


def known_host(desk: Desk, host: str) -> str:
    """The host, or the names there are."""
    return _known(host, tuple(desk.inventory.hosts), what="host")


def known_balancers(desk: Desk, balancer: str | None) -> tuple[str, ...]:
    """The NodeBalancer of the inventory, or all of them where none is named."""
    there = tuple(desk.inventory.nodebalancers)
    if balancer is not None:
        return (_known(balancer, there, what="NodeBalancer"),)
    if not there:
        raise Fault(
            "the inventory has no NodeBalancer",
            "write [nodebalancers.NAME]: docs/nodebalancer.md shows how",
            code=Exit.CONFIG,
        )
    return there


def _known(name: str, there: Sequence[str], *, what: str) -> str:
    if name in there:
        return name
    raise Fault(
        f"no {what} is called {name!r}", f"there is: {', '.join(there) or 'none'}", code=Exit.USAGE
    )


def policy_of(desk: Desk, cluster: str) -> Policy:
    """How the inventory wants this cluster judged."""
    return Policy(probe_required=desk.inventory.clusters[cluster].probe.policy == "required")
