"""Linode's way to say no: a status, and errors with a reason and the field they are about."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

NOT_FOUND = "Not found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One error of an answer; `field` is the member, parameter or header at fault."""

    reason: str
    field: str | None = None

    def json(self) -> dict[str, str]:
        named = {} if self.field is None else {"field": self.field}
        return {"reason": self.reason, **named}


@dataclass(slots=True)
class Refused(Exception):  # noqa: N818 - "refused" is the answer it becomes
    """The request is answered with `status` and these errors."""

    errors: Sequence[Reason]
    status: int = 400
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return "; ".join(f"{one.field or 'request'}: {one.reason}" for one in self.errors)


def refuse(reason: str, field: str | None = None, *, status: int = 400) -> Refused:
    """A refusal for one reason."""
    return Refused([Reason(reason=reason, field=field)], status)


def not_found() -> Refused:
    return refuse(NOT_FOUND, status=404)


def json_of(reason: str) -> str:
    """Linode's error document for one reason."""
    return json.dumps({"errors": [{"reason": reason}]})
