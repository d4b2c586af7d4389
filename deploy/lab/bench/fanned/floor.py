"""What the bare script is told to send: the very bytes that pgbaton's workers would, for a leadership of its own."""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from deploy.lab.bench.fanned.ground import Ground
from deploy.lab.bench.fanned.hosts import Host, file_of
from deploy.lab.bench.fanned.tables import inventory_toml, seats
from deploy.lab.bench.leaders import Seat, system_of
from deploy.lab.lab import loaded
from deploy.lab.machine import LabError
from deploy.lab.pgbaton import PYTHON, environment
from deploy.remote import plain_script
from jobs.claims import MemberRecord
from jobs.fence import Fence
from jobs.inventory import Inventory
from jobs.plan import HostPlan, plan_host, read_request
from jobs.remote import FileState, ReadReply, ReadRequest, SwapRequest
from jobs.verdict import Leadership
from jobs.wire import Request, decode_read, decode_swap, encode, verb_of
from workers.ssh.invocation import command_for

BARE = "bare"
"""What the floor's own clusters are called, before their size: hosts keep its files and journals beside
those of pgbaton's."""
WAIT = 5.0
"""Seconds that a host may wait for its lock; a worker gives half of what it has."""
TIMEOUT = 180


@dataclass(slots=True, kw_only=True)
class Floor:
    """The bare script's side: an inventory that only this bench reads, and its own epochs."""

    ground: Ground
    _epochs: Counter[str] = field(default_factory=Counter)

    def epoch(self, hosts: Sequence[Host], *, width: int, warm: bool = False) -> float:
        """Let the script move these hosts, `width` at once; seconds from its first dial to its last
        answer. Where `warm`, it has logged in everywhere before. LabError where a host was not changed."""
        orders = self._orders(hosts) | {"width": width, "warm": warm}
        control = self.ground.lab.machines["control"]
        file = control.folder / "orders.json"
        file.write_text(json.dumps(orders))
        script = [sys.executable, "-m", "deploy.lab.bench.fanned.bare", str(file)]
        done = control.run(script, env=PYTHON, timeout=TIMEOUT)
        if done.returncode:
            raise LabError(f"the bare script failed: {done.stderr[-600:]}")
        told = json.loads(done.stdout)
        for host, answers in zip(hosts, told["answers"], strict=True):
            demand_changed(host.name, [text.encode() for text in answers])
        return float(told["seconds"])

    def _orders(self, hosts: Sequence[Host]) -> dict[str, Any]:
        lab, name = self.ground.lab, file_of(BARE, hosts)
        inventory = loaded(inventory_toml({name: hosts}, lab.secrets, warm=0))
        self._epochs[name] += 1
        lead = leadership(name, self._epochs[name])
        return {
            "key": environment(lab, "cli")["PGBATON_SSH_KEY"],
            "script": plain_script(),
            "hosts": [
                _host(inventory, host.name, commands(inventory, host.name, content, lead))
                for host in hosts
                for content in (self.ground.hosts.env(host, name).read_bytes(),)
            ],
        }


def _host(inventory: Inventory, name: str, both: Sequence[Request]) -> Mapping[str, Any]:
    host, script = inventory.hosts[name], plain_script().encode()
    return {
        "address": host.address,
        "user": host.user,
        "key": host.host_keys[0],
        "commands": [
            {
                "line": command_for(host, verb_of(request), script=script)[0],
                "request": encode(request, wait=WAIT).decode(),
            }
            for request in both
        ],
    }


def commands(
    inventory: Inventory, host: str, content: bytes, lead: Leadership
) -> tuple[ReadRequest, SwapRequest]:
    """The read, and the swap that follows from what it will find."""
    [cluster] = inventory.clusters
    read = read_request(inventory, cluster=cluster, host=host)
    sha256 = hashlib.sha256(content).hexdigest()
    state = FileState(path=read.paths[0], sha256=sha256, content=content)
    reply = ReadReply(fence=None, journal=None, files=(state,))
    plan = plan_host(inventory, cluster=cluster, host=host, leadership=lead, reply=reply)
    if not isinstance(plan, HostPlan):
        raise LabError(f"{host} cannot be planned: {plan.reason}")
    return read, plan.request


def leadership(cluster: str, epoch: int) -> Leadership:
    """As the judge would have confirmed it; the two members take turns."""
    first, second = (_record(seat) for seat in seats({cluster: ()})[cluster])
    record, other = (first, second) if epoch % 2 else (second, first)
    fence = Fence(system=system_of(cluster), pg_timeline=1, epoch=epoch)
    return Leadership(member=record.name, fence=fence, record=record, others=(other,))


def _record(seat: Seat) -> MemberRecord:
    said = seat.record
    return MemberRecord(
        name=seat.member,
        conn_url=said["conn_url"],
        api_url=said["api_url"],
        role=said["role"],
        state=said["state"],
        pg_timeline=said["timeline"],
    )


def demand_changed(host: str, answers: Sequence[bytes]) -> None:
    """LabError where the host did not do what pgbaton would have had it do."""
    decode_read(answers[0])
    swapped = decode_swap(answers[1])
    if swapped.outcome != "changed":
        raise LabError(f"{host} was not changed: {replace(swapped, seconds=())}")
