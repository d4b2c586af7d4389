"""NodeBalancers in memory: without them, a test of the jobs would need Linode, or the lab's double of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from typing import assert_never

from jobs.balancer.change import (
    Change,
    CreateBalancer,
    CreateConfig,
    CreateNode,
    MoveNode,
    SetConfig,
    SetMode,
)
from jobs.balancer.found import FoundBalancer, FoundConfig, FoundFirewall, FoundNode, Knock
from jobs.inventory import Address, NodeBalancer
from jobs.ports import LinodeUnavailable
from tests.fakes.hosts import WorkerDied

REFUSED = Knock(kind="refused", reason="Connection refused")


@dataclass(slots=True)
class FakeBalancers:
    """A `Balancers` one can write to; `put` makes a NodeBalancer stand, with the statuses it has.

    `unavailable` is raised by every question while it is set; `refuses` by `apply` alone. `applied`
    are the changes that were made, in order. `die_after(k)`: the worker dies right after the k-th
    of them from now on. `knocks` and `machines` are what ports answer and which firewalls stand
    before machines. `before_apply` runs once, before the next change.
    """

    found: dict[int, FoundBalancer] = field(default_factory=dict)
    knocks: dict[Address, Knock] = field(default_factory=dict)
    machines: dict[str, tuple[FoundFirewall, ...]] = field(default_factory=dict)
    applied: list[Change] = field(default_factory=list)
    reads: int = 0
    unavailable: LinodeUnavailable | None = None
    refuses: LinodeUnavailable | None = None
    before_apply: Callable[[], object] | None = None
    _health: dict[Address, str] = field(default_factory=dict)
    _ids: count[int] = field(default_factory=lambda: count(1001))
    _left: int | None = None

    def put(self, balancer: FoundBalancer) -> FoundBalancer:
        """Let it stand, instead of the one with its id."""
        self.found[balancer.id] = balancer
        nodes = [n for config in balancer.configs for n in config.nodes]
        self._health.update({n.address: n.status for n in nodes if n.mode != "reject"})
        return balancer

    def turn(self, **statuses: str) -> None:
        """What the health check says from now on of the nodes with these labels."""
        nodes = [n for b in self.found.values() for c in b.configs for n in c.nodes]
        for node in nodes:
            if node.label in statuses:
                self._health[node.address] = statuses[node.label]

    def break_down(self, reason: str = "Linode answers 503", status: int | None = 503) -> None:
        """From now on the API cannot be asked."""
        remedy = "see https://status.linode.com"
        self.unavailable = LinodeUnavailable(reason, remedy, status=status)

    def recover(self) -> None:
        self.unavailable = None

    def die_after(self, changes: int) -> None:
        self._left = changes

    def live(self) -> None:
        """A new worker: nobody dies any more."""
        self._left = None

    def read(self, balancer: NodeBalancer, *, timeout: float) -> FoundBalancer | None:
        self._ask()
        found = [b for b in self.found.values() if b.label == balancer.label]
        if len(found) > 1:
            ids = " and ".join(str(b.id) for b in found)
            reason = f"the label {balancer.label} matches two NodeBalancers, {ids}"
            raise LinodeUnavailable(reason, "give one of them another label at Linode")
        return self._shown(found[0]) if found else None

    def nodes(self, balancer: int, config: FoundConfig, *, timeout: float) -> tuple[FoundNode, ...]:
        self._ask()
        return self._shown_config(self._config(balancer, config.id)).nodes

    def apply(self, change: Change, *, timeout: float) -> None:
        if self.before_apply is not None:
            step, self.before_apply = self.before_apply, None
            step()
        self._ask()
        if self.refuses is not None:
            raise self.refuses
        self._make(change)
        self.applied.append(change)
        self._count_down()

    def firewalls(self, linode: str, *, timeout: float) -> tuple[FoundFirewall, ...] | None:
        self._ask()
        return self.machines.get(linode)

    def knock(self, address: Address, path: str, *, timeout: float) -> Knock:
        return self.knocks.get(address, REFUSED)

    def _ask(self) -> None:
        self.reads += 1
        if self.unavailable is not None:
            raise self.unavailable

    def _count_down(self) -> None:
        if self._left is not None:
            self._left -= 1
            if self._left == 0:
                raise WorkerDied

    def _make(self, change: Change) -> None:
        match change:
            case CreateBalancer():
                self._create(change)
            case CreateConfig():
                self._create_config(change)
            case SetConfig():
                config = self._config(change.balancer, change.config)
                settings = {**config.settings, **change.settings}
                self._store(change.balancer, replace(config, settings=settings))
            case CreateNode():
                self._create_node(change)
            case MoveNode():
                self._set_node(change, address=change.node.address)
            case SetMode():
                self._set_node(change, mode=change.mode)
            case _:
                assert_never(change)

    def _create(self, change: CreateBalancer) -> None:
        want = change.wanted
        if any(b.label == want.label for b in self.found.values()):
            return
        if want.region is None:
            reason = f"NodeBalancer {want.label} cannot be created without a region"
            remedy = f'write region = "…" in [nodebalancers.{want.id}]'
            raise LinodeUnavailable(reason, remedy)
        number = next(self._ids)
        self.found[number] = FoundBalancer(
            id=number,
            label=want.label,
            region=want.region,
            type=want.type,
            ipv4=f"192.0.2.{number % 250}",
            tags=want.tags,
        )

    def _create_config(self, change: CreateConfig) -> None:
        balancer = self._balancer(change.balancer)
        if balancer.config(change.port) is None:
            config = FoundConfig(
                id=next(self._ids), port=change.port, settings=dict(change.settings)
            )
            self._store(change.balancer, config)

    def _create_node(self, change: CreateNode) -> None:
        config, want = self._config(change.balancer, change.config), change.node
        if all(n.address != want.address for n in config.nodes):
            node = FoundNode(
                id=next(self._ids), label=want.label, address=want.address, mode=change.mode
            )
            self._store(change.balancer, replace(config, nodes=(*config.nodes, node)))

    def _set_node(self, change: MoveNode | SetMode, **members: object) -> None:
        config = self._config(change.balancer, change.config)
        if all(n.id != change.id for n in config.nodes):
            raise LinodeUnavailable("Not found", "read the NodeBalancer again", status=404)
        nodes = (replace(n, **members) if n.id == change.id else n for n in config.nodes)  # type: ignore[arg-type]
        self._store(change.balancer, replace(config, nodes=tuple(nodes)))

    def _store(self, balancer: int, config: FoundConfig) -> None:
        found = self._balancer(balancer)
        others = [c for c in found.configs if c.id != config.id]
        configs = tuple(sorted([*others, config], key=lambda c: c.id))
        self.found[balancer] = replace(found, configs=configs)

    def _balancer(self, balancer: int) -> FoundBalancer:
        if balancer not in self.found:
            raise LinodeUnavailable("Not found", "read the NodeBalancer again", status=404)
        return self.found[balancer]

    def _config(self, balancer: int, config: int) -> FoundConfig:
        found = next((c for c in self._balancer(balancer).configs if c.id == config), None)
        if found is None:
            raise LinodeUnavailable("Not found", "read the NodeBalancer again", status=404)
        return found

    def _shown(self, balancer: FoundBalancer) -> FoundBalancer:
        return replace(balancer, configs=tuple(map(self._shown_config, balancer.configs)))

    def _shown_config(self, config: FoundConfig) -> FoundConfig:
        """Nodes with the status Linode shows: a rejected one is not checked, and DOWN."""
        nodes = (replace(n, status=self._status(n)) for n in config.nodes)
        return replace(config, nodes=tuple(nodes))

    def _status(self, node: FoundNode) -> str:
        return "DOWN" if node.mode == "reject" else self._health.get(node.address, "unknown")
