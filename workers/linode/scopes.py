"""Which scope a refused token lacks: Linode says only that it is not authorized."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

NEEDED = {
    "nodebalancers": "nodebalancers:read_write",
    "linodes": "linodes:read_only",
    "firewall": "firewall:read_only",
    "events": "events:read_only",
    "domains": "domains:read_write",
}
"""What pgbaton asks for in each area, over all that it does there."""

_AREAS = (
    ("/nodebalancers", ("nodebalancers",)),
    ("/account/events", ("events",)),
    ("/domains", ("domains",)),
    ("/networking/firewalls", ("firewall",)),
    ("/linode/", ("linodes", "firewall")),
)


def scope_remedy(path: str, headers: Mapping[str, str]) -> str:
    """The scope to give, by what the answer accepts or, where it does not say, by what was asked;
    and, where the answer says it, what the token has. Linode's tokens cannot be changed."""
    accepted = tuple(_areas(headers.get("X-Accepted-OAuth-Scopes", ""))) or _asked(path)
    needed = " and ".join(NEEDED[area] for area in accepted)
    has = headers.get("X-OAuth-Scopes", "").strip()
    told = f" (this one has {has[:200]})" if has else ""
    return f"make a token with the scope {needed}{told}"


def _areas(scopes: str) -> Iterator[str]:
    """The areas that a header names, each once, as far as we have to do with them."""
    named = (scope.partition(":")[0] for scope in scopes.replace(",", " ").split())
    yield from dict.fromkeys(area for area in named if area in NEEDED)


def _asked(path: str) -> tuple[str, ...]:
    for start, areas in _AREAS:
        if path.startswith(start):
            return areas if path.endswith("/firewalls") else areas[:1]
    return tuple(NEEDED)
