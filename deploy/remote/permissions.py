"""The list of hardened mode, derived from the inventory; written by hand, it would forbid tomorrow's leader."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import PurePosixPath
from string import Formatter
from typing import TypeVar

from deploy.remote.hardened import Permitted, PermittedFile
from jobs.blocked import Blocked
from jobs.edits.path import split_part
from jobs.inventory import (
    Address,
    Application,
    Cluster,
    File,
    Inventory,
    Target,
    parse_address,
    parse_target,
)
from jobs.remote import ServiceRef
from jobs.templates import Values, fill

Item = TypeVar("Item")
Members = Mapping[str, Address]

_WORD = re.compile(r"[A-Za-z0-9._:%,\[\]-]+")
"""As listed.program.awk takes values apart: `host:port` is one word, a path or a login is another."""


def permitted(
    inventory: Inventory, cluster: str, target: str, *, roots: Sequence[str] = ()
) -> Permitted | Blocked:
    """All that may be asked of a host's target for one cluster: every member may be its leader, but
    behind a NodeBalancer there is only the balancer's own address.

    Members are reached as the application's `addresses` say, else at the cluster's `machines` and
    `postgresql_port`. `roots`: else the folders of the files; they must hold what links lead to.
    """
    apps, at = _on(inventory, cluster, target), parse_target(target)
    try:
        members = {n: _reached(inventory, a, at) for n, a in apps.items() if _asks(a)}
    except ValueError as error:
        return _no_address(cluster, str(error))
    nobody = next((name for name, known in members.items() if not known), None)
    if nobody is not None:
        return _no_members(nobody, cluster)
    folders = _once(roots or (_folder(f.path) for a in apps.values() for f in a.files))
    if any(not root.rstrip("/") for root in folders):
        return _everywhere(at.name)
    return Permitted(
        cluster=at.journal(cluster),
        roots=folders,
        files=[_file(file, known) for name, known in members.items() for file in apps[name].files],
        leaders=_once(address for known in members.values() for address in known.values()),
        services=_once(s for app in apps.values() for s in _services(app)),
        after=_once(command for app in apps.values() for command in app.after),
        checks=_once(app.check for app in apps.values() if app.check is not None),
    )


def _on(inventory: Inventory, cluster: str, target: str) -> dict[str, Application]:
    there = inventory.applications_at(cluster, target)
    return {name: app for name, app in inventory.applications.items() if app in there}


def _asks(app: Application) -> bool:
    """Whether anything there depends on who leads: its files, or commands, which are told of it."""
    return bool(app.files or app.after or app.check)


def _reached(inventory: Inventory, app: Application, at: Target) -> Members:
    """Where the application may be pointed, by who leads."""
    members = _members(app, inventory.clusters[app.cluster])
    endpoint = inventory.nodebalancers[at.behind].endpoint if at.behind else None
    if endpoint is None:
        return members
    nobody = () if app.files else (str(at.behind),)
    return dict.fromkeys(members or nobody, endpoint)


def _services(app: Application) -> Iterator[ServiceRef]:
    return (ServiceRef(name=s.name, manager=s.manager) for s in app.services)


def _members(app: Application, cluster: Cluster) -> Members:
    names = _once([*cluster.machines, *app.addresses])
    return {name: app.address_of(name) or _machine(cluster, name) for name in names}


def _machine(cluster: Cluster, name: str) -> Address:
    return replace(parse_address(cluster.machines[name]), port=cluster.postgresql_port)


def _folder(path: str) -> str:
    return str(PurePosixPath(path).parent)


def _once(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(dict.fromkeys(items))


def _file(file: File, members: Members) -> PermittedFile:
    """Keys without their `:part`: the host knows names, and words within values. What is demanded
    is shown, and may become what it is."""
    values: dict[str, dict[str, None]] = {}
    for key, template in file.keys.items():
        name, part = split_part(key)
        words = _words(template, part, members)
        values.setdefault(name, {}).update(dict.fromkeys(words))
    for key, says in file.demands.items():
        values.setdefault(key, {})[says] = None
    return PermittedFile(
        path=file.path, format=file.format, values={k: tuple(v) for k, v in values.items()}
    )


def _words(template: str, part: str | None, members: Members) -> Iterator[str]:
    """Every word that a file may hold for one key, whoever leads."""
    for (name, leader), replica in product(members.items(), members.values()):
        # One replica and three: the first, the last and those between, with what stands beside them.
        for count in (1, 3) if "{read_hosts}" in template else (1,):
            values = Values(leader=leader, member=name, read_hosts=(replica.host,) * count)
            for word in _filled(template, values):
                yield word
                yield from _beside(word, part, leader)


def _filled(template: str, values: Values) -> Iterator[str]:
    """The words that hold a placeholder; all of them where there is none."""
    if template == "{url}":
        yield from (str(values.leader), values.leader.url_host)
        return
    text, spans = "", []
    for literal, name, _, _ in Formatter().parse(template):
        text += literal
        if name is not None:
            start = len(text)
            text += fill(f"{{{name}}}", values, current=None)
            spans.append((start, len(text)))
    for word in _WORD.finditer(text):
        if not spans or any(word.start() < end and start < word.end() for start, end in spans):
            yield from filter(None, word[0].split(","))


def _beside(word: str, part: str | None, leader: Address) -> Iterator[str]:
    """A host and a port of one URL are one word, though two keys manage them."""
    if part == "host":
        shown = f"[{word}]" if ":" in word else word
        yield from (shown, f"{shown}:{leader.port}")
    elif part == "port":
        yield f"{leader.url_host}:{word}"


def _no_members(app: str, cluster: str) -> Blocked:
    return Blocked(
        where=f"applications.{app}",
        reason="nothing says which members may lead, so no value could be listed",
        remedy=f'name them: [clusters.{cluster}] machines = {{ pg1 = "10.0.0.1" }}, or the '
        "application's own addresses",
    )


def _no_address(cluster: str, why: str) -> Blocked:
    return Blocked(
        where=f"clusters.{cluster}.machines",
        reason=why,
        remedy="write each machine's address or name; the port is postgresql_port",
    )


def _everywhere(host: str) -> Blocked:
    return Blocked(
        where=host,
        reason="a file right below / would make the whole machine a root",
        remedy="keep the file in a folder of its own, or name the roots",
    )
