"""Who tells incidents in Slack, from inventory and secrets: a bot in threads, a webhook in single messages, or nobody."""

from __future__ import annotations

from contextlib import suppress

import structlog

from jobs.inventory import Inventory
from jobs.ports import Ledger, LedgerUnavailable
from jobs.slack.layout import Site
from workers.chronicle.books import Books
from workers.chronicle.crying import Crying
from workers.chronicle.poster import Poster
from workers.chronicle.trouble import forget
from workers.secrets import Secrets
from workers.timepiece import SystemClock

log = structlog.get_logger(__name__)

TOKEN, WEBHOOK = "slack-token", "slack-webhook"


def teller_of(
    inventory: Inventory, secrets: Secrets, ledger: Ledger, *, holder: str
) -> Poster | Crying | None:
    """A Poster with a channel and a bot's token, else a Crying with an incoming webhook's address; None
    where neither is wanted, and old trouble with Slack is forgotten. ValueError where a channel is named
    and nothing lets us post there. Slack's library is loaded only where it is needed."""
    channel, token, webhook = inventory.slack.channel, secrets.get(TOKEN), secrets.get(WEBHOOK)
    if channel is not None and token is not None:
        from workers.slack import SlackChannel
        from workers.slack.client import Api

        messenger = SlackChannel(api=Api(url=inventory.slack.url, token=token), channel=channel)
        books = _books(inventory, ledger, holder=holder, name=f"slack:{channel}")
        most = inventory.slack.threads
        return Poster(books=books, messenger=messenger, most=most)
    if webhook is not None:
        from workers.slack import SlackWebhook

        books = _books(inventory, ledger, holder=holder, name="slack:webhook")
        most = inventory.slack.threads
        return Crying(books=books, crier=SlackWebhook(url=webhook), most=most)
    if channel is not None:
        raise ValueError(
            f"slack.channel names {channel}, but nobody may post there: put a bot's token in the"
            f" secret {TOKEN}, or an incoming webhook's address in {WEBHOOK} (docs/slack.md)"
        )
    with suppress(LedgerUnavailable):
        forget(ledger)
    log.info("slack.idle", reason="the inventory names no slack.channel")
    return None


def _books(inventory: Inventory, ledger: Ledger, *, holder: str, name: str) -> Books:
    return Books(
        ledger=ledger,
        clock=SystemClock(),
        holder=holder,
        name=name,
        clusters=tuple(inventory.clusters),
        site=Site(url=inventory.pages.url),
    )
