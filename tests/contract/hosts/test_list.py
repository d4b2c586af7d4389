"""From the inventory to a list that a hardened host obeys: what is planned passes, nothing else does."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from deploy.remote import permitted
from deploy.remote.hardened import Permitted, remote_list
from jobs.claims import MemberRecord
from jobs.inventory import Address, Inventory, load_inventory
from jobs.plan import HostPlan, plan_host, read_request
from jobs.remote import FileState, Outcome, ReadReply, SwapRequest
from jobs.verdict import Leadership
from tests.contract.hosts.vault import Vault, change
from tests.contract.hosts.worlds import fence

ENV = b"""APP_KEY=secret
DB_HOST=%(host)s
DB_PORT=%(port)d
DATABASE_URL=postgres://shop:s3cret@%(host)s:%(port)d/shop
READ_HOSTS="%(host)s"
"""
JSON = b'{"db": {"host": "%(host)s", "port": %(port)d, "password": "p"}}\n'


def written(member: Address) -> list[bytes]:
    """Both files as they are while this member leads."""
    words = {b"host": member.host.encode(), b"port": member.port}
    return [ENV % words, JSON % words]


@dataclass(frozen=True, slots=True)
class Shelf:
    """A hardened host whose list is derived from an inventory; pg1 leads, and pg2 can be reached."""

    vault: Vault
    inventory: Inventory
    paths: tuple[Path, Path]
    members: dict[str, Address]

    def contents(self) -> list[bytes]:
        return [path.read_bytes() for path in self.paths]

    def read(self) -> ReadReply:
        ask = read_request(self.inventory, cluster=self.vault.cluster, host="web1")
        reply = self.vault.hand.read(self.vault.host, ask, timeout=10)
        assert isinstance(reply, ReadReply), reply
        return reply

    def planned(self, member: str, conn_url: str = "postgres://10.9.9.9:5432/x") -> SwapRequest:
        """The swap that a worker plans when this member leads."""
        record = MemberRecord(
            name=member, conn_url=conn_url, api_url="http://x:8008", state="running"
        )
        leadership = Leadership(member=member, fence=fence(10), record=record, others=())
        plan = plan_host(
            self.inventory,
            cluster=self.vault.cluster,
            host="web1",
            leadership=leadership,
            reply=self.read(),
        )
        assert isinstance(plan, HostPlan), plan
        return plan.request


@pytest.fixture
def shelf(vault: Vault) -> Iterator[Shelf]:
    """Installed as root would: the list of this host, printed from its inventory."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        members = {
            "pg1": vault.leader,
            "pg2": Address(host="localhost", port=server.getsockname()[1]),
        }
        first, other = (vault.machine.file(c) for c in written(members["pg1"]))
        inventory = _inventory(vault, (first, other), members)
        found = permitted(inventory, vault.cluster, "web1")
        assert isinstance(found, Permitted), found
        vault.write_list(remote_list([found]))
        yield Shelf(vault, inventory, (first, other), members)


def _inventory(vault: Vault, paths: tuple[Path, Path], members: dict[str, Address]) -> Inventory:
    addresses = ", ".join(f'{name} = "{address}"' for name, address in members.items())
    loaded = load_inventory(f"""
[redis]
url = "redis://127.0.0.1:6379"
[etcd.main]
endpoints = ["http://127.0.0.1:2379"]
[clusters.{vault.cluster}]
etcd = "main"
scope = "shop"
[hosts.web1]
address = "127.0.0.1"
mode = "hardened"
host_keys = ["{vault.machine.host_key}"]
[applications.shop]
cluster = "{vault.cluster}"
hosts = ["web1"]
addresses = {{ {addresses} }}
after = ["{vault.command()}"]
services = [{{ name = "{vault.service().name}", manager = "runit" }}]
check = "true"
[[applications.shop.files]]
path = "{paths[0]}"
keys = {{ DB_HOST = "{{host}}", DB_PORT = "{{port}}", DATABASE_URL = "{{url}}", READ_HOSTS = "{{read_hosts}}" }}
[[applications.shop.files]]
path = "{paths[1]}"
format = "json"
keys = {{ "db.host" = "{{host}}", "db.port" = "{{port}}" }}
""")
    assert isinstance(loaded, Inventory), str(loaded)
    return loaded


def test_what_is_planned_from_the_same_inventory_passes(shelf: Shelf) -> None:
    """Read blanked, planned, swapped: host, port, URL and list; then there and back."""
    state, _ = shelf.read().files
    assert isinstance(state, FileState)
    assert b"secret" not in state.content
    assert b"s3cret" not in state.content
    for epoch, member in ((10, "pg2"), (11, "pg1")):
        request = replace(shelf.planned(member), fence=fence(epoch))
        reply = shelf.vault.send(request)
        assert reply.outcome == Outcome.CHANGED, reply
        assert shelf.contents() == written(shelf.members[member])
    [service] = shelf.planned("pg2").apps[0].services
    assert shelf.vault.restarts(service) == 2


def test_a_member_that_the_inventory_does_not_know_is_refused(shelf: Shelf) -> None:
    """It leads, and still no byte turns to it before root has a new list."""
    before = shelf.contents()
    reply = shelf.vault.send(shelf.planned("pg3"))
    assert (reply.outcome, reply.fence) == (Outcome.FAILED, None)
    assert "10.9.9.9" in reply.reason
    assert shelf.contents() == before


def test_a_value_that_is_not_derived_is_refused(shelf: Shelf) -> None:
    """A stolen key that names a listed leader and writes another."""
    before = shelf.contents()
    honest = shelf.planned("pg2")
    splice = change(before[0], b"127.0.0.1", b"127.0.0.2")
    app = honest.apps[0]
    files = (replace(app.files[0], splices=(splice,)), app.files[1])
    reply = shelf.vault.send(replace(honest, apps=(replace(app, files=files),)))
    assert (reply.outcome, reply.fence) == (Outcome.FAILED, None)
    assert "not listed" in reply.reason
    assert shelf.contents() == before
