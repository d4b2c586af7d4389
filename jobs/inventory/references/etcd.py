"""An etcd that could not keep a quorum, or whose endpoints are not its machines."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from jobs.inventory.linode import is_ip
from jobs.inventory.references.mistake import Mistake
from jobs.inventory.references.raw import Raw, items, table, tables, texts
from jobs.inventory.spelling import spelled

MOST = 7


def etcd(raw: Raw) -> Iterator[Mistake]:
    """Every such mistake of `etcd`."""
    for name, one in tables(raw, "etcd"):
        yield from _count(name, len(table(one, "machines")))
        yield from _endpoints(name, one)


def _count(name: str, count: int) -> Iterator[Mistake]:
    path = f"etcd.{name}.machines"
    if count and count % 2 == 0:
        fewer = (count - 1) // 2
        yield Mistake(
            path=path,
            reason=(
                f"an even number bears no more losses than one fewer: of {count} machines {fewer} "
                f"may be lost, of {count - 1} as many, of {count + 1} {fewer + 1}; write "
                f"{count + 1} or {count - 1}"
            ),
        )
    elif count > MOST:
        reason = f"{count} machines make each write wait for {count // 2 + 1}; {MOST} are the most"
        yield Mistake(path=path, reason=reason)


def _parts(endpoint: object) -> SplitResult | None:
    """None for what is no URL, which is said elsewhere."""
    try:
        return urlsplit(endpoint) if isinstance(endpoint, str) and "://" in endpoint else None
    except ValueError:
        return None


def _endpoints(name: str, one: Raw) -> Iterator[Mistake]:
    ours = {machine: _spelled(text) for machine, text in texts(one, "machines")}
    seen: dict[str, int] = {}
    schemes: set[str] = set()
    for i, endpoint in enumerate(items(one, "endpoints")):
        parts = _parts(endpoint)
        if parts is None or not parts.hostname:
            continue
        path, host = f"etcd.{name}.endpoints.{i}", _spelled(parts.hostname)
        schemes.add(parts.scheme)
        if seen.setdefault(f"{host} {parts.netloc.rpartition(':')[2]}", i) != i:
            yield Mistake(path=path, reason="stands there already; each member is named once")
        if ours and is_ip(host) and host not in ours.values():
            have = ", ".join(f"{machine} = {address}" for machine, address in ours.items())
            reason = f"{host} is no machine of [etcd.{name}]; there is: {have}"
            yield Mistake(path=path, reason=reason)
    if len(schemes) > 1:
        reason = "mixes http:// and https://; members speak one of them: write https:// everywhere"
        yield Mistake(path=f"etcd.{name}.endpoints", reason=reason)


def _spelled(text: str) -> str:
    try:
        return spelled(f"[{text}]" if text.count(":") > 1 else text)
    except ValueError:
        return text
