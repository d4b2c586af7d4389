"""Answers as Patroni for every seat of a bench: without it, each leadership would need a PostgreSQL.

Usage: python -m deploy.lab.bench.standin SEATS     (JSON: "address:port" to what that seat says)

One process listens on every port that a seat has, at all addresses of its machine, and knows by the
address that was asked who is meant. Whoever connects and says nothing, as one does who only tries
whether PostgreSQL can be reached, is let in.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from asyncio import StreamReader, StreamWriter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PATIENCE = 5.0
"""Seconds for somebody's question."""
BACKLOG = 1024

Answers = Mapping[str, Mapping[str, Any]]


async def serve(answers: Answers) -> None:
    """Until it is ended from outside."""
    listening = [await _listen(answers, port) for port in sorted(ports(answers))]
    print("listening on", len(listening), flush=True)
    await asyncio.gather(*(one.serve_forever() for one in listening))


def ports(answers: Answers) -> frozenset[int]:
    """The ports that seats have, each once."""
    return frozenset(int(place.rpartition(":")[2]) for place in answers)


async def _listen(answers: Answers, port: int) -> asyncio.Server:
    async def meet(reader: StreamReader, writer: StreamWriter) -> None:
        host, at = writer.get_extra_info("sockname")[:2]
        try:
            async with asyncio.timeout(PATIENCE):
                await reader.readuntil(b"\r\n\r\n")
                writer.write(response(answers.get(f"{host}:{at}")))
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    return await asyncio.start_server(meet, "0.0.0.0", port, backlog=BACKLOG)


def response(said: Mapping[str, Any] | None) -> bytes:
    """The seat's status document; 404 at an address that is nobody's seat."""
    status = "404 Not Found" if said is None else "200 OK"
    body = json.dumps(said or {}).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return f"{head}\r\nConnection: close\r\n\r\n".encode() + body


def main() -> None:
    """Every seat may be a port of its own: as many files as the system lets us have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(serve(json.loads(Path(sys.argv[1]).read_text())))


if __name__ == "__main__":
    main()
