"""The jobs' dotted paths and ids: RQ knows jobs by name only, so the names stand in one place."""

from __future__ import annotations

import hashlib
import secrets

RESPOND = "jobs.respond.respond"
REPOINT = "jobs.repoint.repoint"
CONCLUDE = "jobs.conclude.conclude"
RECONCILE = "jobs.reconcile.reconcile"

QUEUE = "pgbaton"
"""The one queue a worker process listens to (one, so that RQ moves jobs reliably)."""


def job_id(function: str, cluster: str) -> str:
    """A fresh id in RQ's alphabet ([A-Za-z0-9_-]): job, hash of the cluster, 64 random bits."""
    short = hashlib.sha256(cluster.encode()).hexdigest()[:10]
    return f"{function.rsplit('.', 1)[-1]}-{short}-{secrets.token_hex(8)}"
