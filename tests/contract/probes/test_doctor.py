import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from deploy.doctor.report import Report
from deploy.doctor.seeing.patroni import see_patroni
from deploy.doctor.subjects.patroni import judge_patroni
from jobs.claims import ClusterView, LeaderKey, MemberRecord
from jobs.inventory import Cluster
from tests.unit.deploy.doctor.subjects.told import told, words
from workers.fleet import ThreadFleet

CONFIG = {"ttl": 30, "loop_wait": 10, "retry_timeout": 10, "synchronous_mode": True}
MASTER = {"state": "running", "role": "master", "patroni": {"version": "3.0.2", "scope": "shop"}}
PRIMARY = {
    "state": "running",
    "role": "primary",
    "patroni": {"version": "4.1.0", "scope": "shop", "name": "pg1"},
    "pending_restart": True,
    "watchdog_failed": True,
}
REPLICA = {"state": "running", "role": "replica", "patroni": {"version": "4.1.0"}}
CLUSTER = {
    "members": [
        {"name": "pg1", "role": "leader", "state": "running", "timeline": 3},
        {"name": "pg2", "role": "sync_standby", "state": "streaming", "lag": 0, "timeline": 3},
    ]
}


@contextmanager
def serving(documents: dict[str, Any]) -> Iterator[str]:
    """A REST API that answers these documents by their paths, and 404 else."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = documents.get(self.path)
            self.send_response(404 if found is None else 200)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its parent's word
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/patroni"
    finally:
        server.shutdown()
        server.server_close()


def examined(**urls: str) -> Report:
    members = tuple(
        MemberRecord(name=n, conn_url="postgres://127.0.0.1:1/postgres", api_url=u)
        for n, u in urls.items()
    )
    key = LeaderKey(member="pg1", epoch=7, lease=1)
    view = ClusterView(cluster="shop", revision=9, leader=key, members=members)
    cluster = Cluster(etcd="main", scope="shop", machines=dict.fromkeys(urls, "127.0.0.1"))
    heard = frozenset(urls)
    return judge_patroni(see_patroni("shop", cluster, view, heard, ThreadFleet()))


@pytest.mark.parametrize("leader", [MASTER, PRIMARY], ids=["Patroni 3", "Patroni 4"])
def test_what_each_member_says_is_put_together(leader: dict[str, Any]) -> None:
    """Its own document, and what the cluster lists of its part in replication."""
    shared = {"/config": CONFIG, "/cluster": CLUSTER}
    with (
        serving({"/patroni": leader, **shared}) as one,
        serving({"/patroni": REPLICA, **shared}) as two,
    ):
        seen = examined(pg1=one, pg2=two)
    assert seen.fine[0].startswith("pg1 leads 1 standby, pg2 synchronous; Patroni ")
    trouble = {"pending-restart": "amber", "watchdog": "amber"}
    assert told(seen) == (trouble if leader is PRIMARY else {"patroni-mixed": "amber"})


def test_a_member_that_is_not_there_hides_nothing_of_the_others() -> None:
    """Red for itself; the configuration is asked of whoever answers."""
    with serving({"/patroni": MASTER, "/config": CONFIG | {"ttl": 20}, "/cluster": CLUSTER}) as one:
        seen = examined(pg0="http://127.0.0.1:1/patroni", pg1=one)
    assert told(seen).items() >= {"patroni-rest": "red", "patroni-timing": "red"}.items()
    assert "Connection refused" in words(seen, "patroni-rest")


def test_what_is_no_patroni_is_not_taken_for_one() -> None:
    """Its configuration is amber then, and nothing is judged by it."""
    with serving({"/patroni": "hello"}) as one:
        seen = examined(pg1=one)
    assert told(seen) == {"patroni-rest": "red", "not-seen": "amber"}
