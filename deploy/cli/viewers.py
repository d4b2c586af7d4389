"""Whether anybody could look at the pages: without it, one would learn that at night, from a process that did not start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from deploy.cli.remark import Remark
from workers.secrets import Secrets, SecretUnreadableError

if TYPE_CHECKING:
    from jobs.inventory import Inventory

REMEDY = (
    "give the pages process a hash: pgbaton keys viewer prints one, for the secret viewer-password "
    "or, with --token, viewer-tokens"
)


def bad_viewers(inventory: Inventory, secrets: Secrets) -> Iterator[Remark]:
    """What keeps the pages from being opened, where the inventory says that there are some."""
    if inventory.pages.url is None:
        return
    from webhook.pages.credentials import BadCredentials, read_credentials

    try:
        words = secrets.words("viewer-password"), secrets.words("viewer-tokens")
    except SecretUnreadableError as error:
        yield Remark(path="pages.url", reason=str(error), remedy=REMEDY)
        return
    if not any(words):
        reason = "neither viewer-password nor viewer-tokens is here; the pages need one"
        yield Remark(path="pages.url", reason=reason, remedy=REMEDY)
        return
    found = read_credentials(*words)
    if isinstance(found, BadCredentials):
        for mistake in found.mistakes:
            yield Remark(path="pages.url", reason=mistake.partition(";")[0], remedy=REMEDY)
