"""Free ports on 127.0.0.1: without them, tests would meet each other on the standard ones."""

import itertools
import os
import socket
from collections.abc import Iterator
from functools import cache

FIRST, BLOCK, BLOCKS = 15_000, 170, 100
"""Below those that the kernel gives out by itself, lest a neighbour is given one before its server listens."""


def free(count: int = 1) -> list[int]:
    """Ports that nobody listened on a moment ago, all different. No other process of ours is given them,
    also while their server is only about to listen, or is down for a while."""
    ports = _mine()[1]
    return [next(filter(_is_free, itertools.islice(ports, BLOCK))) for _ in range(count)]


@cache
def _mine() -> tuple[int, Iterator[int]]:
    """This process's own block, by turns, and the descriptor that holds it as long as it lives."""
    for number in range(os.getpid(), os.getpid() + BLOCKS):
        block = number % BLOCKS
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0pgbaton tests, ports {block}")
        except OSError:
            claim.close()
        else:
            first = FIRST + block * BLOCK
            return claim.detach(), itertools.cycle(range(first, first + BLOCK))
    raise RuntimeError(f"{BLOCKS} processes hold all ports of the tests")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
