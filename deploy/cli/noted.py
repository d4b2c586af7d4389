"""Asks every place that notes where a trail stood, and says which of them could not be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobs.anchor import Anchor, Mark
from jobs.ports import Noted, Unavailable

if TYPE_CHECKING:
    from deploy.cli.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The anchors that stand. `complete` where the place answered that keeps all of them; `reason` says
    who could not be asked, and why."""

    anchors: tuple[Anchor, ...] = ()
    complete: bool = False
    reason: str = ""


def ask_anchors(desk: Desk, cluster: str) -> Asked:
    """From the cluster's etcd, and from Slack where there is a token."""
    place = desk.anchors.get(cluster)
    if place is None:
        return Asked(reason="the inventory has audit.anchors = false")
    kept, silent = _placed(place, cluster, "etcd")
    told, mute = _placed(desk.threads, cluster, "Slack") if desk.threads else ((), "")
    reason = "; ".join(filter(None, (silent, mute)))
    return Asked(anchors=(*kept, *told), complete=not silent, reason=reason)


def by_hand(mark: Mark) -> Anchor:
    """An anchor that somebody wrote down."""
    return Anchor(cluster="", kind="head", seq=mark[0], hash=mark[1], at=0, place="--anchor")


def _placed(place: Noted, cluster: str, name: str) -> tuple[Sequence[Anchor], str]:
    try:
        return place.placed(cluster), ""
    except Unavailable as error:
        return (), f"{name} could not be asked: {error}"
