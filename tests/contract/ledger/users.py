"""Redis' users as `pgbaton script redis-acl` has them: without it only a client that may anything would be tested."""

from __future__ import annotations

import re
import secrets

from deploy.render.acl import Role, rules
from tests.contract.ledger.server import RedisServer
from tests.waiting import PATIENCE
from workers.redis import Redis, RedisSettings, connect


def logged_in(server: RedisServer, role: Role) -> Redis:
    """A client of this role; its user is made anew."""
    password = secrets.token_hex(8)
    words = re.findall(r"\([^)]*\)|\S+", rules(role, "pgbaton"))
    user = f"pgbaton-{role}"
    admin = server.client()
    admin.execute_command("ACL", "SETUSER", user, "reset", "on", f">{password}", *words)  # type: ignore[no-untyped-call]
    url = f"unix://{server.socket}"
    settings = RedisSettings(url=url, username=user, password=password)
    return connect(settings, read=PATIENCE)
