"""Redis and the webhook: a URL that points at a machine of ours which does not run what it means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jobs.inventory.linode import is_ip
from jobs.inventory.references.listening import placed
from jobs.inventory.references.machines import machine_at
from jobs.inventory.references.mistake import Mistake
from jobs.inventory.references.raw import Raw, items, table, tables
from jobs.inventory.spelling import is_loopback


def processes(raw: Raw) -> Iterator[Mistake]:
    """Only machines with a table of their own are judged: what others run is not ours to know."""
    redis = table(raw, "redis").get("url")
    if isinstance(redis, str) and redis.startswith(("redis://", "rediss://")):
        yield from _answered(raw, "redis", [("redis.url", redis)])
    urls = items(table(raw, "webhook"), "urls")
    yield from _answered(raw, "web", [(f"webhook.urls.{i}", url) for i, url in enumerate(urls)])


def _answered(raw: Raw, process: str, urls: Sequence[tuple[str, object]]) -> Iterator[Mistake]:
    here, ours = machine_at(raw), dict(tables(raw, "machines"))
    at = {path: found[0] for path, url in urls if (found := placed(url, 0)) is not None}
    for path, host in at.items():
        machine = here.get(host)
        if machine in ours and process not in items(ours[machine], "runs"):
            reason = (
                f"{host} is {machine}, which runs no {process}; write it into [machines.{machine}] "
                f"runs, or name the machine that does"
            )
            yield Mistake(path=path, reason=reason)
    if at and all(is_ip(host) and not is_loopback(host) for host in at.values()):
        yield from _unheard(raw, process, {here.get(host) for host in at.values()}, urls[0][0])


def _unheard(raw: Raw, process: str, named: set[str | None], path: str) -> Iterator[Mistake]:
    """A machine that runs it, and that nobody is told of."""
    key = path.rpartition(".")[0] if process == "web" else path
    for machine, one in tables(raw, "machines"):
        if process in items(one, "runs") and machine not in named:
            reason = f"{key} does not name {machine}, so nobody would use its {process}; add its address there, or take it out"
            yield Mistake(path=f"machines.{machine}.runs", reason=reason)
