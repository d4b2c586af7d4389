"""What every fault can do, so that a disaster, a composed sequence and a person use the same ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from deploy.lab.lab import Lab


class Fault(Protocol):
    """One thing that goes wrong, as a value: what it strikes stands in its fields.

    `title` says what happens, `healed` what its healing is, both as people read it. Nothing is expected
    here: what must follow is the disaster's word, and the checker's to decide.
    """

    @property
    def title(self) -> str: ...
    @property
    def healed(self) -> str: ...

    def inject(self, lab: Lab) -> None:
        """Let it strike. LabError where it cannot."""

    def heal(self, lab: Lab) -> None:
        """Undo it as far as life does: a machine boots, a process starts again, packets pass. Heals once;
        nothing to do for a fault that is over when it has struck."""


def struck_by(fault: Fault) -> tuple[str, ...]:
    """Whom a fault strikes: every name that stands in its fields, in their order."""
    assert is_dataclass(fault)
    values = (getattr(fault, field.name) for field in fields(fault))
    several = ((value,) if isinstance(value, str) else value for value in values)
    named = (one for some in several if isinstance(some, Sequence) for one in some)
    return tuple(one for one in named if isinstance(one, str))
