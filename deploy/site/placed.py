"""One machine with everything that runs on it: the inventory says that from four sides."""

from __future__ import annotations

from dataclasses import dataclass

from jobs.inventory import Address, Process


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A machine. `address` (IP or name, no port) is where the others reach it, `ssh` where push does.

    `etcd`: the etcd cluster it is a member of; `cluster`: the PostgreSQL cluster it is a member of, under
    its own name; `host`: whether applications run on it; `runs`: Redis and pgbaton's own processes.
    `host_keys` as the inventory pins them; empty where only the keyring knows.
    """

    name: str
    address: str
    ssh: Address
    etcd: str | None = None
    cluster: str | None = None
    host: bool = False
    runs: tuple[Process, ...] = ()
    workers: int = 0
    host_keys: tuple[str, ...] = ()

    @property
    def ours(self) -> tuple[Process, ...]:
        """What of pgbaton's own runs here."""
        return tuple(one for one in self.runs if one != "redis")
