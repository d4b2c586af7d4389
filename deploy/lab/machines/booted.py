"""How booted machines are looked into: over TLS, through systemd, and on the disks they leave."""

from __future__ import annotations

import ssl
import subprocess
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any

import redis

from deploy.lab import layout
from deploy.lab.answers import asked
from deploy.lab.drill.history import UNREAD
from deploy.lab.footing import accepted, texts
from deploy.lab.lab import Lab
from deploy.lab.machines.inventory import SHOP, WEBHOOK
from deploy.lab.machines.shophost import boots
from deploy.lab.machines.site import WEB, Site
from workers.redis import connect
from workers.secrets import Secrets
from workers.store import redis_of
from workers.tls import Tls


@dataclass(frozen=True)
class Booted:
    """A lab of booted machines, each from `image`; `site` is the operator's own folder."""

    lab: Lab
    site: Site
    image: Path

    def disk(self, machine: str) -> Path:
        """What a machine wrote, over the image."""
        return self.lab.folder / machine / "disk"

    @cached_property
    def tls(self) -> ssl.SSLContext:
        certificates = self.site.keyring.folder / "certificates"
        return Tls(
            ca=self.site.keyring.folder / "ca.pem",
            cert=certificates / "pgbaton.client.pem",
            key=certificates / "pgbaton.client.key",
        ).context()

    def rest(self, member: str, path: str = "/patroni") -> Mapping[str, Any]:
        return asked(f"https://{layout.MEMBERS[member]}:8008{path}", tls=self.tls)

    def etcd(self, name: str) -> HTTPConnection:
        return HTTPSConnection(layout.ETCD[name], 2379, context=self.tls)

    def redis(self) -> redis.Redis:
        known = Secrets({"PGBATON_REDIS_PASSWORD": self.lab.secrets.redis})
        return connect(redis_of(self.lab.inventory, known), read=10)

    def metrics(self) -> str:
        return self._read(f"{WEBHOOK}/metrics", within=30)

    def env(self, host: str) -> Path:
        return self.disk(host) / SHOP.lstrip("/") / ".env"

    def journals(self, host: str) -> Path:
        return self.disk(host) / "var/lib/pgbaton"

    def boots(self, host: str) -> list[tuple[float, str]]:
        return boots(self.disk(host))

    def close_intake(self) -> None:
        self.lab.machines["control"].run(["systemctl", "stop", WEB], timeout=60)

    def accepted(self) -> frozenset[str]:
        return accepted(journal(self.disk("control"), "--unit", WEB))

    def logs(self) -> Mapping[str, str]:
        """Every machine's journal, consoles, PostgreSQL's and the shop's logs, rejected events."""
        folder = self.lab.folder
        kinds = ("*/console.log", "*/log/*.log", "*/disk/var/log/postgresql/*",
                 "*/disk/var/log/shop/*", "*/disk/var/log/nginx/*",
                 "*/disk/var/spool/pgbaton/**/rejected/*")  # fmt: skip
        journals = {
            f"{name}'s journal": journal(self.disk(name))
            for name in self.lab.machines
            if self.disk(name).exists()
        }
        return {**texts(folder, *(p for kind in kinds for p in folder.glob(kind))), **journals}

    def _read(self, url: str, *, within: float) -> str:
        with urllib.request.urlopen(url, timeout=within, context=self.tls) as answer:  # noqa: S310 - the lab's own
            return str(answer.read().decode())


def journal(disk: Path, *arguments: str) -> str:
    """A machine's journal by the file that it lies in: the machine need not live any more."""
    folder = f"--directory={disk / 'var/log/journal'}"
    done = subprocess.run(
        ["journalctl", folder, "--no-pager", "--quiet", "--output=cat", *arguments],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=60,
    )
    if done.returncode or not done.stdout:
        return f"{UNREAD}: {done.stderr.strip() or 'no journal lies there'}"
    return done.stdout
