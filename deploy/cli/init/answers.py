"""The questions of `pgbaton init` in their order, and the answers as a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from deploy.cli.exits import Exit, Fault
from deploy.cli.init import questions as q
from deploy.cli.init import reading as ask
from deploy.cli.init.asking import Asker, Question, answered
from deploy.outline import Adopted, Kind, Whole, pins
from jobs.presets import PRESETS

Flags = Mapping[str, str | None]


def whole(asker: Asker, flags: Flags, said: tuple[str, ...], *, compact: bool) -> Whole:
    """A new architecture."""
    cluster = answered(asker, q.CLUSTER, flags["cluster"])
    return Whole(
        cluster=cluster,
        kind=_kind(asker, flags["preset"], said, cluster=cluster),
        hosts=answered(asker, q.HOSTS, flags["hosts"]),
        databases=_databases(asker, flags["databases"], compact=compact),
        etcd=0 if compact else answered(asker, q.ETCD, flags["etcd"]),
        compact=compact,
        controls=answered(asker, q.CONTROLS, flags["controls"]),
        balancer=answered(asker, q.BALANCER, flags["balancer"]),
        ttl=answered(asker, q.TTL, flags["ttl"]),
        region=answered(asker, q.REGION, flags["region"]),
        prefix=cluster if flags["prefix"] is None else flags["prefix"],
        subnet=answered(asker, q.SUBNET, flags["subnet"]),
        operators=answered(asker, q.OPERATORS, flags["operators"]),
        slack=answered(asker, q.SLACK, flags["slack"]),
    )


def adopted(asker: Asker, flags: Flags, said: tuple[str, ...]) -> Adopted:
    """A cluster that others run."""
    cluster = answered(asker, q.CLUSTER, flags["cluster"])
    return Adopted(
        cluster=cluster,
        endpoints=answered(asker, q.ENDPOINTS, flags["endpoints"]),
        scope=answered(asker, q.SCOPE, flags["scope"]),
        namespace=answered(asker, q.NAMESPACE, flags["namespace"]),
        members=answered(asker, q.MEMBERS, flags["members"]),
        controls=answered(asker, q.CONTROL_MACHINES, flags["control_machines"]),
        hosts=answered(asker, q.HOST_MACHINES, flags["host_machines"]),
        kind=_kind(asker, flags["preset"], said, cluster=cluster),
        pins=_pins(answered(asker, q.KNOWN_HOSTS, flags["known_hosts"])),
        slack=answered(asker, q.SLACK, flags["slack"]),
    )


def _databases(asker: Asker, given: str | None, *, compact: bool) -> int:
    if not compact:
        return answered(asker, q.DATABASES, given)
    question = Question(
        flag="--databases",
        text="Database machines, with etcd on each",
        why="An odd number, for etcd's sake: of 3 one may be lost.",
        read=ask.count(3, 7, odd=True),
        default="3",
    )
    return answered(asker, question, given)


def _kind(asker: Asker, preset: str | None, said: tuple[str, ...], *, cluster: str) -> Kind:
    kinds = "\n".join(f"  {one.name:<20} {_short(one.told)}" for one in PRESETS.values())
    question = Question(
        flag="--preset",
        text="Kind of application",
        why=f"What is edited and restarted on the hosts when the leader changes:\n{kinds}",
        read=_preset,
        default="laravel",
    )
    chosen = answered(asker, question, preset)
    given = dict(_pair(one) for one in said)
    parameters = {p.name: p for p in PRESETS[chosen].parameters}
    for key in given:
        if key not in parameters:
            have = ", ".join(parameters)
            raise Fault(
                f"--set {key}: {chosen} has no such parameter", f"it has: {have}", code=Exit.USAGE
            )
    values: dict[str, str | tuple[str, ...]] = {}
    for p in parameters.values():
        if p.needed or p.name in given:
            usual = {"path": f"/var/www/{cluster}"}.get(p.name)
            needed = Question(
                flag=f"--set {p.name}=…",
                text=p.name,
                why=f"{chosen}: {p.told}.",
                read=str,
                default=usual,
            )
            value = answered(asker, needed, given.get(p.name))
            values[p.name] = ask.words(value) if p.kind == "words" else value
    return Kind(preset=chosen, said=values)


def _short(told: str) -> str:
    """As far as it says what it is for."""
    return re.split(r"[.:] ", told)[0].rstrip(".")


def _preset(text: str) -> str:
    if text not in PRESETS:
        msg = f"{text!r} is none of {', '.join(PRESETS)}"
        raise ValueError(msg)
    return text


def _pair(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign:
        raise Fault(f"--set {text} says nothing", "write --set KEY=VALUE", code=Exit.USAGE)
    return key, value


def _pins(file: Path | None) -> Mapping[str, tuple[str, ...]]:
    if file is None:
        return {}
    try:
        return pins(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "is not UTF-8"
        raise Fault(
            f"{file}: {why}", "make it: ssh-keyscan ADDRESS… > FILE", code=Exit.USAGE
        ) from None
