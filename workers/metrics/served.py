"""/metrics of a process that has no web server of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server


@contextmanager
def served(registry: CollectorRegistry, *, port: int | None, address: str) -> Iterator[None]:
    """Serve a registry meanwhile; without a port, nothing."""
    if port is None:
        yield
        return
    server, thread = start_http_server(port, addr=address, registry=registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=1)
