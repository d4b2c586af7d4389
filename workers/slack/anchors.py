"""Anchors read back from Slack: a place that neither Redis nor etcd can change."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobs.anchor import Anchor
from jobs.inventory import Inventory
from jobs.ports import Unavailable
from jobs.slack.payload import key_of
from workers.secrets import Secrets
from workers.slack.client import Answer, Api

PAGE, PAGES = 200, 50
NOTED = re.compile(r"audit trail[,:] entry (\d{1,15}) `([0-9a-f]{64})`")
"""As each thread's first message shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackAnchors:
    """jobs.ports.Noted over the first messages of a channel's threads, newest 10,000. Only what our own
    bot wrote counts. Scopes: channels:history, or groups:history for a private channel."""

    api: Api
    channel: str

    def placed(self, cluster: str) -> Sequence[Anchor]:
        found = (
            anchor
            for message in self._messages()
            if (anchor := _anchor(message, cluster)) is not None
        )
        return sorted(found, key=lambda anchor: anchor.seq)

    def _messages(self) -> Iterator[Mapping[str, Any]]:
        bot, cursor = self._ask("auth.test").get("bot_id"), ""
        for _ in range(PAGES):
            where = {"channel": self.channel, "limit": PAGE, "include_all_metadata": True}
            body = self._ask("conversations.history", **where, cursor=cursor)
            messages = body.get("messages")
            for one in messages if isinstance(messages, list) else ():
                if isinstance(one, dict) and bot and one.get("bot_id") == bot:
                    yield one
            cursor = _cursor(body)
            if not cursor:
                return

    def _ask(self, method: str, **params: object) -> Mapping[str, Any]:
        given = {name: value for name, value in params.items() if value != ""}
        answer = self.api.ask(method, params=given)
        if isinstance(answer, Answer):
            return answer.body
        raise Unavailable(answer.reason, getattr(answer, "remedy", ""))


def anchors_in_slack(inventory: Inventory, secrets: Secrets) -> SlackAnchors | None:
    """None without a channel, or without the secret `slack-token`."""
    token, channel = secrets.get("slack-token"), inventory.slack.channel
    if token is None or channel is None:
        return None
    return SlackAnchors(api=Api(url=inventory.slack.url, token=token), channel=channel)


def _anchor(message: Mapping[str, Any], cluster: str) -> Anchor | None:
    """What a thread's first message says of this cluster's trail, as of its last change."""
    key = key_of(message) or ""
    said = NOTED.search(json.dumps(message, ensure_ascii=False))
    if said is None or re.match(rf"{re.escape(cluster)}-\d+@", key) is None:
        return None
    edited = message.get("edited")
    ts = edited.get("ts") if isinstance(edited, dict) else message.get("ts")
    return Anchor(
        cluster=cluster,
        kind="head",
        seq=int(said[1]),
        hash=said[2],
        at=_micros(ts),
        place=f"Slack, the thread of {key.partition('@')[0]}",
    )


def _micros(ts: object) -> int:
    try:
        return round(float(str(ts)) * 1e6)
    except ValueError:
        return 0


def _cursor(body: Mapping[str, Any]) -> str:
    found = body.get("response_metadata")
    return str(found.get("next_cursor") or "") if isinstance(found, dict) else ""
