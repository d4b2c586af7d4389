"""A real receiver, a trail in memory, and an alerter that can die and begin anew."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from jobs.inventory import Inventory, load_inventory
from jobs.signatures import Message, VerifyKeys, key_pair, verify
from tests.contract.hook.receiver import Post, Receiver
from tests.waiting import PATIENCE
from tests.world import INVENTORY, World, make_world
from workers.alerts import Alerter, Route

PAIR = key_pair(secrets.token_bytes(32))


@dataclass
class Stage:
    """A trail in memory, a real receiver, and an alerter that can die and begin anew."""

    tool: Receiver
    world: World = field(default_factory=make_world)
    key: str = PAIR.private
    clock: float = 0.0

    def __post_init__(self) -> None:
        loaded = load_inventory(INVENTORY + '[pages]\nurl = "https://pgbaton.example/"\n')
        assert isinstance(loaded, Inventory)
        self.inventory = loaded
        self.begin()

    def begin(self) -> None:
        """A chronicle's start; also after a crash."""
        self.alerter = Alerter(
            ledger=self.world.ledger,
            route=Route(url=self.tool.url, keys=[self.key], timeout=PATIENCE),
            inventory=self.inventory,
            holder="test",
            monotonic=lambda: self.clock,
        )
        self.alerter.tick()

    def wait(self, seconds: float) -> None:
        self.clock += seconds
        self.alerter.tick()

    def fail_over(self, member: str) -> None:
        self.world.fail_over(member)
        self.world.settle()
        self.alerter.tick()

    def told(self) -> list[str]:
        return [
            f"{p.event['type'].rpartition('.')[2]} {p.event['data']['dedup_key']}"
            for p in self.tool.posts
        ]


def fits(post: Post, keys: VerifyKeys) -> bool:
    message = Message(id=post.id, timestamp=post.headers["webhook-timestamp"], body=post.body)
    return verify(message, post.headers["webhook-signature"], keys)
