"""A worker of ours, in a process of its own, on the Redis that the environment names."""

from __future__ import annotations

import os
from pathlib import Path

from workers.queue import serve
from workers.redis import RedisSettings


def settings() -> RedisSettings:
    """As a unit's credential would have it: the password is in no argument."""
    return RedisSettings(
        url=os.environ["LABOUR_URL"],
        username=os.environ["LABOUR_USER"],
        password=os.environ["LABOUR_PASSWORD"],
        ca=Path(os.environ["LABOUR_CA"]),
    )


def note(file: str) -> None:
    """The job."""
    Path(file).write_text("done")


if __name__ == "__main__":
    serve(settings(), name="labour", burst=True)
