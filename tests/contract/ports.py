"""Free ports on 127.0.0.1: without them, tests would meet each other on the standard ones."""

import itertools
import os
import socket

FIRST, COUNT = 15_000, 17_000
"""Below those that the kernel gives out by itself, lest a neighbour is given one before its server listens."""
_steps = itertools.count(os.getpid() * 997)  # every process begins elsewhere


def free(count: int = 1) -> list[int]:
    """Ports that nobody listened on a moment ago, all different."""
    candidates = (FIRST + step % COUNT for step in _steps)
    return list(itertools.islice(filter(_is_free, candidates), count))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
