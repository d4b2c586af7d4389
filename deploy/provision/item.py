"""One line of a plan: a thing, what becomes of it, and the reason by its own name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from deploy.provision.steps import Step, Waits

Kind = Literal["placement group", "VPC", "subnet", "firewall", "Linode", "NodeBalancer"]
Verdict = Literal["create", "change", "leave", "differs", "foreign"]
"""`differs`: ours, but not as wanted, and only people can decide what becomes of it. `foreign`: has
the label that ours would have, and is somebody else's."""


class Reason(StrEnum):
    """Why, in a word that scripts may rely on."""

    MISSING = "missing"
    AS_WANTED = "as-wanted"
    ELSEWHERE = "elsewhere"
    RULES = "rules"
    UNGUARDED = "unguarded"
    GUARDED_BY_ANOTHER = "guarded-by-another"
    DISABLED = "disabled"
    REGION = "region"
    PLAN = "type"
    IMAGE = "image"
    ADDRESS = "address"
    NETWORK = "network"
    POLICY = "policy"
    NOT_IN_GROUP = "not-in-group"
    INCOMPLETE = "incomplete"
    SETTINGS = "settings"
    NOT_OURS = "not-ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """`detail` is for people. `step` is what would be made: Waits where something else comes first,
    None where nothing is. `price` names what it costs, by Linode's own id of the plan."""

    kind: Kind
    label: str
    verdict: Verdict
    reason: Reason
    detail: str = ""
    step: Step | Waits | None = None
    price: str | None = None

    @property
    def ready(self) -> bool:
        """Whether its step can be made now."""
        return self.step is not None and not isinstance(self.step, Waits)


def create(
    kind: Kind, label: str, detail: str, step: Step | Waits, *, price: str | None = None
) -> Item:
    """Not there."""
    return Item(
        kind=kind,
        label=label,
        verdict="create",
        reason=Reason.MISSING,
        detail=detail,
        step=step,
        price=price,
    )


def leave(kind: Kind, label: str, detail: str, *, price: str | None = None) -> Item:
    """There, and as it should be."""
    return Item(
        kind=kind,
        label=label,
        verdict="leave",
        reason=Reason.AS_WANTED,
        detail=detail,
        price=price,
    )


def differs(
    kind: Kind, label: str, reason: Reason, detail: str, *, price: str | None = None
) -> Item:
    """There, not as it should be, and left."""
    return Item(
        kind=kind, label=label, verdict="differs", reason=reason, detail=detail, price=price
    )


def foreign(kind: Kind, label: str, detail: str) -> Item:
    """There, and not ours."""
    return Item(kind=kind, label=label, verdict="foreign", reason=Reason.NOT_OURS, detail=detail)
