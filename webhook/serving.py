"""How gunicorn serves over TLS: `gunicorn --config python:webhook.serving --certfile F --keyfile F …`."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

READINGS = 3
"""How often the file is read for one connection; a renewal passes between at most one pair of looks."""


def ssl_context(_: Any, read: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """gunicorn's hook, called at each connection: `read` loads certificate and key from their files.

    They lie in one file, and OpenSSL opens it once for either. A renewal put there in between gives two
    halves that do not fit (`ssl.SSLError`), and gunicorn would answer it in plain HTTP; so it is read again.
    """
    for _again in range(READINGS - 1):
        try:
            return read()
        except ssl.SSLError:
            continue
    return read()
