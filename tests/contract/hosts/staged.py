"""An application as an inventory says it, on a real host: read, planned and swapped as a worker does it."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.remote import permitted
from deploy.remote.hardened import Permitted, remote_list
from jobs.blocked import Blocked
from jobs.claims import MemberRecord
from jobs.inventory import Inventory, load_inventory
from jobs.plan import HostPlan, plan_host, read_request
from jobs.remote import ReadReply, SwapReply
from jobs.verdict import Leadership
from tests.contract.hosts.vault import Vault
from tests.contract.hosts.worlds import RealWorld, fence

FORMER = "127.0.0.9"
"""Where pg1 is: nobody answers there. pg2 is the world's own listener."""

INVENTORY = """
schema = 1
redis.url = "redis://10.0.0.5:6379/0"
[etcd.main]
endpoints = ["http://10.0.0.11:2379"]
[clusters.{cluster}]
etcd = "main"
scope = "shop"
machines = {{ pg1 = "{former}", pg2 = "127.0.0.1" }}
postgresql_port = {port}
[hosts.web1]
address = "127.0.0.1"
port = {ssh}
user = "{user}"
mode = "{mode}"
host_keys = ["{key}"]
[applications.shop]
cluster = "{cluster}"
hosts = ["web1"]
addresses = {{ pg1 = "{former}:{port}", pg2 = "127.0.0.1:{port}" }}
{application}
"""


@dataclass(frozen=True, slots=True)
class Staged:
    """One application on the world's host."""

    world: RealWorld
    inventory: Inventory

    def move(self, member: str = "pg2", epoch: int = 10) -> SwapReply | Blocked:
        """To the leadership of a member."""
        plan = plan_host(
            self.inventory,
            cluster=self.world.cluster,
            host="web1",
            leadership=leadership(member, epoch),
            reply=self.read(),
        )
        if not isinstance(plan, HostPlan):
            return plan
        reply = self.world.hand.swap(self.world.host, plan.request, timeout=30)
        assert isinstance(reply, SwapReply), reply
        return reply

    def read(self) -> ReadReply:
        ask = read_request(self.inventory, cluster=self.world.cluster, host="web1")
        reply = self.world.hand.read(self.world.host, ask, timeout=10)
        assert isinstance(reply, ReadReply), reply
        return reply

    def log(self, name: str) -> str:
        """What commands said on the host: after.log or check.log."""
        return (self.world.machine.state / self.world.cluster / name).read_text()


def staged(world: RealWorld, application: str) -> Staged:
    """The application's own lines in an inventory; a hardened host gets the list that follows."""
    host = world.host
    text = INVENTORY.format(
        application=application,
        cluster=world.cluster,
        former=FORMER,
        key=host.host_keys[0],
        mode=host.mode,
        port=world.leader.port,
        ssh=host.port,
        user=host.user,
    )
    inventory = load_inventory(text)
    assert isinstance(inventory, Inventory), str(inventory)
    if isinstance(world, Vault):
        allowed = permitted(inventory, world.cluster, "web1")
        assert isinstance(allowed, Permitted), allowed
        world.write_list(remote_list([allowed]))
    return Staged(world, inventory)


def leadership(member: str, epoch: int) -> Leadership:
    record = MemberRecord(
        name=member, conn_url="postgres://10.9.9.9:5432/x", api_url="http://x:8008", state="running"
    )
    return Leadership(member=member, fence=fence(epoch), record=record, others=())
