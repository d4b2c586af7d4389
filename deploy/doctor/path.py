"""Whom a health check's path lets pass; without it, /health would look as good as /primary."""

from __future__ import annotations

from enum import StrEnum

from deploy.render.mux import HEALTH_CHECKS


class Passes(StrEnum):
    """Who answers a path with 200."""

    LEADER = "the leader alone"
    EVERYONE = "leader and replicas"
    REPLICAS = "replicas alone"
    STANDBY_LEADER = "a standby cluster's leader alone"
    NOBODY = "nobody"


FIRST = {"patroni", "cluster", "history", "config", "metrics", "liveness", "readiness"}
"""Addresses of their own, told by the first part of the path; all but gone wrong they say 200."""

WORDS = (
    (("standby_leader", "standby-leader"), Passes.STANDBY_LEADER),
    (("leader", "master", "primary", "read-write"), Passes.LEADER),
    (("replica",), Passes.REPLICAS),
    (("read-only", "health"), Passes.EVERYONE),
)
"""Everywhere else Patroni looks for these words anywhere in a path, in this order."""

EXACT = {
    "": Passes.LEADER,
    "/": Passes.LEADER,
    "/sync": Passes.REPLICAS,
    "/synchronous": Passes.REPLICAS,
    "/async": Passes.REPLICAS,
    "/asynchronous": Passes.REPLICAS,
    "/quorum": Passes.REPLICAS,
}


def passes(path: str, *, muxed: bool) -> Passes:
    """Who passes a check of this path (Patroni 3.0 to 4.1, `api.py`), which may end in a query. The
    mux lets health checks through and denies all else."""
    bare = path.partition("?")[0]
    if muxed and bare not in HEALTH_CHECKS:
        return Passes.NOBODY
    if bare.lstrip("/").partition("/")[0] in FIRST:
        return Passes.EVERYONE
    by_word = (who for words, who in WORDS if any(word in bare for word in words))
    return next(by_word, EXACT.get(bare, Passes.NOBODY))
