"""A probe over the real adapter and the double, in time that is moved by hand: what its tests play on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from deploy.lab.linode.account.world import World
from deploy.lab.linode.rest.limits import Limits
from jobs.inventory import Inventory, load_inventory
from tests.contract.linode.double import Double
from tests.fakes.clock import FakeClock
from tests.fakes.ledger import FakeLedger
from tests.unit.workers.probe.desk import Webhook
from workers.herald import Herald
from workers.linode import Api, LinodeBalancers, LinodeEventFeed
from workers.probe import Probe

HEAD = """
[redis]
url = "redis://127.0.0.1:6379"
[etcd.main]
endpoints = ["http://127.0.0.1:2379"]
[linode]
url = "{url}"
timeout = {timeout}
"""
CLUSTER = """
[clusters.c{n}]
etcd = "main"
scope = "c{n}"
machines = {{ c{n}a = "192.168.{n}.1", c{n}b = "192.168.{n}.2" }}
[nodebalancers.front{n}]
cluster = "c{n}"
label = "nb-{n}"
"""


@dataclass(slots=True)
class Lookout:
    """So many clusters of two, a NodeBalancer and two nodes before each; the first node is UP."""

    make_double: Callable[..., Double]
    balancers: int = 1
    timeout: float = 20
    clock: FakeClock = field(default_factory=FakeClock)
    webhook: Webhook = field(default_factory=Webhook)
    ledger: FakeLedger = field(init=False)
    double: Double = field(init=False)
    probe: Probe = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = FakeLedger(clock=self.clock)
        self.double = self.make_double(world=World(clock=self.clock.now))
        self.double.linode.meter.clock = self.clock.now
        for number in range(1, self.balancers + 1):
            self._build(number)
        self.forget_requests()
        self.probe = self.another()

    def _build(self, n: int) -> None:
        balancer = self.double.client().nodebalancer_create("us-ord", label=f"nb-{n}")
        config = balancer.config_create(port=5432, protocol="tcp", check="http", check_path="/")
        for member, status in ((f"c{n}a", "UP"), (f"c{n}b", "DOWN")):
            host = f"192.168.{n}.{1 + (member[-1] == 'b')}"
            config.node_create(member, f"{host}:5432")
            self.double.fare(member, status)
            self.double.machine(member, host)

    def forget_requests(self) -> None:
        """What building took is not the probe's."""
        self.double.linode.front.journal.clear()
        self.double.linode.meter.limits = Limits()
        self.clock.pass_by(120)

    def another(self) -> Probe:
        """A probe that has just begun."""
        text = HEAD.format(url=self.double.url, timeout=self.timeout)
        text += "".join(CLUSTER.format(n=n) for n in range(1, self.balancers + 1))
        inventory = load_inventory(text)
        assert isinstance(inventory, Inventory), str(inventory)
        api = Api(self.double.url, token=self.double.token, clock=self.clock.monotonic)
        return Probe(
            inventory,
            balancers=LinodeBalancers(api),
            events=LinodeEventFeed(api),
            ledger=self.ledger,
            clock=self.clock,
            holder="probe-1",
        )

    def poll(self) -> list[str]:
        """Until the next poll is due, and that poll: what the webhook is told."""
        self.clock.pass_by(self.probe.pause())
        self.probe.tick()
        herald = Herald(self.webhook, self.probe.untold)
        while self.probe.untold.first() is not None:
            assert herald.deliver_next()
        return self.webhook.told()

    def minutes(self, count: int) -> Counter[int]:
        """The requests of each of the next minutes."""
        asked: Counter[int] = Counter()
        begun = self.clock.monotonic()
        while (at := self.clock.monotonic() + self.probe.pause() - begun) < 60 * count:
            before = len(self.double.asked)
            self.poll()
            asked[int(at // 60)] += len(self.double.asked) - before
        return asked

    def statuses(self) -> Counter[int | None]:
        """What the API answered, by HTTP's status."""
        return Counter(one.status for one in self.double.asked)

    def happen(self, action: str, label: str, *, status: str = "started") -> Any:
        """An event of the account about a machine."""
        world = self.double.world
        with world.lock:
            return world.tell(action, "linode", world.machines.where(label=label)[0], status=status)
