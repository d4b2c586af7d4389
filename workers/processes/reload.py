"""SIGHUP's work: the inventory read anew, or the old one kept where the new one is bad."""

from __future__ import annotations

import os

import structlog

from jobs.inventory import Inventory
from workers.settings import BadSettings, read_settings

log = structlog.get_logger(__name__)


def reread(current: Inventory) -> Inventory:
    """The inventory as its file says now; a bad one is logged with every mistake, and not taken."""
    settings = read_settings(os.environ)
    if isinstance(settings, BadSettings):
        log.error("inventory.kept", mistakes=list(settings.mistakes), inventory=current.digest)
        return current
    log.info("inventory.read", inventory=settings.inventory.digest)
    return settings.inventory
