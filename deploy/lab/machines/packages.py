"""What a machine's Debian holds besides what render asks for: without it nothing could log in or boot."""

from __future__ import annotations

GROUND = (
    "acl",
    "ca-certificates",
    "curl",
    "dbus",
    "iproute2",
    "openssh-server",
    "openssl",
    "procps",
    "python3-venv",
    "sudo",
    "systemd-sysv",
)
"""Of the image that Linode boots, as far as anything of ours or of its guests needs it."""

SHOP = ("nginx-light", "php-cli", "php-fpm", "php-pgsql")
"""What the shop's own people installed."""
PACKAGES = (
    *GROUND,
    *SHOP,
    "etcd-server",
    "etcd-client",
    "haproxy",
    "nftables",
    "patroni",
    "postgresql",
    "python3-etcd",
    "python3-psycopg2",
    "redis-server",
)
