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

from jobs.audit import Kind
from jobs.claims import MemberRecord
from jobs.event import LEADER_KEY
from jobs.fence import Fence
from jobs.inventory import Inventory, load_inventory
from jobs.state import Incident, Pause, Settled, dump
from jobs.verdict import Leadership
from tests.fakes.clock import FakeClock
from tests.fakes.ledger import FakeLedger
from tests.tale import FENCE, START, Tale
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
[clusters.billing]
etcd = "main"
scope = "billing"
[clusters.reports]
etcd = "main"
scope = "reports"
"""


@dataclass
class Gallery:
    """The pages in memory, at an instant of the tale."""

    ledger: FakeLedger = field(default_factory=lambda: FakeLedger(clock=FakeClock(wall=START + 39)))
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
    """A machine lost in `shop` that is still being followed, a quiet cluster, and a paused one."""
    gallery = Gallery()
    _shop(gallery)
    _billing(gallery)
    _reports(gallery)
    return gallery


def _shop(gallery: Gallery) -> None:
    tale = Tale(incident="shop-6")
    tale.key(-86_400, None).key(-86_399.9, "pg1", epoch=10).opened(-86_399.9, before="pg3")
    tale.verdict(-86_399.8, "confirmed", "pg1 leads, and takes writes", member="pg1", epoch=10)
    tale.planned(-86_399.8, "web1", "web2", "web3")
    for number, host in enumerate(("web1", "web2", "web3")):
        tale.host(-86_399.6 + number / 10, host, seconds=0.08 + number / 50, member="pg1")
    tale.concluded(-86_399.2, 0.7)
    lost = Tale(incident="shop-7", chain=tale.chain)
    node = {"balancer": "front", "address": "10.0.0.1:5433", "member": "pg1", "status": "DOWN"}
    lost.event(0, "pgbaton.nodebalancer.status", {**node, "was": "UP"}, sender="probe")
    lost.event(1.4, LEADER_KEY, {"member": None, "epoch": None}).opened(
        1.9, why="nobody holds the leader key"
    )
    lost.verdict(1.9, "not-yet", "nobody holds the leader key").key(20.7, "pg2")
    lost.event(20.9, "pgbaton.patroni.callback", CALLBACK, sender="pg2")
    lost.verdict(21.0, "not-yet", "pg2 is still promoting")
    lost.verdict(21.6, "confirmed", "pg2 leads, epoch 20, PostgreSQL timeline 2", member="pg2")
    lost.planned(21.6, "web1", "web2", "web3").planned(21.6, "nodebalancer:front")
    lost.host(22.4, "web1", seconds=0.71).host(22.6, "web3", seconds=0.93)
    lost.host(
        24.9,
        "web2",
        seconds=3.1,
        outcome="check-failed",
        restarted=(),
        reason="the check said 502",
        remedy="see the log of php8.2-fpm on web2",
    )
    lost.alarm(
        25, "web2 does not follow yet (check-failed): the check said 502", "pgbaton repoint shop"
    )
    lost.acknowledged(26, "ann", "I am looking at web2")
    lost.host(31.2, "web2", seconds=1.2, outcome="resumed")
    lost.balancer(33.4, outcome="landed", seconds=11.8)
    _keep(gallery, "shop", lost)
    gallery.settle(
        "shop", "pg1", Fence(system="7301", pg_timeline=1, epoch=10), at=START - 86_399, number=6
    )
    opened = START + 1.9
    gallery.open_incident(
        Incident(
            id="shop-7",
            cluster="shop",
            opened=opened,
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
    tale.tell(-300, Kind.DRIFT, own=False, host="etl1", drift=["/srv/etl/.env DB_HOST"])
    tale.tell(-200, Kind.PAUSED, own=False, by="kim", why="moving etl1 to another machine")
    _keep(gallery, "reports", tale)
    gallery.settle("reports", "rp1", fence, at=START + at, number=1)
    hold = Pause(why="moving etl1 to another machine", until=START + 7_200, by="kim")
    gallery.ledger.store.of("reports").paused = dump(hold)


def _keep(gallery: Gallery, cluster: str, tale: Tale) -> None:
    gallery.ledger.store.of(cluster).chain = tale.chain


def trouble(gallery: Gallery) -> None:
    """Slack refuses us."""
    told = {"reason": "Slack refuses the token", "remedy": "put a new one into slack-token"}
    gallery.ledger.texts["slack:trouble"] = json.dumps(told)
