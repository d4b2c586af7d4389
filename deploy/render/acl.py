"""What each process may do in Redis; without it one stolen login could undo what all the others wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

Role = Literal["web", "pages", "worker", "probe", "clock", "chronicle", "operator"]
"""Who logs in. The watch needs no Redis; `operator` is who types commands."""
ROLES: Sequence[Role] = get_args(Role)

_NEVER = "-@admin -@dangerous -@scripting -randomkey"
"""Nobody of ours stops, empties, copies or reconfigures the server, asks it for all keys, or keeps code in it."""
_SCRIPTS = "+eval +evalsha +script|load +script|exists"
"""The ledger's steps travel by their digest, and whole where Redis does not know them or RQ's commands go
before them; RQ loads its own. A script may do what its caller may."""
_ASKS = "+info +role +config|get +client|list"
_APPENDS = ("trail", "head", "incidents", "reaches", "seen")
_ASKING = (*_APPENDS, "flight")
_DECIDES = (*_ASKING, "state", "hosts", "assigned", "beats")

_WRITES: Mapping[Role, Sequence[str]] = {
    "web": _ASKING,
    "pages": (),
    "worker": _DECIDES,
    "probe": _APPENDS,
    "clock": _ASKING,
    "chronicle": _APPENDS,
    "operator": _DECIDES,
}
_OWN = ("done:*", "lease:*", "memory:*", "moved")
"""What every process but the pages writes for itself: steps done, leases, texts, jobs on their way."""
_ENQUEUE: frozenset[Role] = frozenset({"web", "worker", "clock", "operator"})


def rules(role: Role, prefix: str) -> str:
    """The rules of one role's user, as `ACL SETUSER` takes them after its password. A stream can only be
    read and added to; the operator alone drops exported entries from its beginning."""
    kinds = [kind for kind in _WRITES[role] if kind != "trail"]
    own = _OWN if role != "pages" else ()
    written = [f"~{prefix}:{one}" for one in (*(f"{kind}:*" for kind in kinds), *own)]
    queue = "~rq:* &rq:*" if role in _ENQUEUE else "%R~rq:* resetchannels"
    return " ".join(
        [
            *(queue, f"%R~{prefix}:*", *written),
            *("+@all", _NEVER, _SCRIPTS, _ASKS),
            *_trail(role, prefix),
        ]
    )


def _trail(role: Role, prefix: str) -> Sequence[str]:
    """Selectors (Redis 7): the root's own rules give no writing command on these keys."""
    if "trail" not in _WRITES[role]:
        return ()
    drops = " +xtrim" if role == "operator" else ""
    return (f"(~{prefix}:trail:* +xadd{drops})",)


def users(prefix: str) -> str:
    """One line a role for an ACL file. Each is off and has no password: whoever installs them gives both."""
    return "".join(f"user pgbaton-{role} off resetpass {rules(role, prefix)}\n" for role in ROLES)
