"""How a lab is looked into: plain processes and booted machines differ here, and nowhere else in a drill."""

from __future__ import annotations

import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import redis

from deploy.lab import layout, patroni, sentinel, shophost
from deploy.lab.redis import connect

if TYPE_CHECKING:
    from deploy.lab.lab import Lab


class Footing(Protocol):
    """Every method is for the thread that opened the lab. Files are read where they lie, whether their
    machine still lives or not."""

    def rest(self, member: str, path: str = "/patroni") -> Mapping[str, Any]:
        """What a member's REST API says; an empty mapping where it does not answer."""

    def etcd(self, name: str) -> HTTPConnection:
        """A connection to the JSON gateway of one member of etcd, not made yet."""

    def redis(self) -> redis.Redis:
        """A client for everything that Redis holds."""

    def metrics(self) -> str:
        """What the webhook shows to whoever scrapes it."""

    def env(self, host: str) -> Path:
        """A shop's `.env`."""

    def journals(self, host: str) -> Path:
        """The folder in which the remote script keeps a host's journals."""

    def boots(self, host: str) -> list[tuple[float, str]]:
        """Every start of a shop: when, and with which DB_HOST."""

    def close_intake(self) -> None:
        """End the webhook: from now on no event is accepted."""

    def accepted(self) -> frozenset[str]:
        """Ids of the events that the webhook answered with 202, by its access log."""

    def logs(self) -> Mapping[str, str]:
        """Whatever machines and processes wrote down, by the name of the place."""


@dataclass(frozen=True, slots=True)
class Plain:
    """Plain processes, each machine's files in its folder, nothing encrypted."""

    lab: Lab

    def rest(self, member: str, path: str = "/patroni") -> Mapping[str, Any]:
        return patroni.rest(member, path)

    def etcd(self, name: str) -> HTTPConnection:
        return HTTPConnection(layout.ETCD[name], 2379)

    def redis(self) -> redis.Redis:
        if sentinel.watched(self.lab):
            return sentinel.connect(sentinel.watchers(self.lab), self.lab.secrets.redis)
        return connect(self.lab.secrets.redis)

    def metrics(self) -> str:
        with urllib.request.urlopen(f"{layout.WEBHOOK}/metrics", timeout=30) as answer:  # noqa: S310 - the lab's own
            return str(answer.read().decode())

    def env(self, host: str) -> Path:
        return self.lab.folder / host / "srv/shop/.env"

    def journals(self, host: str) -> Path:
        return self.lab.folder / host / "var-lib/pgbaton"

    def boots(self, host: str) -> list[tuple[float, str]]:
        return shophost.boots(self.lab.folder / host)

    def close_intake(self) -> None:
        web = [p for p in self.lab.machines["control"].processes if p.name == "web" and p.alive]
        web[-1].stop(grace=20)

    def accepted(self) -> frozenset[str]:
        return accepted((self.lab.folder / "control/access.log").read_text())

    def logs(self) -> Mapping[str, str]:
        """Logs of all processes, PostgreSQL's own, and the rejected events of the hooks."""
        folder = self.lab.folder
        kinds = ("*/log/*.log", "*/access.log", "*/postgresql-log/*", "*/spool/rejected/*")
        return texts(folder, *(path for kind in kinds for path in folder.glob(kind)))


def accepted(log: str) -> frozenset[str]:
    """The ids behind a 202 in lines of status and id."""
    words = (line.split() for line in log.splitlines())
    return frozenset(w[1] for w in words if len(w) == 2 and w[0] == "202")  # noqa: PLR2004


def texts(folder: Path, *paths: Path) -> Mapping[str, str]:
    """What files hold, by their names below a folder."""
    files = (path for path in paths if path.is_file())
    return {str(p.relative_to(folder)): p.read_text(errors="replace") for p in files}
