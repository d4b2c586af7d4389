"""From a proven leader and a host's present files to one swap request, purely."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jobs.blocked import Blocked
from jobs.claims import MemberRecord
from jobs.edits.edit import Change, Edit
from jobs.edits.splice import apply
from jobs.fence import Fence
from jobs.file_plan import edit_files
from jobs.inventory import Address, Application, File, Inventory, parse_conn_url, parse_target
from jobs.remote import (
    AppSwap,
    FileFault,
    FileState,
    FileSwap,
    ReadReply,
    ReadRequest,
    ServiceRef,
    SwapRequest,
)
from jobs.templates import Values
from jobs.verdict import Leadership


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDiff:
    """What changes in one file, for people; secrets are masked."""

    path: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPlan:
    """One host's swap and the same thing as people read it. `held` is the fence the host has now."""

    request: SwapRequest
    diffs: tuple[FileDiff, ...]
    held: Fence | None = None


def read_request(inventory: Inventory, *, cluster: str, host: str) -> ReadRequest:
    """What to ask a host for before it can be planned. `host` is a target: `web1`, or `web1@shop`
    for the applications there behind the NodeBalancer shop."""
    apps = inventory.applications_at(cluster, host)
    journal = parse_target(host).journal(cluster)
    return ReadRequest(cluster=journal, paths=tuple(f.path for a in apps for f in a.files))


def resolve(application: Application, record: MemberRecord) -> Address | Blocked:
    """Where an application reaches a member: its own map, then proxy_url, then conn_url."""
    mapped = application.address_of(record.name)
    if mapped is not None:
        return mapped
    url = record.proxy_url or record.conn_url
    try:
        return parse_conn_url(url)
    except ValueError as error:
        return Blocked(
            where=f"member {record.name}",
            reason=str(error),
            remedy=f"give the application addresses.{record.name} in the inventory",
        )


def plan_host(
    inventory: Inventory, *, cluster: str, host: str, leadership: Leadership, reply: ReadReply
) -> HostPlan | Blocked:
    """One host's swap to a leadership, from what the host just said; Blocked names the first hindrance."""
    files = {f.path: f for f in reply.files}
    hardened = inventory.host_at(host).mode == "hardened"
    endpoint = _endpoint(inventory, host)
    parts: list[_AppPlan] = []
    for app in inventory.applications_at(cluster, host):
        part = _plan_app(app, leadership, files, endpoint=endpoint, hardened=hardened)
        if isinstance(part, Blocked):
            return part
        parts.append(part)
    if not parts:
        return Blocked(
            where=host,
            reason="no application of this cluster lives here",
            remedy="mend the inventory",
        )
    request = SwapRequest(
        cluster=parse_target(host).journal(cluster),
        fence=leadership.fence,
        avoid=tuple(dict.fromkeys(a for part in parts for a in part.avoid)),
        apps=tuple(part.swap for part in parts),
        force=endpoint is not None and _promoted(leadership.fence, reply.fence),
    )
    diffs = tuple(d for part in parts for d in part.diffs)
    return HostPlan(request=request, diffs=diffs, held=reply.fence)


def _endpoint(inventory: Inventory, host: str) -> Address | None:
    """The NodeBalancer's own address, where the target stands behind one."""
    behind = parse_target(host).behind
    return None if behind is None else inventory.nodebalancers[behind].endpoint


def _promoted(fence: Fence, held: Fence | None) -> bool:
    """Whether another PostgreSQL was promoted since this host last applied anything. Behind a
    NodeBalancer no file changes then, and yet every connection leads to whoever led before. A
    leadership without a promotion is the same server's, and its connections are good."""
    return held is not None and fence.pg_timeline != held.pg_timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class _AppPlan:
    """One application's share of a host's plan."""

    avoid: tuple[Address, ...]
    swap: AppSwap
    diffs: tuple[FileDiff, ...]


def _plan_app(
    app: Application,
    leadership: Leadership,
    files: Mapping[str, FileState | FileFault],
    *,
    endpoint: Address | None,
    hardened: bool,
) -> _AppPlan | Blocked:
    address = endpoint or resolve(app, leadership.record)
    if isinstance(address, Blocked):
        return address
    values = _values(app, leadership, address)
    edited = edit_files(app.files, files, values, hardened=hardened)
    if isinstance(edited, Blocked):
        return edited
    return _AppPlan(
        avoid=_avoid(app, leadership, values),
        swap=_app_swap(
            app,
            address,
            tuple(_file_swap(f, e, files, hardened=hardened) for f, e in edited),
        ),
        diffs=tuple(FileDiff(path=f.path, changes=e.changes) for f, e in edited),
    )


def _avoid(app: Application, leadership: Leadership, values: Values) -> tuple[Address, ...]:
    """Where no connection may lead after a restart: the other members, but for replicas that the
    application reads from on purpose."""
    reads = any("{read_hosts}" in t for file in app.files for t in file.keys.values())
    kept = values.read_hosts if reads else ()
    others = _others(app, leadership)
    return tuple(a for a in others if a != values.leader and a.host not in kept)


def _others(app: Application, leadership: Leadership) -> Iterator[Address]:
    found = (resolve(app, record) for record in leadership.others)
    yield from (a for a in found if isinstance(a, Address))


def _values(app: Application, leadership: Leadership, address: Address) -> Values:
    replicas = (resolve(app, r) for r in leadership.others if r.state in {"running", "streaming"})
    return Values(
        leader=address,
        member=leadership.member,
        read_hosts=tuple(a.host for a in replicas if isinstance(a, Address)),
    )


def _file_swap(
    file: File, edited: Edit, have: Mapping[str, FileState | FileFault], *, hardened: bool
) -> FileSwap:
    state = have[file.path]
    assert isinstance(state, FileState)
    after = hashlib.sha256(apply(state.content, edited.splices)).hexdigest()
    return FileSwap(
        path=file.path,
        before=state.sha256,
        after=None if hardened else after,
        splices=tuple(edited.splices),
    )


def _app_swap(app: Application, leader: Address, files: tuple[FileSwap, ...]) -> AppSwap:
    return AppSwap(
        leader=leader,
        files=files,
        after=app.after,
        after_timeout=app.after_timeout,
        services=tuple(ServiceRef(name=s.name, manager=s.manager) for s in app.services),
        restart_timeout=app.restart_timeout,
        check=app.check,
        check_timeout=app.check_timeout,
    )
