"""Alerts of a trail in a real Redis: what was told is noted there."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

from jobs.audit import Draft, Kind
from jobs.signatures import key_pair
from tests.contract.hook.receiver import Receiver
from tests.contract.webhook.stage import RedisServer, end
from tests.world import make_world
from workers.alerts import Alerter, Route
from workers.redis import RedisLedger


def test_a_new_process_goes_on_where_the_last_one_stopped(
    require: Callable[[str], Path], tmp_path: Path
) -> None:
    """Told once each, in order, by one process after the other."""
    server, tool = RedisServer(require("redis-server"), tmp_path), Receiver()
    server.start()
    tool.up()
    key = key_pair(secrets.token_bytes(32)).private
    try:
        steps = (
            (Kind.OPENED, {"why": "a new epoch", "before": "pg1"}),
            (Kind.ALARM, {"reason": "web1 does not follow", "remedy": "look"}),
            (Kind.ACKNOWLEDGED, {"by": "dba", "note": "on it"}),
        )
        for number, (kind, evidence) in enumerate(steps):
            ledger = RedisLedger(server.client(), inventory="x")
            alerter = Alerter(
                ledger=ledger,
                route=Route(url=tool.url, keys=[key]),
                inventory=make_world().inventory,
                holder=f"chronicle-{number}",
            )
            alerter.tick()
            ledger.append("shop", [Draft(id=kind, kind=kind, incident="shop-1", evidence=evidence)])
            alerter.tick()
            alerter.tick()
            alerter.leave()
        types = [post.event["type"].rpartition(".")[2] for post in tool.posts]
        assert types == ["triggered", "triggered", "acknowledged"]
    finally:
        tool.down()
        end(server.process)
