"""Who asks, and whether this token may: without it, a missing scope could not be rehearsed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from deploy.lab.linode.refusal import refuse

UNAUTHORIZED = "Your OAuth token is not authorized to use this endpoint."
EVERYTHING = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A personal access token. `scopes` as Linode writes them: "nodebalancers:read_write
    linodes:read_only", or "*". `restricted`: its user has no grants, so that writing is a 403."""

    secret: str
    scopes: str = EVERYTHING
    restricted: bool = False

    def may(self, scope: str | None) -> bool:
        """Whether it has this scope; read_write includes read_only."""
        held = self.scopes.replace(",", " ").split()
        if scope is None or EVERYTHING in held or scope in held:
            return True
        area, _, right = scope.partition(":")
        return right == "read_only" and f"{area}:read_write" in held


def admit(tokens: Sequence[Token], header: str | None, scope: str | None) -> Token:
    """The token of an Authorization header, if it may do what needs this scope."""
    kind, _, secret = (header or "").partition(" ")
    known = [t for t in tokens if secrets.compare_digest(t.secret.encode(), secret.encode())]
    if kind.lower() != "bearer" or not known:
        raise refuse("Invalid Token", status=401)
    token = known[0]
    if not token.may(scope):
        raise refuse(UNAUTHORIZED, status=401)
    if token.restricted and scope is not None and scope.endswith(":read_write"):
        raise refuse("Unauthorized", status=403)
    return token
