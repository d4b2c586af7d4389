"""The Lua that runs inside Redis, put together once from small files."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

TRAIL = ("frame", "sha256", "trail", "queue")
ASKING = (*TRAIL, "asks")

PARTS = {
    "append": (*TRAIL, "append", "once"),
    "hear": (*ASKING, "hear", "once"),
    "call": (*ASKING, "call", "once"),
    "begin": ("frame", "queue", "asks", "begin", "once"),
    "again": ("frame", "queue", "asks", "again", "once"),
    "save": (*ASKING, "save", "once"),
    "report": (*ASKING, "report", "once"),
    "forget": (*TRAIL, "forget", "once"),
    "pause": (*TRAIL, "pause", "once"),
    "requeue": ("frame", "queue", "asks", "requeue", "once"),
    "beat": ("frame", "beat"),
    "lease": ("frame", "lease"),
    "recall": ("frame", "recall"),
    "remember": ("frame", "remember"),
    "page": ("frame", "page"),
    "stand": ("frame", "stand"),
    "trim": (*TRAIL, "trim", "once"),
    "state": ("frame", "queue", "asks", "state"),
    "waiting": ("frame", "queue", "waiting"),
    "digest": ("sha256", "digest"),
}


@cache
def script(name: str) -> str:
    """The whole text of one step, without comments and indentation: it travels with every MULTI.

    Its digest would be shorter, but a script that Redis has forgotten (a restart, a failover) fails
    inside a MULTI without undoing what RQ enqueued there. Alone it does nothing, and may be sent whole.
    """
    return "\n".join(_lines(part) for part in PARTS[name])


@cache
def digest(name: str) -> str:
    """The name under which Redis remembers a step that was sent whole."""
    return hashlib.sha1(script(name).encode(), usedforsecurity=False).hexdigest()


def _lines(part: str) -> str:
    text = (files("workers.redis") / "lua" / f"{part}.lua").read_text("utf-8")
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("--"))
