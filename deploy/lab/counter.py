"""Customers who connect anew for every order: what the NodeBalancer's health check does alone.

Usage: python -m deploy.lab.counter HISTORY     (the shop's password in SHOP_PASSWORD)
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

import psycopg

from deploy.lab.layout import BALANCER_ADDRESS, BALANCER_PORT
from deploy.lab.shop.order import ORDER

HOST = "counter"
PER_SECOND = 10
PATIENCE = 2.0  # seconds a customer waits


async def customers(history: TextIO, closing: asyncio.Event) -> None:
    """Order at an even pace, however long the answers take; at the end wait for the last of them."""
    async with asyncio.TaskGroup() as waiting:
        while not closing.is_set():
            waiting.create_task(_attempt(history))
            await asyncio.sleep(1 / PER_SECOND)


async def _attempt(history: TextIO) -> None:
    order, sent = str(uuid.uuid4()), time.time()
    said = await _said(order)
    line = {"id": order, "host": HOST, "sent": sent, "ended": time.time(), **said}
    history.write(json.dumps(line) + "\n")
    history.flush()


async def _said(order: str) -> Mapping[str, Any]:
    """As `deploy.lab.orders` has it: acknowledged after COMMIT has returned, else failed or unknown."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await _placed(order)
    except psycopg.errors.Error as error:
        return {"result": "failed", "why": type(error).__name__}
    except (OSError, TimeoutError) as error:
        return {"result": "unknown", "why": type(error).__name__}


async def _placed(order: str) -> Mapping[str, Any]:
    async with await psycopg.AsyncConnection.connect(
        host=BALANCER_ADDRESS,
        port=BALANCER_PORT,
        dbname="shop",
        user="shop",
        password=os.environ["SHOP_PASSWORD"],
        connect_timeout=2,
    ) as connection:
        cursor = await connection.execute(ORDER, (order, HOST))
        row = await cursor.fetchone()
        assert row is not None
    return {"result": "acknowledged", "member": row[0], "pid": row[1], "pg_timeline": row[2]}


async def _all(history: Path) -> None:
    closing = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, closing.set)
    with history.open("a") as output:
        await customers(output, closing)


if __name__ == "__main__":
    asyncio.run(_all(Path(sys.argv[1])))
