"""What somebody else than pgbaton did to a host's shop: without it a machine that boots would look like a needless restart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Stir:
    """One such hand at a host. "boot": its machine started, and its shop with it, so that the next start is
    not pgbaton's; "edit": somebody wrote another address into its file. `found`: the address that the file
    gave as the machine started, which a swap may change before the shop reads it."""

    host: str
    what: Literal["boot", "edit"]
    at: float
    found: str | None = None
