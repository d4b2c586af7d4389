"""TLS of which only a half is there: certificates without their keys, servers whose authority nobody knows."""

from __future__ import annotations

from collections.abc import Iterator

from jobs.inventory.references.listening import placed
from jobs.inventory.references.machines import machine_at
from jobs.inventory.references.mistake import Mistake
from jobs.inventory.references.raw import Raw, items, table, tables

STANDARD = {
    "ca": "/etc/pgbaton/tls/ca.pem",
    "cert": "/etc/pgbaton/tls/client.pem",
    "key": "/etc/pgbaton/tls/client.key",
}
"""Where `pgbaton push` puts them for pgbaton's own processes."""


def tls(raw: Raw) -> Iterator[Mistake]:
    """Every such mistake. What others deploy may be signed by anybody; what we deploy is signed by the
    CA of `pgbaton keys`, and demands certificates of its clients."""
    for path, one in _clients(raw):
        yield from _pair(path, one)
    for name, one in tables(raw, "etcd"):
        if table(one, "machines") and _is_https(items(one, "endpoints")):
            why = "etcd will demand a certificate of its clients"
            yield from _lacking(f"etcd.{name}.tls", table(one, "tls"), ("ca", "cert", "key"), why)
    for name, one in tables(raw, "clusters"):
        yield from _cluster(name, one)
    yield from _redis(raw)
    yield from _webhook(raw)


def _clients(raw: Raw) -> Iterator[tuple[str, Raw]]:
    yield "redis.tls", table(table(raw, "redis"), "tls")
    yield from ((f"etcd.{name}.tls", table(one, "tls")) for name, one in tables(raw, "etcd"))
    for name, one in tables(raw, "clusters"):
        yield f"clusters.{name}.rest", table(one, "rest")
        yield f"clusters.{name}.probe.tls", table(table(one, "probe"), "tls")


def _pair(path: str, one: Raw) -> Iterator[Mistake]:
    for has, lacks in (("cert", "key"), ("key", "cert")):
        if one.get(has) and not one.get(lacks):
            reason = f"needs the {lacks} that belongs to it: {lacks} = {STANDARD[lacks]!r}"
            yield Mistake(path=f"{path}.{has}", reason=reason.replace("'", '"'))


def _lacking(path: str, one: Raw, parts: tuple[str, ...], why: str) -> Iterator[Mistake]:
    halved = bool(one.get("cert")) != bool(one.get("key"))  # told by itself
    absent = [p for p in parts if not one.get(p) and not (halved and p in {"cert", "key"})]
    if absent:
        lines = ", ".join(f'{part} = "{STANDARD[part]}"' for part in absent)
        yield Mistake(path=path, reason=f"{why}; write {lines}")


def _cluster(name: str, one: Raw) -> Iterator[Mistake]:
    rest, probe = table(one, "rest"), table(one, "probe")
    if not table(one, "machines") or not rest.get("ca"):
        return
    why = "Patroni will demand a certificate of its clients"
    yield from _lacking(f"clusters.{name}.rest", rest, ("ca", "cert", "key"), why)
    path, mode = f"clusters.{name}.probe", probe.get("sslmode", "prefer")
    if probe.get("user") and mode == "disable":
        reason = "PostgreSQL will let nobody in without TLS there (rest.ca is set); write verify-ca"
        yield Mistake(path=f"{path}.sslmode", reason=reason)
    if probe.get("user") and str(mode).startswith("verify"):
        why = f"sslmode = {mode} needs the authority that it verifies by"
        yield from _lacking(f"{path}.tls", table(probe, "tls"), ("ca",), why)


def _redis(raw: Raw) -> Iterator[Mistake]:
    one = table(raw, "redis")
    at = placed(one.get("url"), 0)
    if at is None or not str(one.get("url")).startswith("rediss://"):
        return
    if _runs(raw, at[0], "redis"):
        why = "its certificate is signed by the CA of pgbaton keys, which nobody else knows"
        yield from _lacking("redis.tls", table(one, "tls"), ("ca",), why)


def _webhook(raw: Raw) -> Iterator[Mistake]:
    one = table(raw, "webhook")
    own = [at for url in items(one, "urls") if _is_https([url]) and (at := placed(url, 0))]
    if not one.get("ca") and any(_runs(raw, at[0], "web") for at in own):
        why = "its certificate is signed by the CA of pgbaton keys, which nobody else knows"
        yield from _lacking("webhook", {}, ("ca",), why)


def _runs(raw: Raw, host: str, process: str) -> bool:
    machine = machine_at(raw).get(host)
    return process in items(table(table(raw, "machines"), machine or ""), "runs")


def _is_https(urls: list[object]) -> bool:
    return bool(urls) and all(isinstance(url, str) and url.startswith("https://") for url in urls)
