"""`pgbaton watch`: hears of a new leader from etcd itself, and tells the webhook."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from jobs.inventory import Inventory
from workers.clock import scopes_of
from workers.etcd.watch import Watch
from workers.herald import Herald, news_events
from workers.processes.reload import reread
from workers.processes.signals import Stop
from workers.secrets import Secrets
from workers.sender import Sender
from workers.toolbox import gateway_of

log = structlog.get_logger(__name__)

SENDER = "watch"
"""The inventory's [senders.watch]; its private key is the secret `sender-key-watch`."""


def run_watch(inventory: Inventory, secrets: Secrets) -> None:
    """Watch every etcd of the inventory until told to end; SIGHUP reads the inventory anew, and
    keeps the old one if it is bad. ValueError where the watch has no key to sign with."""
    herald = Herald(sender_of(inventory, secrets))
    voice = _started(herald.deliver_for_ever)
    ears = Ears.open(inventory, secrets, herald)

    def reload() -> None:
        nonlocal ears
        fresh = reread(ears.inventory)
        herald.sender = sender_of(fresh, secrets)
        before, ears = ears, Ears.open(fresh, secrets, herald)
        before.close()

    stop = Stop(reload=reload)
    log.info("watch.started", clusters=len(inventory.clusters), etcd=len(inventory.etcd))
    while not stop.wait(1.0):
        demand_alive([*ears.threads, voice])
    ears.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ears:
    """One watch and its thread for each etcd of an inventory."""

    inventory: Inventory
    watches: Sequence[Watch]
    threads: Sequence[threading.Thread]

    @classmethod
    def open(cls, inventory: Inventory, secrets: Secrets, herald: Herald) -> Ears:
        """Begin to watch. The first look tells every leader, so that nothing is missed meanwhile."""
        watches = [
            Watch(
                gateway_of(name, etcd, secrets),
                scopes_of(inventory, name),
                every=inventory.timing.clock,
            )
            for name, etcd in inventory.etcd.items()
        ]
        threads = [_started(partial(_follow, watch, herald)) for watch in watches]
        return cls(inventory=inventory, watches=watches, threads=threads)

    def close(self) -> None:
        """End every watch; its thread follows."""
        for watch in self.watches:
            watch.stop()


def _started(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def demand_alive(threads: Sequence[threading.Thread]) -> None:
    """Ends a process that has gone deaf or dumb, so that its supervisor starts it anew."""
    if not all(thread.is_alive() for thread in threads):
        log.error("watch.deaf", remedy="see the traceback above; the process is started anew")
        raise SystemExit(1)


def sender_of(inventory: Inventory, secrets: Secrets) -> Sender:
    """The watch's own voice towards the webhook."""
    keys = secrets.words(f"sender-key-{SENDER}")
    if not keys:
        msg = "the watch cannot sign: put its whsk_ key in the secret sender-key-watch"
        raise ValueError(msg)
    return Sender(urls=inventory.webhook.urls, keys=keys)


def _follow(watch: Watch, herald: Herald) -> None:
    for news in watch:
        for event in news_events(news, sender=SENDER):
            herald.tell(event)
