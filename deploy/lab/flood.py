"""A forger: asks the webhook for so much, so fast, that whoever is not to be believed would be heard by sheer number.

Usage: python -m deploy.lab.flood REQUESTS ADDRESS PORT PER_SECOND; REQUESTS holds one a line, hexadecimal.
At its end (SIGTERM) it prints how many it offered, in how long, and how they were answered.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

CONNECTIONS = 64
"""So many that a webhook which answers slowly is asked no less."""

WAITING = 200
"""Requests that may wait for a connection; more are offered in vain."""

PATIENCE = 5.0
"""Seconds for one answer."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What came of it: how many were `offered` so far, up to when (`until`), and `answers` by status, "none"
    where there was none."""

    began: float = field(default_factory=time.time)
    until: float = 0.0
    offered: int = 0
    answers: Counter[str] = field(default_factory=Counter)

    def line(self) -> str:
        """As the drill reads it."""
        told = {
            "offered": self.offered,
            "seconds": round(self.until - self.began, 2),
            "answers": dict(self.answers),
        }
        return json.dumps(told)


async def flood(address: str, port: int, per_second: float, requests: Sequence[bytes]) -> Tally:
    """Send the requests in turn, evenly, until SIGTERM."""
    tally, turns = Tally(), cycle(requests)
    due: asyncio.Queue[bytes] = asyncio.Queue(maxsize=WAITING)
    senders = [
        asyncio.create_task(_send_for_ever(address, port, due, tally)) for _ in range(CONNECTIONS)
    ]
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    while not over.is_set():
        tally.until = time.time()
        while tally.offered < (tally.until - tally.began) * per_second:
            with suppress(asyncio.QueueFull):  # a webhook that is full to the brim gets no more
                due.put_nowait(next(turns))
            tally.offered += 1
        await asyncio.sleep(0.005)
    for one in senders:
        one.cancel()
    return tally


async def _send_for_ever(address: str, port: int, due: asyncio.Queue[bytes], tally: Tally) -> None:
    """One connection, made anew where it ends."""
    while True:
        try:
            reader, writer = await asyncio.open_connection(address, port)
            while True:
                request = await due.get()
                writer.write(request)
                async with asyncio.timeout(PATIENCE):
                    tally.answers[await _status(reader)] += 1
        except (OSError, EOFError, ValueError, TimeoutError):
            tally.answers["none"] += 1
            await asyncio.sleep(0.05)


async def _status(reader: asyncio.StreamReader) -> str:
    """Read one answer to its end."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    lengths = [
        int(line.partition(":")[2])
        for line in head.split("\r\n")
        if line.lower().startswith("content-length:")
    ]
    await reader.readexactly(lengths[0] if lengths else 0)
    return head.split(" ", 2)[1]


def main() -> None:
    file, address, port, per_second = sys.argv[1:5]
    requests = [bytes.fromhex(line) for line in Path(file).read_text().splitlines()]
    print(asyncio.run(flood(address, int(port), float(per_second), requests)).line(), flush=True)


if __name__ == "__main__":
    main()
