"""Passwords and keys, each asked for by name: without it they would stand in the inventory.

A secret `redis-password` is, in this order: the variable PGBATON_REDIS_PASSWORD; the file that
PGBATON_REDIS_PASSWORD_FILE names; the file redis-password in $CREDENTIALS_DIRECTORY, where systemd
puts what LoadCredential= gives a unit. In variables, whatever is no letter or digit is `_`.

The names: redis-password, redis-username (of a process that has a user of its own, instead of the
inventory's; see docs/redis.md), redis-sentinel-password, etcd-<id>-password, probe-<cluster>-password,
viewer-password and viewer-tokens (hashes of `pgbaton keys viewer`, between blanks),
sender-<id> (whsec_… texts between blanks), sender-key-<id> (whsk_…, of a sender of our own),
ssh-key (the path of a file), linode-token (a personal access token with nodebalancers:read_write,
linodes:read_only, firewall:read_only, events:read_only, and domains:read_write for DNS records),
slack-token (a bot's, xoxb-…), slack-webhook (an incoming webhook's address; see docs/slack.md),
alert-key (whsk_… or whsec_… texts between blanks, of the alert route; see docs/alerts.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


class SecretUnreadableError(Exception):
    """A secret is said to be in a file that cannot be read; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What this process may know. Holds where to look, never what was found; shows neither."""

    environ: Mapping[str, str] = field(repr=False)

    def get(self, name: str) -> str | None:
        """A secret without its final newline; None where there is none or it is empty. Raises
        SecretUnreadableError."""
        variable = self.variable(name)
        text = self.environ.get(variable)
        if text is None:
            text = self._file(name, self.environ.get(f"{variable}_FILE"))
        return (text or "").rstrip("\r\n") or None

    def words(self, name: str) -> tuple[str, ...]:
        """A secret that is several texts between blanks, such as keys that rotate."""
        return tuple((self.get(name) or "").split())

    @staticmethod
    def variable(name: str) -> str:
        """The environment variable that a secret may stand in."""
        return "PGBATON_" + re.sub("[^A-Z0-9]", "_", name.upper())

    def _file(self, name: str, named: str | None) -> str | None:
        if named:
            return _read(name, Path(named))
        folder = self.environ.get("CREDENTIALS_DIRECTORY")
        path = Path(folder, name) if folder else None
        return _read(name, path) if path is not None and path.is_file() else None


def _read(name: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "is not UTF-8"
        raise SecretUnreadableError(
            f"secret {name}: cannot read {path} ({why}); mend its path, owner or mode"
        ) from None
