"""Processes that cannot begin say in two lines why, and what to do, and end with their code."""

from __future__ import annotations

import secrets
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.signatures import key_pair
from tests.parts import OF_THE_TESTS

INVENTORY = """
[redis]
url = "redis://127.0.0.1:1/0"
[etcd.main]
endpoints = ["http://127.0.0.1:1"]
[clusters.orders]
etcd = "main"
scope = "orders"
[senders.watch]
clusters = ["orders"]
keys = ["{public}"]
"""
BALANCED = """
[nodebalancers.front]
cluster = "orders"
label = "nb-orders"
backends = {{ pg1 = "10.0.0.1" }}
"""


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    file = tmp_path / "inventory.toml"
    file.write_text((INVENTORY + BALANCED).format(public=key_pair(secrets.token_bytes(32)).public))
    return file


def start(inventory: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run `pgbaton WORDS` until it gives up."""
    return subprocess.run(
        [Path(sys.executable).parent / "pgbaton", *words],
        env={**OF_THE_TESTS, "PGBATON_INVENTORY": str(inventory), **environ},
        capture_output=True,
        text=True,
        timeout=50,
    )


@pytest.mark.parametrize(
    ("command", "environ", "words"),
    [
        ("worker", {}, "PGBATON_SSH_KEY"),
        ("worker", {"PGBATON_SSH_KEY": "/nowhere"}, "/nowhere cannot be read"),
        ("watch", {}, "put its whsk_ key in the secret sender-key-watch"),
        ("watch", {"PGBATON_SENDER_KEY_WATCH": "whsk_bad"}, "pgbaton keys sender NAME"),
        ("probe", {}, "in the secret linode-token"),
        (
            "probe",
            {"PGBATON_LINODE_TOKEN": "none"},
            "put its whsk_ key in the secret sender-key-probe",
        ),
        ("clock", {"PGBATON_INVENTORY": "/nowhere.toml"}, "PGBATON_INVENTORY"),
        ("clock", {"PGBATON_REDIS_PASSWORD_FILE": "/nowhere"}, "/nowhere"),
    ],
)
def test_what_is_missing_is_named(
    inventory: Path, command: str, environ: dict[str, str], words: str
) -> None:
    """Exit code 78, no traceback, and the place where to put it."""
    done = start(inventory, command, **environ)
    assert done.returncode == 78
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("address", ["127.0.0.1", "192.0.2.1", "no.such.name.invalid"])
def test_a_place_where_chronicle_cannot_listen_is_named(inventory: Path, address: str) -> None:
    """A port that is taken, an address of another machine, a name that is none."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = start(inventory, "chronicle", "--address", address, "--port", str(port))
    assert done.returncode == 69
    assert f"cannot listen on {address}:{port}" in done.stderr
    assert "choose another --port" in done.stderr
    assert "Traceback" not in done.stderr
