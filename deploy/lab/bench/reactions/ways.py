"""Roads to the leader without pgbaton: HAProxy that asks Patroni, and a NodeBalancer; and when a login by them lands there."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import psycopg

from deploy.lab import front, layout, pgbaton
from deploy.lab.inventory import PROFILES, endpoints_of, inventory_toml
from deploy.lab.lab import Lab
from deploy.lab.machine import LabError
from deploy.lab.process import wait_until

HAPROXY = {"haproxy": "10.77.0.95"}
PORT = 5000
EVERY = 0.1
"""Seconds between two logins: each costs PostgreSQL a process, and pgbaton is measured beside them."""

HAPROXY_CFG = """\
# As Patroni's documentation has it.
global
    maxconn 100
defaults
    mode tcp
    retries 2
    timeout client 30m
    timeout connect 4s
    timeout server 30m
    timeout check 5s
listen primary
    bind *:{port}
    option httpchk OPTIONS /primary
    http-check expect status 200
    default-server inter 3s fall 3 rise 2 on-marked-down shutdown-sessions
{servers}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """An address that should lead to whoever leads."""

    host: str
    port: int


WAYS: Mapping[str, Way] = {
    "haproxy": Way(host=HAPROXY["haproxy"], port=PORT),
    "nodebalancer": Way(host=layout.BALANCER_ADDRESS, port=layout.BALANCER_PORT),
}


def start_haproxy(lab: Lab) -> None:
    """HAProxy on a machine of its own, before the members' own PostgreSQL."""
    machine = lab.machines["haproxy"]
    config = machine.folder / "haproxy.cfg"
    config.write_text(haproxy_cfg())
    machine.start("haproxy", ["haproxy", "-db", "-f", str(config)])


def haproxy_cfg() -> str:
    """A server line a member."""
    servers = (
        f"    server {name} {address}:{layout.POSTGRESQL_PORT} maxconn 100 check port 8008"
        for name, address in layout.MEMBERS.items()
    )
    return HAPROXY_CFG.format(port=PORT, servers="\n".join(servers))


def start_balancer(lab: Lab) -> None:
    """A NodeBalancer with the reference's check. It is in no inventory that pgbaton's processes read:
    what is measured is what it does by itself."""
    front.start_linode(lab)
    wait_until("Linode's API", front.linode_answers, seconds=10)
    file = lab.folder / "balancer.toml"
    endpoints = endpoints_of("nodebalancer")
    file.write_text(
        inventory_toml(profile=PROFILES["lab"], secrets=lab.secrets, endpoints=endpoints)
    )
    done = lab.machines["control"].run(
        [pgbaton.program("pgbaton"), "nodebalancer", "apply", layout.BALANCER],
        env={
            **pgbaton.environment(lab, "cli"),
            "PGBATON_INVENTORY": str(file),
            "PGBATON_LINODE_TOKEN": lab.secrets.linode,
        },
        timeout=60,
    )
    if done.returncode:
        raise LabError(f"pgbaton nodebalancer apply: {done.stdout}{done.stderr}")


@dataclass(slots=True, kw_only=True)
class Landings:
    """When the first login by each way landed on another leader than the one at `left`: by the way's name,
    in seconds since 1970."""

    password: str = field(repr=False)
    left: str
    at: dict[str, float] = field(default_factory=dict)

    def look(self) -> None:
        """Log in again and again from now on, from this thread's network."""
        for name, way in WAYS.items():
            threading.Thread(target=self._look, args=(name, way), daemon=True).start()

    @property
    def all(self) -> bool:
        """Whether nothing is looked for any more."""
        return set(self.at) == set(WAYS)

    def _look(self, name: str, way: Way) -> None:
        while leader_by(way, self.password) in {None, self.left}:
            time.sleep(EVERY)
        self.at[name] = time.time()


def leader_by(way: Way, password: str) -> str | None:
    """The address of the server on which a login lands, where it takes writes."""
    try:
        with psycopg.connect(
            host=way.host,
            port=way.port,
            dbname="postgres",
            user="pgbaton",
            password=password,
            connect_timeout=2,
        ) as connection:
            row = connection.execute(WHERE).fetchone()
            return str(row[0]) if row and row[0] else None
    except psycopg.Error:
        return None


WHERE = "SELECT host(inet_server_addr()) WHERE NOT pg_is_in_recovery()"
