"""`pgbaton watch`: hears of a new leader from etcd itself, and tells the webhook."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import structlog
from prometheus_client import CollectorRegistry

from jobs.event import Event
from jobs.inventory import Inventory
from workers.clock import scopes_of
from workers.etcd.watch import Watch
from workers.heartbeat import Heartbeat
from workers.herald import Herald
from workers.metrics import Rounds, served, show_build
from workers.processes.reload import reread
from workers.processes.signals import Stop
from workers.processes.threads import demand_alive, started
from workers.processes.voice import sender_of
from workers.rumours import Rumours, news_events
from workers.secrets import Secrets
from workers.sender import Sender
from workers.ways import gateway_of

log = structlog.get_logger(__name__)

SENDER = "watch"
"""The inventory's [senders.watch]; its private key is the secret `sender-key-watch`."""


def run_watch(
    inventory: Inventory, secrets: Secrets, *, port: int | None = None, address: str = "127.0.0.1"
) -> None:
    """Watch every etcd of the inventory until told to end, and serve /metrics where there is a port;
    SIGHUP reads the inventory anew, and keeps the old one if it is bad. ValueError where the watch has
    no key to sign with."""
    voice, registry = Voice.of(sender_of(inventory, secrets, SENDER)), CollectorRegistry()
    build = show_build(registry, inventory=inventory.digest)
    heartbeat = Heartbeat(rounds=Rounds("watch", registry))
    speaking = started(voice.herald.deliver_for_ever)
    ears = Ears.open(inventory, secrets, voice)

    def adopt(known: Inventory) -> None:
        heartbeat.url, heartbeat.every = known.heartbeat.watch, known.heartbeat.every
        build(known.digest)

    def reload() -> None:
        nonlocal ears
        fresh = reread(ears.inventory)
        voice.herald.sender = sender_of(fresh, secrets, SENDER)
        before, ears = ears, Ears.open(fresh, secrets, voice)
        before.close()
        adopt(fresh)

    stop = Stop(reload=reload)
    adopt(inventory)
    started(heartbeat.beat_for_ever)
    log.info("watch.started", clusters=len(inventory.clusters), etcd=len(inventory.etcd))
    with served(registry, port=port, address=address):
        while not stop.wait(1.0):
            demand_alive([*ears.threads, speaking])
            heard = ears.hear()
            heartbeat.round("heard" if heard else "deaf", good=heard)
    ears.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A herald, and the rumours that it tells."""

    herald: Herald
    rumours: Rumours

    @classmethod
    def of(cls, sender: Sender) -> Voice:
        rumours = Rumours()
        return cls(herald=Herald(sender, rumours), rumours=rumours)

    def tell(self, event: Event) -> None:
        """Put an event in line; from any thread."""
        self.rumours.put(event)
        self.herald.wake()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ears:
    """One watch and its thread for each etcd of an inventory."""

    inventory: Inventory
    watches: Sequence[Watch]
    threads: Sequence[threading.Thread]

    @classmethod
    def open(cls, inventory: Inventory, secrets: Secrets, voice: Voice) -> Ears:
        """Begin to watch. The first look tells every leader, so that nothing is missed meanwhile."""
        watches = [
            Watch(
                gateway_of(name, etcd, secrets),
                scopes_of(inventory, name),
                every=inventory.timing.clock,
            )
            for name, etcd in inventory.etcd.items()
        ]
        threads = [started(partial(_follow, watch, voice)) for watch in watches]
        return cls(inventory=inventory, watches=watches, threads=threads)

    def hear(self) -> bool:
        """Whether at least one etcd is heard, stream and reads; of another one the clock tells."""
        return any(watch.hears() for watch in self.watches)

    def close(self) -> None:
        """End every watch; its thread follows."""
        for watch in self.watches:
            watch.stop()


def _follow(watch: Watch, voice: Voice) -> None:
    for news in watch:
        for event in news_events(news, sender=SENDER):
            voice.tell(event)
