"""Hosts follow the leader: read, plan, ask the epoch once more, swap; each host for itself."""

from __future__ import annotations

from functools import partial
from typing import Unpack

from jobs.errand import Errand, Order, hands_of, run
from jobs.host import move
from jobs.names import REPOINT
from jobs.outcome import draft_of, record_of


def repoint(**order: Unpack[Order]) -> str:
    """Bring up to 25 hosts to the incident's leader, all at once; report each as it ends.

    Returns a word for RQ's result.
    """
    return run(REPOINT, move_all, order)


def move_all(errand: Errand) -> str:
    """Every host at once, each reported when it ends."""
    tools, mission, job = errand.tools, errand.mission, errand.job
    for host, result in tools.fleet.each(
        tuple(errand.mine), partial(move, hands_of(tools), mission)
    ):
        now = tools.clock.now() - mission.ahead
        record = record_of(result, given=errand.mine[host], now=now)
        errand.done(host, record, draft_of(record, result, host=host, mission=mission, job=job))
        if record.outcome == "superseded":
            tools.ledger.call(mission.cluster)
    return "done"
