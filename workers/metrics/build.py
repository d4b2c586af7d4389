"""Which pgbaton this is, beside every number: a rule that changed meaning with a release can tell."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Info


def show_build(registry: CollectorRegistry, *, inventory: str) -> Callable[[str], None]:
    """Show `pgbaton_build_info`; call what is returned with the digest of an inventory read anew."""
    shown = Info("pgbaton_build", "Version and inventory's digest", registry=registry)

    def show(digest: str) -> None:
        shown.info({"version": version("pgbaton"), "inventory": digest})

    show(inventory)
    return show
