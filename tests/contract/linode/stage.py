"""A double with a data plane and machines behind it: what the tests of its traffic play on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from linode_api4.objects import NodeBalancerConfig

from deploy.lab.linode.account.modes import Modes
from deploy.lab.linode.account.world import World
from deploy.lab.linode.traffic.layout import Manner
from deploy.lab.linode.traffic.plane import Plane
from tests.contract import ports
from tests.contract.linode.backends import Backend, Session, connect, reached
from tests.contract.linode.double import Double

CHECK = {"check": "http", "check_path": "/primary", "check_interval": 2, "check_timeout": 1}


class Stage:
    """A NodeBalancer on a free port before backends, checked every 2 s, down after 2 failures."""

    def __init__(self, program: Path, folder: Path, **manner: Any) -> None:
        self._stack = ExitStack()
        modes = Modes(delay=manner.pop("delay", 0.5))
        self.world = World(modes=modes, addresses=["127.0.0.1"])
        self.plane = Plane(
            world=self.world, program=program, folder=folder, manner=Manner(**manner), every=0.05
        )
        self.double = Double(world=self.world, plane=self.plane)
        self.port = ports.free()[0]

    def __enter__(self) -> Self:
        self._stack.enter_context(self.double)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def backend(self, name: str, **how: Any) -> Backend:
        return self._stack.enter_context(Backend(name=name, **how))

    def balance(self, backends: Sequence[Backend], **settings: Any) -> NodeBalancerConfig:
        """Create the balancer, its configuration and its nodes, one request each."""
        balancer = self.double.client().nodebalancer_create("us-ord", label="pg-shop")
        asked = {"port": self.port, "protocol": "tcp", "check_attempts": 2, "check_passive": False}
        config: NodeBalancerConfig = balancer.config_create(**{**asked, **CHECK, **settings})
        for backend in backends:
            config.node_create(backend.name, backend.address)
        return config

    def fares(self, **wanted: str) -> bool:
        """Whether these nodes have these statuses, by the API."""
        return all(self._node(label)["status"] == word for label, word in wanted.items())

    def set(self, label: str, **members: Any) -> Any:
        """Change a node through the API, which answers what it is from then on."""
        node = self.world.nodes.where(label=label)[0]
        path = f"/nodebalancers/{node['nodebalancer_id']}/configs/{node['config_id']}/nodes"
        return self.double.client().put(f"{path}/{node['id']}", data=members)

    def _node(self, label: str) -> dict[str, Any]:
        with self.world.lock:
            node = self.world.nodes.where(label=label)[0]
            return {**node, "status": self.world.status(node)}

    def connect(self) -> Session:
        session = connect("127.0.0.1", self.port)
        self._stack.callback(session.close)
        return session

    def reached(self) -> str | None:
        """Who answers a new client now."""
        return reached("127.0.0.1", self.port)

    def reaches(self, *names: str, tries: int = 6) -> bool:
        """Whether new clients get exactly to these backends."""
        return {self.reached() for _ in range(tries)} == set(names)


def within(seconds: float, what: Callable[[], bool]) -> float:
    """Wait until something is true; how long it took."""
    started = time.monotonic()
    while not what():
        assert time.monotonic() - started < seconds, f"not within {seconds} s"
        time.sleep(0.05)
    return time.monotonic() - started
