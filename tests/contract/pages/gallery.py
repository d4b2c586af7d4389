"""A recorded day over three clusters: what the pages' screenshots, and their checks for everybody, show."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from jobs.audit import Kind, Span
from jobs.claims import MemberRecord
from jobs.event import LEADER_KEY
from jobs.fence import Fence
from jobs.inventory import Inventory, load_inventory
from jobs.remembered import anchored_name, proof_name
from jobs.state import Incident, Pause, Settled, dump
from jobs.story import fold
from jobs.verdict import Leadership
from tests.fakes.clock import FakeClock
from tests.fakes.ledger import FakeLedger
from tests.tale import FENCE, START, Tale
from tests.unit.jobs.story.drills import drill
from webhook.pages import Credentials, Ports, create_pages
from webhook.pages.credentials import new_token, password_hash, token_hash

INVENTORY = """
[redis]
url = "redis://127.0.0.1:6379"
[etcd.main]
endpoints = ["http://127.0.0.1:2379"]
[clusters.shop]
etcd = "main"
scope = "shop"
[clusters.orders]
etcd = "main"
scope = "orders"
[clusters.billing]
etcd = "main"
scope = "billing"
[clusters.reports]
etcd = "main"
scope = "reports"
"""


NOW = 2 * 3600 + 39
"""Seconds after START at which the gallery is looked at."""


@dataclass
class Gallery:
    """The pages in memory, at an instant of the tale."""

    ledger: FakeLedger = field(
        default_factory=lambda: FakeLedger(clock=FakeClock(wall=START + NOW))
    )
    password: str = field(default_factory=new_token)
    token: str = field(default_factory=new_token)
    viewers: int = 20

    @contextmanager
    def open(self) -> Iterator[str]:
        """Serve on a free port of 127.0.0.1; gives the address."""
        server: BaseWSGIServer = make_server("127.0.0.1", 0, self.app(), threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(timeout=5)
        server.server_close()

    def app(self) -> Flask:
        return create_pages(
            Ports(
                inventory=inventory(),
                ledger=self.ledger,
                credentials=Credentials(
                    passwords=(password_hash(self.password),), tokens=(token_hash(self.token),)
                ),
                now=self.ledger.clock.now,
                monotonic=time.monotonic,
                viewers=self.viewers,
                every=0.05,
            )
        )

    def settle(self, cluster: str, member: str, fence: Fence, *, at: float, number: int) -> None:
        """The cluster's last leadership, as it was concluded."""
        known = Settled(leadership=leadership(member, fence), verified=at, number=number)
        self.ledger.store.of(cluster).settled = dump(known)

    def open_incident(self, incident: Incident) -> None:
        self.ledger.store.of(incident.cluster).incident = dump(incident)


def inventory() -> Inventory:
    loaded = load_inventory(INVENTORY)
    assert isinstance(loaded, Inventory), str(loaded)
    return loaded


def leadership(member: str, fence: Fence) -> Leadership:
    record = MemberRecord(
        name=member,
        conn_url=f"postgres://{member}.internal:5432/postgres",
        api_url=f"http://{member}.internal:8008/patroni",
        state="running",
    )
    return Leadership(member=member, fence=fence, record=record)


def a_day() -> Gallery:
    """A machine lost in `shop`, as a drill recorded it; one in `orders` that is still being followed; a
    quiet cluster, and a paused one."""
    gallery = Gallery()
    _shop(gallery)
    _orders(gallery)
    _billing(gallery)
    _reports(gallery)
    for cluster, ago in {"shop": 252, "billing": 98, "reports": 171}.items():
        gallery.ledger.remember(proof_name(cluster), f"{START + NOW - ago:.3f}")
    gallery.ledger.remember(anchored_name("shop"), str(gallery.ledger.head("shop").seq))
    return gallery


def _shop(gallery: Gallery) -> None:
    recorded = drill("kill-leader-machine-4")
    chain = gallery.ledger.store.of("shop").chain
    for entry in recorded.entries:
        chain.entries.append(entry)
        incident = entry.facts["incident"]
        if incident is not None:
            first = chain.spans[incident].first if incident in chain.spans else entry.seq
            chain.spans[incident] = Span(incident=incident, first=first, last=entry.seq)
    story = fold(recorded.entries, recorded.incident)
    assert story is not None
    assert story.fence is not None
    assert story.times.concluded is not None
    gallery.settle("shop", "pg2", story.fence, at=story.times.concluded, number=2)


