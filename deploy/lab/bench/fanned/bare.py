"""The floor of a fan-out: a bare script that logs in by threads and sends the two commands that pgbaton sends.

Usage: python -m deploy.lab.bench.fanned.bare ORDERS     (JSON, as `floor.py` writes it)

It decides nothing, keeps nothing and tells nobody: what pgbaton takes beyond it is pgbaton's own.
Prints one JSON object: the seconds from the first dial to the last answer, and every host's answers.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from base64 import b64decode
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice, repeat
from pathlib import Path
from typing import Any

from paramiko import Ed25519Key, Transport

PATIENCE = 30.0


def main() -> None:
    """Every host at once, as many threads as the orders say."""
    orders = json.loads(Path(sys.argv[1]).read_text())
    hosts, key = orders["hosts"], Ed25519Key(filename=orders["key"])
    visit = partial(_visit, key=key, script=orders["script"].encode())
    with ThreadPoolExecutor(max_workers=orders["width"]) as pool:
        before = pool.map(partial(_login, key=key), hosts) if orders["warm"] else repeat(None)
        logins = list(islice(before, len(hosts)))
        began = time.monotonic()
        visits = list(pool.map(visit, hosts, logins))
        seconds = time.monotonic() - began
    print(json.dumps({"seconds": seconds, "answers": [answers for _, answers in visits]}))


def _visit(
    host: Mapping[str, Any], login: Transport | None, *, key: Ed25519Key, script: bytes
) -> tuple[Transport, list[str]]:
    """The connection is kept until all is over, as a worker keeps it: to end it is work for the host."""
    transport = login or _login(host, key=key)
    commands = ((one["line"], script + one["request"].encode()) for one in host["commands"])
    return transport, [_run(transport, line, data) for line, data in commands]


def _login(host: Mapping[str, Any], *, key: Ed25519Key) -> Transport:
    sock = socket.create_connection((host["address"], 22), timeout=PATIENCE)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    transport = Transport(sock)
    pinned = Ed25519Key(data=b64decode(host["key"].split()[1]))
    transport.connect(hostkey=pinned, username=host["user"], pkey=key)
    return transport


def _run(transport: Transport, line: str, data: bytes) -> str:
    with transport.open_session(timeout=PATIENCE) as channel:
        channel.settimeout(PATIENCE)
        channel.exec_command(line)
        channel.sendall(data)
        channel.shutdown_write()
        pieces = []
        while piece := channel.recv(65536):
            pieces.append(piece)
        channel.recv_exit_status()
    return b"".join(pieces).decode()


if __name__ == "__main__":
    main()
