"""An inventory that asks for every kind of key: without it each test would write its own."""

from collections.abc import Mapping

TLS = '{ ca = "/etc/pgbaton/tls/ca.pem", cert = "/etc/pgbaton/tls/client.pem", key = "/etc/pgbaton/tls/client.key" }'


def site_toml(etcd: Mapping[str, str], *, port: int = 2379) -> str:
    """The text, as a person wrote it: no public half of any key is in it yet."""
    machines = ", ".join(f'{name} = "{address}"' for name, address in etcd.items())
    endpoints = ", ".join(f'"https://{address}:{port}"' for address in etcd.values())
    return f"""\
# the shop's site
[redis]
url = "rediss://127.0.0.41:6379/0"  # TLS alone
tls = {{ ca = "/etc/pgbaton/tls/ca.pem" }}

[etcd.main]
endpoints = [{endpoints}]
tls = {TLS}
machines = {{ {machines} }}

[clusters.shop]
etcd = "main"
scope = "main"
machines = {{ pg1 = "127.0.0.21", pg2 = "127.0.0.22" }}
rest = {TLS}
probe = {{ user = "pgbaton" }}
databases = {{ shop = "shop" }}

[hosts.web1]
address = "127.0.0.31"  # behind the balancer

[applications.shop]
cluster = "shop"
hosts = ["web1"]
files = [{{ path = "/var/www/shop/.env", keys = {{ DB_HOST = "{{host}}" }} }}]
services = [{{ name = "php8.2-fpm" }}]

[webhook]
urls = ["https://hooks.example.net:8000"]
ca = "/etc/pgbaton/tls/ca.pem"

[machines.control1]
address = "127.0.0.41"
runs = ["redis", "web", "pages", "worker", "watch", "probe", "clock", "chronicle"]
"""
