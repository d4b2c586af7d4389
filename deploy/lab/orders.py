"""Customers that never stop: every attempt to order is a line, so that nothing can be forgotten.

Usage: python -m deploy.lab.orders HISTORY HOST=ADDRESS...
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from deploy.lab.layout import SHOP_PORT

PER_SECOND = 10
PATIENCE = 2.0  # seconds a customer waits


async def customers(host: str, address: str, history: TextIO, closing: asyncio.Event) -> None:
    """Order at an even pace, however long the answers take; at the end wait for the last of them."""
    async with asyncio.TaskGroup() as waiting:
        while not closing.is_set():
            waiting.create_task(_attempt(host, address, history))
            await asyncio.sleep(1 / PER_SECOND)


async def _attempt(host: str, address: str, history: TextIO) -> None:
    order, sent = str(uuid.uuid4()), time.time()
    said = await _said(address, order)
    line = {"id": order, "host": host, "sent": sent, "ended": time.time(), **said}
    history.write(json.dumps(line) + "\n")
    history.flush()


async def _said(address: str, order: str) -> Mapping[str, Any]:
    """`result`: acknowledged, failed (the shop said no), or unknown (nobody said anything)."""
    try:
        async with asyncio.timeout(PATIENCE):
            status, body = await _post(address, order)
    except (OSError, TimeoutError, EOFError, ValueError, IndexError) as error:
        return {"result": "unknown", "why": type(error).__name__}
    if status == 201:  # noqa: PLR2004
        return {"result": "acknowledged", **body}
    return {"result": "failed", "why": str(body.get("why", status))}


async def _post(address: str, order: str) -> tuple[int, Mapping[str, Any]]:
    reader, writer = await asyncio.open_connection(address, SHOP_PORT)
    try:
        body = json.dumps({"id": order}).encode()
        head = (
            f"POST /orders HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answer = await reader.read()
    finally:
        writer.close()
    return _parsed(answer)


def _parsed(answer: bytes) -> tuple[int, Mapping[str, Any]]:
    head, _, body = answer.partition(b"\r\n\r\n")
    if not body:
        raise EOFError("the shop closed the connection")
    return int(head.split()[1]), json.loads(body) if body[:1] == b"{" else {}


async def _all(history: Path, shops: Mapping[str, str]) -> None:
    closing = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, closing.set)
    with history.open("a") as output:
        await asyncio.gather(*(customers(h, at, output, closing) for h, at in shops.items()))


if __name__ == "__main__":
    asyncio.run(_all(Path(sys.argv[1]), dict(word.split("=", 1) for word in sys.argv[2:])))
