"""What a sender reported, as a sentence: an event is shown to people, and decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jobs.event import LEADER_KEY, LINODE_EVENT, NODE_STATUS, OPERATOR

Facts = Mapping[str, Any]


def reported(evidence: Facts) -> str:
    """The sentence for an event as the trail keeps it. Nobody vouches for its data: what does not
    fit its type is told as plain words."""
    type_, data = str(evidence["type"]), evidence.get("data", {})
    known = _TYPES.get(type_)
    said = None if known is None else known(data)
    if said is None:
        said = f"{type_.removeprefix('pgbaton.')}: {_words(data)}".rstrip(": ")
    return f"{evidence['sender']} reports {said}"


def _words(data: Facts) -> str:
    named = ("action", "role", "member", "epoch", "why")
    return " ".join(str(data[k]) for k in named if data.get(k) is not None)


def _leader_key(data: Facts) -> str | None:
    return "etcd.leader: nobody holds the key" if data.get("member") is None else None


def _node_status(data: Facts) -> str | None:
    balancer, status = data.get("balancer"), data.get("status")
    if balancer is None or status is None:
        return None
    if data.get("address") is None:
        return f"NodeBalancer {balancer}: it {_STANDINGS.get(str(status), f'is {status}')}"
    return f"NodeBalancer {balancer}: {_node(data)} {_change(data)}{_mode(data)}"


_STANDINGS = {
    "there": "is there again",
    "portless": "has no configuration for its port any more",
    "missing": "is gone at Linode",
}


def _node(data: Facts) -> str:
    if data.get("member") is not None:
        return str(data["member"])
    return f"{data.get('label', 'a node')} at {data['address']}, which is no member,"


def _change(data: Facts) -> str:
    status, was = data["status"], data.get("was")
    if was is None:
        return f"is a node now, {status}"
    return f"is {status}" if was == status else f"is {status} (was {was})"


def _mode(data: Facts) -> str:
    """Said where it changed, and where it is not the usual one."""
    mode, was = data.get("mode"), data.get("mode_was")
    if was is not None:
        return f", in mode {mode} (was {was})"
    return "" if mode in {None, "accept"} else f", in mode {mode}"


def _linode_event(data: Facts) -> str | None:
    if data.get("action") is None:
        return None
    balancer = data.get("balancer")
    what = data.get("member") or (f"NodeBalancer {balancer}" if balancer else data.get("label"))
    said = f"Linode: {data['action']} of {what or 'something'}"
    return said if data.get("status") is None else f"{said} ({data['status']})"


def _operator(data: Facts) -> str | None:
    """A ping says that its sender is heard, and nothing else."""
    return (
        f"a ping ({data.get('why') or data.get('member') or 'no word'})"
        if data.get("action") == "ping"
        else None
    )


_TYPES: Mapping[str, Callable[[Facts], str | None]] = {
    OPERATOR: _operator,
    LEADER_KEY: _leader_key,
    NODE_STATUS: _node_status,
    LINODE_EVENT: _linode_event,
}
