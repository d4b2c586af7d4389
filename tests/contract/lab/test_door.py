"""Through the door a browser outside sees what is served inside, and nothing else shows outside."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from deploy.lab.door import Door, open_door
from deploy.lab.machine import Machine

INSIDE = "10.77.0.61"
PARROT = """
import socketserver
class Parrot(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall(b"hello")
        while data := self.request.recv(65536):
            self.request.sendall(data)
        self.request.sendall(b"goodbye")
socketserver.ThreadingTCPServer(("0.0.0.0", 7777), Parrot).serve_forever()
"""
HANG_UP = """
import socket, time
server = socket.create_server(("0.0.0.0", 7777))
while True:
    caller, _ = server.accept()
    time.sleep(0.3)
    caller.close()
"""
"""What was said to it lies unread as it closes: so its kernel resets the connection."""


@pytest.fixture
def outsider() -> Iterator[ThreadPoolExecutor]:
    """Give a thread that stays on the machine's own network; ask for it before `machines`."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()
        yield pool


@pytest.fixture
def door(outsider: ThreadPoolExecutor) -> Iterator[Door]:
    """Give a door made before this thread enters the lab."""
    with open_door() as made:
        yield made


def serve(machines: dict[str, Machine], program: str = PARROT) -> None:
    """Let `left` repeat what it hears, and say goodbye once nothing more comes; or another program."""
    machines["left"].start("server", [sys.executable, "-c", program])
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection((INSIDE, 7777), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, "the server never listened"
            time.sleep(0.05)
        else:
            return


def knock(door: Door, outsider: ThreadPoolExecutor) -> socket.socket:
    """Give a connection to the door, made where a browser would make it."""
    address = door.listener.getsockname()
    return outsider.submit(socket.create_connection, address, timeout=20).result()


def heard(connection: socket.socket) -> bytes:
    """Everything until the other side has said its last."""
    said = b""
    while data := connection.recv(65536):
        said += data
    return said


def test_bytes_go_both_ways_while_the_answer_streams(
    door: Door, outsider: ThreadPoolExecutor, machines: dict[str, Machine]
) -> None:
    """What is said inside arrives at once, and each side's end reaches the other."""
    serve(machines)
    door.lead(INSIDE, 7777)
    with knock(door, outsider) as one, knock(door, outsider) as other:
        assert one.recv(5) == other.recv(5) == b"hello"
        one.sendall(b"are you there?")
        assert one.recv(100) == b"are you there?"
        one.shutdown(socket.SHUT_WR)
        assert heard(one) == b"goodbye"
        other.sendall(b"x" * 1_000_000)
        other.shutdown(socket.SHUT_WR)
        assert heard(other) == b"x" * 1_000_000 + b"goodbye"


def test_a_reset_inside_ends_the_connection_outside(
    door: Door, outsider: ThreadPoolExecutor, machines: dict[str, Machine]
) -> None:
    """A server that closes an idle connection just as a request arrives answers it with a reset: the
    browser hears that at once, and does not wait for an answer."""
    serve(machines, HANG_UP)
    door.lead(INSIDE, 7777)
    with knock(door, outsider) as connection:
        connection.sendall(b"are you there?")
        with suppress(ConnectionResetError):
            assert connection.recv(100) == b""


def test_where_nobody_listens_the_browser_is_told(
    door: Door, outsider: ThreadPoolExecutor, machines: dict[str, Machine]
) -> None:
    """A refused connection inside ends the one outside, and the door stays open for the next."""
    door.lead(INSIDE, 9)
    for _ in range(2):
        with knock(door, outsider) as connection:
            assert heard(connection) == b""


def test_the_door_ends_with_the_lab(
    door: Door, outsider: ThreadPoolExecutor, machines: dict[str, Machine]
) -> None:
    """Shut, it refuses, and whoever was inside hears an end, though the machine there says nothing."""
    address = door.listener.getsockname()
    serve(machines)
    door.lead(INSIDE, 7777)
    with knock(door, outsider) as connection:
        assert connection.recv(5) == b"hello"
        machines["left"].pull_plug()
        door.shut()
        assert heard(connection) == b""
    with pytest.raises(ConnectionRefusedError):
        outsider.submit(socket.create_connection, address, timeout=20).result()


def test_only_the_loopback_of_the_machine_knows_it(
    door: Door, outsider: ThreadPoolExecutor, machines: dict[str, Machine]
) -> None:
    """It listens at 127.0.0.1 outside, and at no address of the lab's network."""
    host, port = door.listener.getsockname()
    assert host == "127.0.0.1"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=20)
    command = ["ss", "-Hltnp", f"sport = :{port}"]
    shown = outsider.submit(subprocess.run, command, capture_output=True, text=True).result()
    ours = [line for line in shown.stdout.splitlines() if f"pid={os.getpid()}," in line]
    assert [line.split()[3] for line in ours] == [f"127.0.0.1:{port}"]
