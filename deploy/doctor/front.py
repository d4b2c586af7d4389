"""The NodeBalancer itself: whether it is there, where it is, and whom it keeps out."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from deploy.doctor.evidence import Evidence, Unseen
from deploy.doctor.finding import Finding, error, listed, warning
from jobs.balancer.found import FoundBalancer
from jobs.inventory.linode import is_ip

PRIVATE = ipaddress.ip_network("192.168.128.0/17")
"""Where Linode's private IPv4 addresses lie."""


def front(seen: Evidence) -> Iterator[Finding]:
    match seen.found:
        case Unseen():
            why = "What Linode shows is not looked at; all that follows is judged without it."
            yield error("unseen", f"not seen: {seen.found.reason}", why, seen.found.remedy)
        case None:
            yield _missing(seen)
        case FoundBalancer():
            yield from _found(seen, seen.found)
    yield from _premium(seen)


def _missing(seen: Evidence) -> Finding:
    what = f"Linode knows no NodeBalancer labelled {seen.want.label}"
    why = "There is nothing that applications could log in through."
    if seen.want.region is None:
        remedy = f'write region = "…" in {seen.table_name}, then: {seen.apply}'
        return error("balancer", what, why, remedy)
    return error("balancer", what, why, f"create it: {seen.apply}")


def _found(seen: Evidence, found: FoundBalancer) -> Iterator[Finding]:
    if seen.config is None:
        yield _no_config(seen, found)
    yield from _address(seen, found)
    yield from _place(seen, found)
    if found.throttle:
        yield _throttled(found)


def _no_config(seen: Evidence, found: FoundBalancer) -> Finding:
    ports = listed([str(c.port) for c in found.configs]) or "none"
    return error(
        "port",
        f"port {seen.want.port} has no configuration; there is: {ports}",
        f"Nobody listens on {seen.want.port}: every application is refused.",
        seen.apply,
    )


def _address(seen: Evidence, found: FoundBalancer) -> Iterator[Finding]:
    written, has = seen.table.address, [a for a in (found.ipv4, found.ipv6) if a]
    if not has:
        return
    remedy = f'write address = "{has[0]}" in {seen.table_name}'
    if written is None:
        why = "pgbaton cannot log in through it, and a login is the only proof that it leads right."
        yield warning("address", f"address is not set, must be {has[0]}", why, remedy)
    elif is_ip(written) and written not in {a.partition("/")[0] for a in has}:
        what = f"address is {written}, must be {listed(has).replace(' and ', ' or ')}"
        why = "Applications and pgbaton's own logins go to an address that is not this balancer's."
        yield error("address", what, why, remedy)


def _place(seen: Evidence, found: FoundBalancer) -> Iterator[Finding]:
    if seen.want.region is not None and found.region != seen.want.region:
        yield error(
            "region",
            f"region is {found.region}, must be {seen.want.region}",
            "A NodeBalancer reaches backends of its own region alone; it can never be moved.",
            f"mend the region in {seen.table_name}, or create another under another label",
        )
    if found.type != seen.want.type:
        yield warning(
            "type",
            f"type is {found.type}, must be {seen.want.type}",
            "Limits, price and what backends it takes differ; a type can never be changed.",
            f"mend the type in {seen.table_name}, or create another under another label",
        )


def _throttled(found: FoundBalancer) -> Finding:
    return warning(
        "throttle",
        f"client_conn_throttle is {found.throttle}, must be 0",
        f"After a failover a pool opens all its connections at once, from one address; beyond "
        f"{found.throttle} a second they are refused, just when everybody comes back.",
        f"linode-cli nodebalancers update {found.id} --client_conn_throttle 0",
    )


def _premium(seen: Evidence) -> Iterator[Finding]:
    kind = seen.want.type if seen.balancer is None else seen.balancer.type
    private = [n.label for n in seen.want.nodes if _is_private(n.address.host)]
    if kind == "common" or not private or seen.want.subnet_id is not None:
        return
    yield error(
        "premium",
        f"type is {kind}, and {listed(private)} have private IPv4 addresses",
        f"A {kind} NodeBalancer takes backends in a VPC or with public IPv6 only: Linode refuses these.",
        f'write subnet_id and VPC addresses in {seen.table_name}, or type = "common"',
    )


def _is_private(host: str) -> bool:
    try:
        return ipaddress.ip_address(host) in PRIVATE
    except ValueError:
        return False
