"""Which Debian packages the image has: what render asks for, and what was there before pgbaton came."""

from __future__ import annotations

from deploy.lab.machines.site import Site
from deploy.render import blueprints

GROUND = ("acl", "ca-certificates", "curl", "dbus", "iproute2", "openssl", "procps", "python3-venv",
          "sudo", "systemd-sysv")  # fmt: skip
"""What any Linode's own Debian has, as far as somebody here needs it."""
SHOP = ("nginx-light", "php-cli", "php-fpm", "php-pgsql")
"""What the shop's own people installed."""


def packages(site: Site) -> tuple[str, ...]:
    """Each once, in the order of their names: one image serves every machine."""
    plans = blueprints(site.inventory, site.keyring).values()
    asked = (name for plan in plans for name in plan.packages)
    return tuple(sorted({*GROUND, *SHOP, *asked}))
