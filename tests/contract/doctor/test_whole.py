import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from deploy.cli.equipped import EquippedDesk
from tests.contract.etcd.server import cluster
from tests.contract.ledger.server import RedisServer

INVENTORY = """
[redis]
url = "unix://{redis}"
[etcd.main]
endpoints = ["{etcd}"]
[clusters.shop]
etcd = "main"
scope = "shop"
machines = {{ pg1 = "127.0.0.1", pg2 = "127.0.0.2" }}
[hosts.web1]
address = "127.0.0.1"
port = {deaf}
host_keys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{zeros}"]
[applications.store]
cluster = "shop"
hosts = ["web1"]
services = [{{ name = "store" }}]
files = [{{ path = "/srv/store/.env", keys = {{ DB_HOST = "{{{{host}}}}" }} }}]
[senders.watch]
clusters = ["shop"]
keys = ["whpk_{zeros}="]
[webhook]
urls = ["http://127.0.0.1:{deaf}/events"]
"""


@contextmanager
def deaf() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def site(etcd_program: Path, redis_program: Path, tmp_path: Path) -> Iterator[Path]:
    """An inventory over a real etcd and Redis, without a cluster in them; everything else is deaf."""
    (tmp_path / "r").mkdir()
    server = RedisServer(program=redis_program, folder=tmp_path / "r")
    with ExitStack() as stack:
        one = stack.enter_context(cluster(etcd_program, tmp_path))
        port = stack.enter_context(deaf())
        (tmp_path / "deaf").write_text(str(port))
        server.start()
        stack.callback(server.stop)
        text = INVENTORY.format(
            redis=server.socket, etcd=one.endpoints[0], deaf=port, zeros="A" * 43
        )
        (tmp_path / "inventory.toml").write_text(text)
        yield tmp_path / "inventory.toml"


def types(site: Path, *words: str) -> Result:
    desk = EquippedDesk({"PGBATON_INVENTORY": str(site)})
    return CliRunner().invoke(main, ["doctor", *words], obj=desk)


def test_the_table_ends_whatever_hangs(site: Path) -> None:
    """Red and amber first, one line for each that is green, in bounded time; exit code 1."""
    began = time.monotonic()
    seen = types(site, "--no-ping")
    assert time.monotonic() - began < 20
    assert seen.exit_code == 1, seen.output
    lines = seen.stdout.splitlines()
    subjects = [line for line in lines if line[:5].strip() in {"red", "amber", "green"}]
    colours = [line.split()[0] for line in subjects]
    assert colours == sorted(colours, key=["red", "amber", "green"].index)
    assert "red    processes" in lines
    assert any(line.startswith("  red    no worker gives a sign of life") for line in lines)
    assert any("host web1" in line and line.startswith("amber") for line in lines)
    assert any(line.startswith("green  redis") for line in lines)
    assert lines[-1].split(": ")[0].endswith(" s")


def test_the_document_has_every_subject(site: Path) -> None:
    """In the order in which one depends on the other, each with its colour, findings and mends."""
    port = (site.parent / "deaf").read_text()
    site.write_text(site.read_text().replace(port, "1"))
    seen = types(site, "--json", "--no-ping")
    told = json.loads(seen.stdout)
    assert (seen.exit_code, told["colour"]) == (1, "red")
    names = [one["subject"] for one in told["subjects"]]
    assert names[:3] == ["inventory", "etcd main", "patroni shop"]
    assert names.index("redis") < names.index("processes") < names.index("host web1")
    for one in told["subjects"]:
        for finding in one["findings"]:
            assert finding["what"]
            assert finding["why"]
            assert finding["colour"] in {"red", "amber", "green"}
