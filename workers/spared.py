"""What libraries load where they find it, and no process of ours has a use for: without it each would carry 10 MB more."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

UNUSED = ("rich", "greenlet", "invoke", "charset_normalizer")
"""structlog draws tracebacks for terminals with the first, of which ours go to a log as JSON, and tells the
second's threads apart. paramiko runs the `Match exec` of an ssh_config with the third, which we never read.
requests guesses with the fourth what text nobody said the encoding of is in; whoever we ask answers JSON."""


@contextmanager
def spared() -> Iterator[None]:
    """Whatever is imported meanwhile goes without them, as where they are not installed: both libraries
    allow for that. Afterwards whoever wants one finds it."""
    absent = [name for name in UNUSED if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]  # None: "there is no such module"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # requests misses it aloud
            yield
    finally:
        for name in absent:
            sys.modules.pop(name, None)
