"""What libraries load where they find it, and no process of ours has a use for: without it each would carry 8 MB more."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

UNUSED = ("rich", "invoke")
"""structlog draws tracebacks for terminals with the first, of which ours go to a log as JSON; paramiko runs
the `Match exec` of an ssh_config with the second, which we never read."""


@contextmanager
def spared() -> Iterator[None]:
    """Whatever is imported meanwhile goes without them, as where they are not installed: both libraries
    allow for that. Afterwards whoever wants one finds it."""
    absent = [name for name in UNUSED if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]  # None: "there is no such module"
    try:
        yield
    finally:
        for name in absent:
            sys.modules.pop(name, None)
