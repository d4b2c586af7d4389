"""How a process is told to end or to read its inventory anew; one way for all of them."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType

import structlog

from workers.secrets import SecretUnreadableError

log = structlog.get_logger(__name__)


class Stop:
    """Set by SIGTERM or SIGINT; `reload` is called on SIGHUP, in the main thread."""

    def __init__(self, *, reload: Callable[[], None] | None = None) -> None:
        self._asked = threading.Event()
        self._reload = reload
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGINT, self._end)
        if reload is not None:
            signal.signal(signal.SIGHUP, self._anew)

    def asked(self) -> bool:
        """True once the process should end."""
        return self._asked.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait, at most until the process should end; True then."""
        return self._asked.wait(seconds)

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self._asked.set()

    def _anew(self, _number: int, _frame: FrameType | None) -> None:
        if self._reload is not None:
            reloading(self._reload)


def reloading(reload: Callable[[], None]) -> None:
    """Reload, or go on with what there is: a missing secret must not end a process that works."""
    try:
        reload()
    except (ValueError, OSError, SecretUnreadableError) as error:
        log.exception("reload.failed", remedy="mend it and send SIGHUP again", reason=str(error))
