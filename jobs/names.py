"""The jobs' dotted paths and ids: RQ knows jobs by name only, so the names stand in one place."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping

from jobs.inventory import parse_target

RESPOND = "jobs.respond.respond"
REPOINT = "jobs.repoint.repoint"
CONCLUDE = "jobs.conclude.conclude"
BALANCE = "jobs.balance.balance"
PUBLISH = "jobs.publish.publish"
ISOLATE = "jobs.isolate.isolate"
RECONCILE = "jobs.reconcile.reconcile"

QUEUE = "pgbaton"
"""The one queue a worker process listens to (one, so that RQ moves jobs reliably)."""

INTAKE = "_intake"
"""The trail of what belongs to no cluster; no cluster may have this name."""

JOBS = (RESPOND, REPOINT, BALANCE, PUBLISH, ISOLATE, CONCLUDE, RECONCILE)

JOB_OF: Mapping[str, str] = {
    "host": REPOINT,
    "nodebalancer": BALANCE,
    "dns": PUBLISH,
    "member": ISOLATE,
}
"""Which job a kind of target is given to."""


def job_for(target: str) -> str:
    """The dotted path of the job that a target is given to."""
    return JOB_OF[parse_target(target).kind]


def job_id(function: str, cluster: str) -> str:
    """A fresh id in RQ's alphabet ([A-Za-z0-9_-]): job, hash of the cluster, 64 random bits."""
    short = hashlib.sha256(cluster.encode()).hexdigest()[:10]
    return f"{function.rsplit('.', 1)[-1]}-{short}-{secrets.token_hex(8)}"
