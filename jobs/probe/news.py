"""What of two sightings of a NodeBalancer is news, and the events that this comes to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from jobs.event import MAX_TEXT, NODE_STATUS, Event, Scalar
from jobs.inventory import NodeBalancer
from jobs.probe.sighting import THERE, SeenNode, Sighting, Told

GONE = "gone"
"""The status of a node that vanished."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeNews:
    """A node that is another than was told. `was` is None where it appeared, `now` where it
    vanished, never both."""

    address: str
    was: SeenNode | None
    now: SeenNode | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingNews:
    """The NodeBalancer itself, or its port, vanished or came back."""

    was: str
    now: str


News = NodeNews | StandingNews


def news(told: Told, seen: Sighting) -> tuple[News, ...]:
    """All that the webhook does not know yet, in a fixed order. A flip that was undone before
    anybody could be told is none."""
    return tuple(_news(told.sighting, seen))


def _news(told: Sighting, seen: Sighting) -> Iterator[News]:
    if told.standing != seen.standing:
        yield StandingNews(was=told.standing, now=seen.standing)
    if seen.standing != THERE:
        return  # nodes go and come with their balancer: one sentence says it
    addresses = {node.address for node in (*told.nodes, *seen.nodes)}
    for address in sorted(addresses):
        was, now = told.at(address), seen.at(address)
        if was is None or now is None or (was.status, was.mode) != (now.status, now.mode):
            yield NodeNews(address=address, was=was, now=now)


def taken(told: Told, one: News) -> Told:
    """What is to be remembered once the webhook has this piece of news."""
    match one:
        case NodeNews():
            sighting = told.sighting.with_node(one.address, one.now)
        case StandingNews():
            sighting = replace(told.sighting, standing=one.now)
        case _:
            assert_never(one)
    return Told(sighting=sighting, count=told.count + 1)


def event(one: News, *, told: Told, name: str, table: NodeBalancer, sender: str) -> Event:
    """The event for a piece of news about `[nodebalancers.NAME]`. Its id repeats where the same was
    posted before, and could not be remembered: the webhook knows it then."""
    data = {"balancer": name, **_data(one)}
    what = hashlib.sha256(repr((place_of(table), sorted(data.items()))).encode()).hexdigest()[:16]
    return Event(
        id=f"{sender}-node-{told.count + 1}-{what}",
        type=NODE_STATUS,
        sender=sender,
        cluster=table.cluster,
        time=None,
        data={key: clean(value) for key, value in data.items() if value is not None},
    )


def place_of(table: NodeBalancer) -> str:
    """A NodeBalancer's port at Linode: what was told of one says nothing of another."""
    return f"{table.label}:{table.port}"


def _data(one: News) -> Mapping[str, Scalar]:
    match one:
        case StandingNews():
            return {"status": one.now, "was": one.was}
        case NodeNews(was=was, now=now):
            node = now or was
            assert node is not None
            return {
                "member": node.member,
                "label": node.label,
                "address": one.address,
                "status": now.status if now else GONE,
                "was": was.status if was else None,
                "mode": now.mode if now else None,
                "mode_was": was.mode if was and now and was.mode != now.mode else None,
            }
        case _:
            assert_never(one)


def clean(value: Scalar) -> Scalar:
    """A text of the API as the webhook takes it: one line, and not too long."""
    if not isinstance(value, str):
        return value
    return "".join(c if c.isprintable() else " " for c in value)[:MAX_TEXT]
