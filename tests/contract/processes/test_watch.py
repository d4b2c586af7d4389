"""`pgbaton watch` as a process: what etcd tells reaches the webhook, signed, before and after a SIGHUP."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jobs.signatures import KeyPair, Message, VerifyKeys, key_pair, public_key, verify
from tests.contract.etcd.server import Cluster, cluster
from tests.contract.hook.receiver import Post, Receiver
from tests.contract.webhook.stage import catches
from tests.waiting import until
from workers.etcd import Gateway

CLUSTER = """
[clusters.{name}]
etcd = "main"
scope = "{name}"
"""


@pytest.fixture
def etcd(require: Callable[[str], Path], tmp_path: Path) -> Iterator[Cluster]:
    """One member of its own."""
    with cluster(require("etcd"), tmp_path) as running:
        yield running


@pytest.fixture
def webhook() -> Iterator[Receiver]:
    """A webhook that accepts everything and keeps it."""
    receiver = Receiver()
    receiver.up()
    yield receiver
    receiver.down()


@pytest.fixture
def pair() -> KeyPair:
    return key_pair(secrets.token_bytes(32))


def inventory(etcd: Cluster, webhook: Receiver, pair: KeyPair, *names: str) -> str:
    known = ", ".join(f'"{name}"' for name in names)
    return (
        '[redis]\nurl = "redis://127.0.0.1:1"\n'
        f'[etcd.main]\nendpoints = ["{etcd.endpoints[0]}"]\n'
        f'[webhook]\nurls = ["{webhook.url}"]\n'
        f'[senders.watch]\nclusters = [{known}]\nkeys = ["{pair.public}"]\n'
        + "".join(CLUSTER.format(name=name) for name in names)
    )


def lead(etcd: Cluster, scope: str, member: str) -> None:
    gateway = Gateway(etcd.endpoints)
    gateway.put(f"/service/{scope}/leader".encode(), member.encode(), timeout=2)


def about(post: Post) -> tuple[str, str]:
    body = json.loads(post.body)
    return body["subject"], body["data"]["member"]


def test_a_leader_is_told_signed_and_a_new_cluster_after_sighup(
    etcd: Cluster, webhook: Receiver, pair: KeyPair, tmp_path: Path
) -> None:
    """One event a leadership, under the watch's own key; SIGHUP brings a cluster that was added."""
    file = tmp_path / "inventory.toml"
    file.write_text(inventory(etcd, webhook, pair, "one"))
    own = {"PGBATON_INVENTORY": str(file), "PGBATON_SENDER_KEY_WATCH": pair.private}
    program = Path(sys.executable).parent / "pgbaton"
    with (tmp_path / "watch.log").open("wb") as log:
        watch = subprocess.Popen([program, "watch"], env={**os.environ, **own}, stderr=log)
    try:
        lead(etcd, "one", "pg1")
        [post] = webhook.wait(1, within=40)
        assert about(post) == ("one", "pg1")
        stamped = post.headers["webhook-timestamp"]
        message = Message(id=post.headers["webhook-id"], timestamp=stamped, body=post.body)
        signature = post.headers["webhook-signature"]
        assert verify(message, signature, VerifyKeys(public=(public_key(pair.public),)))
        file.write_text(inventory(etcd, webhook, pair, "one", "two"))
        until(lambda: catches(watch, signal.SIGHUP))  # its first news may come before that
        watch.send_signal(signal.SIGHUP)
        lead(etcd, "two", "pg7")
        until(lambda: ("two", "pg7") in [about(p) for p in webhook.posts])
        assert watch.poll() is None
        watch.send_signal(signal.SIGTERM)
        assert watch.wait(timeout=20) == 0
    finally:
        watch.kill()
        watch.wait(timeout=10)
