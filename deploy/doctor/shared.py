"""What several subjects look at, asked once a run: who leads, the newest entries, each machine over SSH."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.doctor.evidence import Unseen
from deploy.doctor.seeing.kept import Kept
from deploy.doctor.seeing.machines import Way, see_machine, ways
from deploy.doctor.seeing.redis import see_redis
from deploy.doctor.seeing.trail import Recent, read_recent
from deploy.keyring import MissingKeyError
from deploy.site import CannotPlace, Placed, placed
from jobs.claims import ClusterView
from jobs.ports import LedgerUnavailable
from jobs.verdict import Confirmed, Leadership
from workers.redis import connect
from workers.ssh.keys import BadKeyError, load_key
from workers.store import redis_of

if TYPE_CHECKING:
    from paramiko import PKey

    from deploy.doctor.subjects.machines import MachineSeen
    from deploy.doctor.subjects.redis import RedisSeen
    from deploy.doctor.surroundings import Surroundings

NOBODY = "no endpoint can answer"
"""How the adapter begins where etcd is out of reach; what else it says is worth repeating."""
REDIS_REPLY = 3.0
"""Seconds for one reply of Redis."""


NO_REDIS = Unseen(reason="Redis gives no answer", remedy="see redis")


class Shared:
    """The looks of one run over its surroundings; any thread may ask."""

    def __init__(self, around: Surroundings) -> None:
        self.around = around
        self.looks = Kept(around.look)
        self.recents: Kept[str, Recent | Unseen] = Kept(self._recent)
        self.machines: Kept[str, MachineSeen | Unseen] = Kept(self._machine)
        self.redis = connect(redis_of(around.inventory, around.secrets), read=REDIS_REPLY)
        self.redis_seen: Kept[str, RedisSeen | Unseen] = Kept(lambda _: see_redis(self.redis))
        self.placed = _placed(around)
        self._ways = _ways(around, self.placed)

    def leadership(self, cluster: str) -> Leadership | None:
        """The proven one."""
        verdict = self.looks(cluster)[1]
        return verdict.leadership if isinstance(verdict, Confirmed) else None

    def unproven(self, cluster: str) -> str:
        """Why there is none."""
        return self.looks(cluster)[1].reason

    def view(self, cluster: str) -> ClusterView | Unseen:
        """The cluster as etcd has it."""
        view = self.looks(cluster)[0].before
        if isinstance(view, ClusterView):
            return view
        silent = view.reason.startswith(NOBODY)
        return Unseen(reason="etcd gives no answer" if silent else view.reason, remedy="see etcd")

    def way(self, machine: str) -> Way | Unseen:
        """How a machine is reached over SSH."""
        unnamed = Unseen(reason=f"the inventory does not place {machine}", remedy="pgbaton check")
        return self._ways.get(machine, unnamed)

    def _recent(self, cluster: str) -> Recent | Unseen:
        if isinstance(self.redis_seen(""), Unseen):
            return NO_REDIS
        try:
            return read_recent(self.around.trail, cluster)
        except LedgerUnavailable as error:
            return Unseen(reason=error.reason, remedy=error.remedy)

    def _machine(self, name: str) -> MachineSeen | Unseen:
        way = self.way(name)
        if isinstance(way, Unseen):
            return way
        return see_machine(self.around.inventory, self.placed[name], way, ping=self.around.pings)


def _placed(around: Surroundings) -> Mapping[str, Placed]:
    """None where the inventory places them in two ways: `pgbaton check` says so."""
    try:
        return placed(around.inventory)
    except CannotPlace:
        return {}


def _ways(around: Surroundings, machines: Mapping[str, Placed]) -> Mapping[str, Way | Unseen]:
    found = {name: _pinned(around, one) for name, one in machines.items()}
    return ways(
        around.inventory, machines, push=_push(around), worker=_worker(around), host_keys=found
    )


def _push(around: Surroundings) -> PKey | Unseen:
    if isinstance(around.keyring, Unseen):
        return around.keyring
    try:
        return load_key(around.keyring.folder / "ssh" / "push")
    except BadKeyError as error:
        return Unseen(reason=str(error), remedy="pgbaton keys make")


def _worker(around: Surroundings) -> PKey | None:
    named = around.secrets.get("ssh-key")
    try:
        return None if named is None else load_key(Path(named))
    except BadKeyError:
        return None  # the hosts' own reading says so


def _pinned(around: Surroundings, machine: Placed) -> tuple[str, ...]:
    if machine.host_keys or isinstance(around.keyring, Unseen):
        return machine.host_keys
    try:
        return around.keyring.pins(machine.name)
    except MissingKeyError:
        return ()
