"""Who asks, and whether this token may: without it, a missing scope could not be rehearsed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from deploy.lab.linode.rest.refusal import refuse

UNAUTHORIZED = "Your OAuth token is not authorized to use this endpoint."
EVERYTHING = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A personal access token. `scopes` as Linode writes them: "nodebalancers:read_write
    linodes:read_only", or "*". `restricted`: its user has no grants, so that writing is a 403."""

    secret: str
    scopes: str = EVERYTHING
    restricted: bool = False

    def require(self, scope: str) -> None:
        """Refuse what this token may not do."""
        if scope and not self._holds(scope):
            raise refuse(UNAUTHORIZED, status=401)
        if self.restricted and scope.endswith(":read_write"):
            raise refuse("Unauthorized", status=403)

    def _holds(self, scope: str) -> bool:
        held = self.scopes.replace(",", " ").split()
        area, _, right = scope.partition(":")
        enough = {EVERYTHING, f"{area}:*", f"{area}:read_write", f"{area}:{right}"}
        return not enough.isdisjoint(held)


def identify(tokens: Sequence[Token], header: str | None) -> Token:
    """The token of an Authorization header."""
    kind, _, secret = (header or "").partition(" ")
    known = [t for t in tokens if secrets.compare_digest(t.secret.encode(), secret.encode())]
    if kind.lower() != "bearer" or not known:
        raise refuse("Invalid Token", status=401)
    return known[0]
