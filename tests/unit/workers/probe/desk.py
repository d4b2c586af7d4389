"""A probe over fakes, and a webhook that is a list: what the probe's tests play on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from jobs.balancer.found import FoundBalancer, FoundConfig, FoundNode
from jobs.event import Event, Scalar
from jobs.hearsay import reported
from jobs.inventory import Address, Inventory, NodeBalancer, load_inventory
from jobs.ports import LinodeUnavailable
from tests.fakes.balancers import FakeBalancers
from tests.fakes.clock import FakeClock
from tests.fakes.ledger import FakeLedger
from tests.fakes.linode_events import FakeLinodeEvents
from tests.unit.jobs.probe.values import TEXT
from tests.world import OneByOne
from workers.herald import Herald
from workers.probe import Probe
from workers.sender import Delivered, Outcome, Rejected, Undelivered


@dataclass
class Webhook:
    """Takes what it is sent, once an id; away or refusing where a test says so."""

    taken: list[Event] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    away: bool = False
    refuses: bool = False
    _shown: int = 0

    def send(self, event: Event) -> Outcome:
        if self.away:
            return Undelivered(reasons=("refused",))
        if self.refuses:
            return Rejected(url="http://x", status=403, detail="no")
        known = event.id in {e.id for e in self.taken}
        (self.repeated.append(event.id) if known else self.taken.append(event))
        return Delivered(url="http://x", repeated=known)

    def told(self) -> list[str]:
        """What arrived since the last question, as people read it."""
        new, self._shown = self.taken[self._shown :], len(self.taken)
        return [_sentence(e.type, e.data) for e in new]


def _sentence(type_: str, data: Mapping[str, Scalar]) -> str:
    evidence = {"sender": "probe", "type": type_, "data": data}
    return reported(evidence).removeprefix("probe reports ")


class Nodes(FakeBalancers):
    """FakeBalancers that keeps when it was asked for what."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self.clock = clock
        self.lookups: list[float] = []
        self.polls: list[float] = []

    def read(self, balancer: NodeBalancer, *, timeout: float) -> FoundBalancer | None:
        self.lookups.append(self.clock.monotonic())
        return super().read(balancer, timeout=timeout)

    def nodes(self, balancer: int, config: FoundConfig, *, timeout: float) -> tuple[FoundNode, ...]:
        self.polls.append(self.clock.monotonic())
        return super().nodes(balancer, config, timeout=timeout)


def stands(number: int, label: str, **members: str) -> FoundBalancer:
    """A NodeBalancer with these members' statuses."""
    nodes = tuple(
        FoundNode(
            id=10 * number + i,
            label=member,
            address=Address(host=f"10.{number - 1}.0.{member[-1]}"),
            status=status,
        )
        for i, (member, status) in enumerate(members.items())
    )
    config = FoundConfig(id=number, port=5432, nodes=nodes)
    return FoundBalancer(id=number, label=label, region="us-ord", configs=(config,))


@dataclass
class Desk:
    """One probe process after the other over the same Linode, Redis and webhook."""

    text: str = TEXT
    clock: FakeClock = field(default_factory=FakeClock)
    webhook: Webhook = field(default_factory=Webhook)
    ledger: FakeLedger = field(init=False)
    linode: Nodes = field(init=False)
    events: FakeLinodeEvents = field(init=False)
    probe: Probe = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = FakeLedger(clock=self.clock)
        self.linode, self.events = Nodes(self.clock), FakeLinodeEvents(clock=self.clock)
        self.linode.put(stands(1, "nb-shop", pg1="UP", pg2="DOWN", pg3="DOWN"))
        self.linode.put(stands(2, "nb-bare", db1="UP"))
        self.probe = self.another("one")

    @property
    def inventory(self) -> Inventory:
        found = load_inventory(self.text)
        assert isinstance(found, Inventory), str(found)
        return found

    def another(self, holder: str) -> Probe:
        """A probe process that has just begun."""
        return Probe(
            self.inventory,
            balancers=self.linode,
            events=self.events,
            ledger=self.ledger,
            clock=self.clock,
            holder=holder,
            fleet=OneByOne(),
        )

    def restart(self) -> None:
        """The process dies, and its supervisor starts it anew; Redis frees a dead one's lease late."""
        self.probe = self.another("again")
        self.clock.pass_by(60)

    def poll(self, *, seconds: float = 5) -> list[str]:
        """Time goes by, the probe polls, the herald tells what it can: what arrived of it."""
        self.clock.pass_by(seconds)
        self.probe.tick()
        self.deliver(self.probe)
        return self.webhook.told()

    def deliver(self, probe: Probe) -> None:
        herald = Herald(self.webhook, probe.untold)
        while probe.untold.first() is not None and herald.deliver_next():
            pass

    def turn(self, **statuses: str) -> None:
        """Health checks come to other results."""
        self.linode.turn(**statuses)

    def remove(self, number: int) -> None:
        """Somebody deletes a NodeBalancer."""
        del self.linode.found[number]

    def drop_node(self, number: int, label: str) -> None:
        """Somebody deletes a node."""
        balancer = self.linode.found[number]
        (config,) = balancer.configs
        nodes = tuple(n for n in config.nodes if n.label != label)
        self.linode.found[number] = replace(balancer, configs=(replace(config, nodes=nodes),))

    def limit(self, seconds: float | None) -> None:
        """Linode answers 429 to everything."""
        self.linode.unavailable = self.events.unavailable = LinodeUnavailable(
            "Linode answers 429", status=429, retry_after=seconds
        )

    def heal(self) -> None:
        self.linode.unavailable = self.events.unavailable = None
