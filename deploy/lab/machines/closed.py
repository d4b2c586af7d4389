"""Which doors of a lab open without what they should demand: a certificate, encryption, the one command."""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import psycopg

from deploy.lab import layout
from deploy.lab.drill.invariants import Checked
from deploy.lab.machines.site import Site
from workers.tls import Tls

WITHIN = 3.0
GET = b"GET / HTTP/1.0\r\n\r\n"
PING = b"PING\r\n"


def closed(site: Site, member: str, password: str) -> Checked:
    """Everybody is tried from where it is reached, without a certificate or with a stolen key; `member`
    is a living member's address, `password` the shop's own."""
    tried = dict(_doors(site, member, password))
    opened = [name for name, opens in tried.items() if opens()]
    return Checked(
        name="nothing speaks in the clear, and the workers' key opens no shell",
        held=not opened,
        evidence=f"open: {', '.join(opened)}" if opened else f"refused: {', '.join(tried)}",
    )


def _doors(site: Site, member: str, password: str) -> Iterator[tuple[str, Callable[[], bool]]]:
    ca = site.keyring.folder / "ca.pem"
    etcd, redis = layout.ETCD["etcd1"], layout.REDIS["redis"]
    control = layout.CONTROL["control"]
    for name, address, port, words in (
        ("etcd", etcd, 2379, GET),
        ("Patroni's REST", member, 8008, GET),
        ("the webhook", control, layout.WEBHOOK_PORT, GET),
        ("Redis", redis, layout.REDIS_PORT, PING),
    ):
        yield f"{name} in the clear", partial(_answers, (address, port), words)
    for name, address, port in (("etcd", etcd, 2379), ("Patroni's REST", member, 8008)):
        yield (
            f"{name} without a certificate",
            partial(_answers, (address, port), GET, Tls(ca=ca).context()),
        )
    yield "PostgreSQL in the clear", partial(_logs_in, member, password)
    yield "a shell on shop1", partial(_shell, site.keyring.folder / "ssh/worker")


def _answers(at: tuple[str, int], words: bytes, tls: ssl.SSLContext | None = None) -> bool:
    """Whether somebody there says anything but that we should go away."""
    answer = b""
    with suppress(OSError), socket.create_connection(at, timeout=WITHIN) as raw:
        line = tls.wrap_socket(raw, server_hostname=at[0]) if tls else raw
        line.sendall(words)
        answer = line.recv(64)
    return bool(answer) and not answer.startswith((b"HTTP/1.0 400", b"HTTP/1.1 400", b"\x15"))


def _logs_in(address: str, password: str) -> bool:
    try:
        psycopg.connect(
            host=address,
            port=layout.POSTGRESQL_PORT,
            dbname="shop",
            user="shop",
            password=password,
            sslmode="disable",
            connect_timeout=3,
        ).close()
    except psycopg.OperationalError:
        return False
    return True


def _shell(key: Path) -> bool:
    """Whether the workers' key, stolen, runs a command of its thief's."""
    options = ("BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null")
    done = subprocess.run(
        ["ssh", "-i", str(key), *(word for o in options for word in ("-o", o)),
         f"{layout.DEPLOY_USER}@{layout.SHOPS['shop1']}", "id"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )  # fmt: skip
    return "uid=" in done.stdout
