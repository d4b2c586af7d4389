"""A cluster with shops at the leader, shops behind a NodeBalancer and a DNS record, as an inventory that changes."""

from __future__ import annotations

from tests.unit.jobs.balancer.values import LINODE
from tests.unit.jobs.road.climate import STORE
from tests.world import HOST_KEY

BEHIND_ENV = "/srv/behind/.env"
RIGHT, WRONG = (
    f"APP=behind\nDB_HOST={host}\nDB_PORT=5432\n".encode() for host in ("192.0.2.10", "10.9.9.9")
)

CLUSTER = (
    STORE.replace('scope = "shop"', 'scope = "shop"\npostgresql_port = 5433')
    + f"""
[hosts.web3]
address = "10.0.1.3"
host_keys = ["{HOST_KEY}"]
[dns.db]
cluster = "shop"
domain = "example.com"
name = "db"
"""
)
MACHINES = LINODE.split("[nodebalancers")[0]
BEHIND = f"""
[applications.behind]
cluster = "shop"
hosts = ["web2", "web3"]
endpoint = "nodebalancer"
services = [{{ name = "behind" }}]
[[applications.behind.files]]
path = "{BEHIND_ENV}"
keys = {{ DB_HOST = "{{host}}", DB_PORT = "{{port}}" }}
"""


def versions(modes: str) -> tuple[str, ...]:
    """As it is, one host a job, one host fewer behind, no balancer and nobody behind one, and those
    behind it at the leader."""
    front = LINODE + f'modes = "{modes}"\nwithin = 10\n'
    whole = CLUSTER + front + BEHIND
    fewer = whole.replace('hosts = ["web2", "web3"]', 'hosts = ["web3"]')
    moved = whole.replace('endpoint = "nodebalancer"\n', "")
    return whole, whole + "[timing]\nchunk = 1\n", fewer, CLUSTER + MACHINES, moved