def _orders(gallery: Gallery) -> None:
    """A NodeBalancer says it first; one host fails at first."""
    tale, t = Tale(incident="orders-7"), NOW - 39
    node = {"balancer": "front", "address": "10.0.0.1:5433", "member": "pg1", "status": "DOWN"}
    tale.event(t, "pgbaton.nodebalancer.status", {**node, "was": "UP"}, sender="probe")
    tale.event(t + 1.4, LEADER_KEY, {"member": None, "epoch": None})
    tale.opened(t + 1.9, why="nobody holds the leader key")
    tale.verdict(t + 1.9, "not-yet", "nobody holds the leader key").key(t + 20.7, "pg2")
    tale.event(t + 20.9, "pgbaton.patroni.callback", CALLBACK, sender="pg2")
    tale.verdict(t + 21.0, "not-yet", "pg2 is still promoting")
    tale.verdict(t + 21.6, "confirmed", "pg2 leads, and takes writes", member="pg2")
    tale.planned(t + 21.6, "web1", "web2", "web3").planned(t + 21.6, "nodebalancer:front")
    tale.host(t + 22.4, "web1", seconds=0.71).host(t + 22.6, "web3", seconds=0.93)
    failed = "web2 does not follow yet (check-failed): the check said 502"
    tale.host(
        t + 24.9,
        "web2",
        seconds=3.1,
        outcome="check-failed",
        restarted=(),
        reason="the check said 502",
        remedy="see the log of php8.2-fpm on web2",
    )
    tale.alarm(t + 25, failed, "pgbaton repoint orders --host web2")
    tale.acknowledged(t + 26, "dba", "I am looking at web2")
    tale.balancer(t + 33.4, outcome="landed", seconds=11.8)
    _keep(gallery, "orders", tale)
    gallery.open_incident(
        Incident(
            id="orders-7",
            cluster="orders",
            opened=START + t + 1.9,
            verdict="confirmed",
            before="pg1",
            leadership=leadership("pg2", FENCE),
        )
    )


CALLBACK = {"action": "on_role_change", "role": "primary", "member": "pg2"}


def _billing(gallery: Gallery) -> None:
    at, fence = -5 * 86_400, Fence(system="9121", pg_timeline=4, epoch=310)
    tale = Tale(incident="billing-3").key(at, None).key(at + 0.06, "db2", epoch=310)
    tale.opened(at + 0.08, before="db1")
    tale.verdict(at + 0.12, "confirmed", "db2 leads, and takes writes", member="db2", epoch=310)
    tale.planned(at + 0.12, "app1", "app2").host(at + 0.21, "app1", seconds=0.08, member="db2")
    tale.host(at + 0.29, "app2", seconds=0.11, member="db2").concluded(at + 0.3, 0.22)
    _keep(gallery, "billing", tale)
    gallery.settle("billing", "db2", fence, at=START + at + 0.3, number=3)


def _reports(gallery: Gallery) -> None:
    at, fence = -40 * 86_400, Fence(system="5512", pg_timeline=2, epoch=88)
    tale = Tale(incident="reports-1").opened(at, before=None, why="seen for the first time")
    tale.verdict(at + 0.2, "confirmed", "rp1 leads, and takes writes", member="rp1", epoch=88)
    tale.concluded(at + 0.4, 0.4)
    tale.tell(NOW - 300, Kind.DRIFT, own=False, host="etl1", drift=["/srv/etl/.env DB_HOST"])
    tale.tell(NOW - 200, Kind.PAUSED, own=False, by="dba", why="moving etl1 to another machine")
    _keep(gallery, "reports", tale)
    gallery.settle("reports", "rp1", fence, at=START + at, number=1)
    hold = Pause(why="moving etl1 to another machine", until=START + NOW + 7_200, by="dba")
    gallery.ledger.store.of("reports").paused = dump(hold)


def _keep(gallery: Gallery, cluster: str, tale: Tale) -> None:
    gallery.ledger.store.of(cluster).chain = tale.chain


def trouble(gallery: Gallery) -> None:
    """Slack refuses us."""
    told = {"reason": "Slack refuses the token", "remedy": "put a new one into slack-token"}
    gallery.ledger.texts["slack:trouble"] = json.dumps(told)
