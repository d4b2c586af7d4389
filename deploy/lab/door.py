"""A door from the machine's own loopback into the lab: without it nobody's browser would see the pages."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

CHUNK = 65536
PATIENCE = 20.0
"""Seconds that whoever stands inside may take to let somebody in."""


@dataclass(slots=True, kw_only=True)
class Door:
    """A port of 127.0.0.1 on the machine itself. Make it before entering the lab's network and `lead`
    it from a thread within: a socket belongs for ever to the network in which it was made."""

    listener: socket.socket = field(
        default_factory=lambda: socket.create_server(("127.0.0.1", 0), backlog=50)
    )
    _closing: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where a browser on this machine knocks."""
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def lead(self, host: str, port: int) -> None:
        """From now on whoever comes is led to this address of the lab."""
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(host, port)), daemon=True
        )
        self._thread.start()

    def shut(self) -> None:
        """Let nobody in any more, and show everybody out."""
        if self._thread is not None:
            self._closing.set()
            self._thread.join(timeout=10)
        self.listener.close()

    async def _serve(self, host: str, port: int) -> None:
        async def knock(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await _led(reader, writer, host, port)

        server = await asyncio.start_server(knock, sock=self.listener)
        await asyncio.to_thread(self._closing.wait)
        server.close()


@contextmanager
def open_door() -> Iterator[Door]:
    """A door that leads nowhere yet, and is shut at the block's end."""
    door = Door()
    try:
        yield door
    finally:
        door.shut()


async def _led(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int
) -> None:
    """Carry bytes both ways until both sides have said their last; an end travels on as an end, and a
    reset ends both at once: a browser whose request met a connection that was just being closed asks
    again."""
    try:
        async with asyncio.timeout(PATIENCE):
            inner_reader, inner_writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        writer.close()
        return
    try:
        with suppress(OSError):
            await asyncio.gather(_carry(reader, inner_writer), _carry(inner_reader, writer))
    finally:
        for one in (writer, inner_writer):
            one.close()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(CHUNK):
        writer.write(data)
        await writer.drain()
    writer.write_eof()
