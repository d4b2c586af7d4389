"""What is said of one key or certificate: as `keys show` prints it, and as the doctor reads it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

State = Literal[
    "ok",
    "soon",
    "expired",
    "early",
    "missing",
    "foreign",
    "names",
    "unpaired",
    "unreadable",
    "unannounced",
]
What = Literal["ca", "certificate", "ssh", "host", "sender", "secret"]

MAKE = "pgbaton keys make"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiry:
    """One key or certificate. `until` where it ends; `note` says more; `remedy` is empty where all is well."""

    what: What
    whose: str
    state: State = "ok"
    until: dt.datetime | None = None
    left: dt.timedelta | None = None
    note: str = ""
    remedy: str = ""

    @property
    def wrong(self) -> bool:
        return self.state != "ok"

    @property
    def days(self) -> int | None:
        """Whole days left; negative where it has ended."""
        return None if self.left is None else self.left.days
