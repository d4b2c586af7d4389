"""Clients that are killed at work: run as a program, for a fork of pytest would keep its threads."""

from __future__ import annotations

import itertools
import os
import random
import signal
import sys
import time
from typing import NoReturn

from jobs.audit import Draft, Kind
from tests.contract.ledger.desks import DIGEST
from tests.contract.ledger.values import draft, event, given
from workers.redis import RedisLedger, RedisSettings, connect


def main(socket: str, victims: int) -> None:
    """Each victim works for 5 to 40 ms once it is connected; the delays are the same in every run."""
    chance = random.Random(1)  # noqa: S311 - a delay, no secret
    for victim in range(victims):
        connected, tell = os.pipe()
        child = os.fork()
        if child == 0:
            work(socket, victim, tell)
        os.close(tell)
        os.read(connected, 1)
        os.close(connected)
        time.sleep(chance.uniform(0.005, 0.04))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def work(socket: str, victim: int, tell: int) -> NoReturn:
    """Say so when connected; hear an event, then hand out a job, over and over, on three clusters in turn."""
    client = connect(RedisSettings(url=f"unix://{socket}"))
    client.ping()
    os.write(tell, b"!")
    ledger = RedisLedger(client, inventory=DIGEST)
    for number in itertools.count():
        cluster, name = f"c{(victim + number) % 3}", f"{victim}-{number}"
        ledger.hear(event(name, cluster), draft(name))
        ledger.begin(cluster, "the-flight", lease=3600)
        told = Draft(id=f"job-{name}", kind=Kind.PLANNED)
        ledger.save(cluster, "the-flight", drafts=[told], assign={name: given(f"job-{name}")})
    raise AssertionError


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
