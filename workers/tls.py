"""Files that prove who we are and whom we trust: without it, each adapter would do TLS its own way."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """Paths of PEM files. `ca` None means the system's authorities; `key` None, that it is in `cert`.

    `verify_hostname` False still demands a certificate signed by `ca`, whatever name it carries.
    """

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    verify_hostname: bool = True

    def context(self) -> ssl.SSLContext:
        """The client's side; raises OSError (ssl.SSLError included) where a file cannot be used."""
        context = ssl.create_default_context(cafile=self.ca)
        context.check_hostname = self.verify_hostname
        if self.cert is not None:
            context.load_cert_chain(self.cert, self.key)
        return context
