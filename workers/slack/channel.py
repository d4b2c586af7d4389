"""One channel of Slack's as the port Messenger: what pgbaton tells is posted, edited and read back here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from jobs.ports import Barred, Later, Lost, Posted, Unfit
from jobs.slack.limits import payload_mistakes
from jobs.slack.message import Message
from jobs.slack.payload import bare, key_of, payload
from workers.slack.client import Answer, Api
from workers.slack.refusal import Refusal

log = structlog.get_logger(__name__)

PAGE, PAGES = 200, 50
"""Messages a page (Slack advises no more), and pages at most: 10,000 messages are no incident's."""

QUIET = {"unfurl_links": False, "unfurl_media": False}
"""Links of ours need no previews."""

AS_WRITTEN = {"parse": "none", "link_names": False}
"""chat.update would make links of #words and @words by itself."""

Body = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class SlackChannel:
    """A `Messenger` over a bot's token. Scopes: chat:write, and to read back channels:history, or
    groups:history for a private channel. `channel` is the channel's id."""

    api: Api
    channel: str
    _bot: str | None = field(default=None, init=False)

    def post(
        self, message: Message, *, key: str, thread: str | None = None
    ) -> Posted | Later | Lost | Barred | Unfit:
        """Slack un-threads in silence what answers a deleted message: such a stray is taken back."""
        place = {"channel": self.channel, **({"thread_ts": thread} if thread else {})}
        found = self._say("chat.postMessage", {**place, **QUIET}, message, key)
        if not isinstance(found, Answer):
            return found
        posted = self._posted(found.body)
        if thread is not None and isinstance(posted, Posted) and not _answers(found.body, thread):
            return self._take_back(posted.ts)
        return posted

    def edit(
        self, ts: str, message: Message, *, key: str
    ) -> Posted | Later | Lost | Barred | Unfit:
        place = {"channel": self.channel, "ts": ts, **AS_WRITTEN}
        found = self._say("chat.update", place, message, key)
        return _certain(self._posted(found.body) if isinstance(found, Answer) else found)

    def written(
        self, *, thread: str | None = None, since: float = 0
    ) -> Mapping[str, str] | Later | Lost | Barred:
        """Follows Slack's cursor to the end: half a list would let a message be posted twice."""
        if (refusal := self._know_ourselves()) is not None:
            return _readable(refusal)
        where: Body = {"channel": self.channel, "limit": PAGE, "include_all_metadata": True}
        method = "conversations.history" if thread is None else "conversations.replies"
        where |= {"oldest": f"{since:.6f}", "inclusive": True} if thread is None else {"ts": thread}
        keys: dict[str, str] = {}
        for found in self._pages(method, where):
            if not isinstance(found, Answer):
                return _readable(found)
            for key, ts in self._ours(found.body):
                keys[key] = min(ts, keys.get(key, ts), key=float)
        return keys

    def _say(self, method: str, place: Body, message: Message, key: str) -> Answer | Refusal:
        """A message whose content Slack refuses is a mistake of ours. It goes out as bare text then,
        once, so that what it says is said and what follows is not held up."""
        body = payload(message, key=key)
        if found := payload_mistakes(body):
            log.error("slack.message.mistaken", key=key, mistakes=found)
        answer = self.api.ask(method, json={**place, **body})
        if not isinstance(answer, Unfit):
            return answer
        log.error("slack.message.refused", key=key, reason=answer.reason)
        return self.api.ask(method, json={**place, **bare(message, key=key)})

    def _posted(self, body: Mapping[str, Any]) -> Posted | Later:
        ts = str(body.get("ts"))
        if not _is_name(ts):
            return self.api.refusals.strange("answers ok without a ts")
        return Posted(ts=ts)

    def _take_back(self, stray: str) -> Lost:
        answer = self.api.ask("chat.delete", json={"channel": self.channel, "ts": stray})
        if not isinstance(answer, Answer):
            log.warning("slack.stray.stands", ts=stray, reason=answer.reason)
        return Lost(kind="message-not-found", reason="the thread's first message was deleted")

    def _know_ourselves(self) -> Refusal | None:
        """Ask once which bot we are; None where it is known."""
        if self._bot is not None:
            return None
        found = self.api.ask("auth.test", json={})
        if not isinstance(found, Answer):
            return found
        bot = found.body.get("bot_id")
        if not isinstance(bot, str) or not bot:
            reason = f"{self.api.refusals.place} says that slack-token is not a bot's"
            return Barred(reason=reason, remedy="put a bot token (xoxb-…) into slack-token")
        self._bot = bot
        return None

    def _pages(self, method: str, where: Body) -> Iterator[Answer | Refusal]:
        """Page by page; a refusal ends it, and so do pages that never end."""
        cursor = ""
        for _ in range(PAGES):
            found = self.api.ask(method, params={**where, **({"cursor": cursor} if cursor else {})})
            yield found
            if not isinstance(found, Answer) or not (cursor := _cursor(found.body)):
                return
        yield self.api.refusals.strange(f"gives more than {PAGES} pages of messages")

    def _ours(self, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        messages = body.get("messages")
        for one in messages if isinstance(messages, list) else []:
            key = key_of(one)
            if key is not None and one.get("bot_id") == self._bot and _is_name(str(one.get("ts"))):
                yield key, str(one["ts"])


def _is_name(ts: str) -> bool:
    return re.fullmatch(r"[0-9]{1,12}\.[0-9]{6}", ts) is not None


def _answers(body: Mapping[str, Any], thread: str) -> bool:
    message = body.get("message")
    return isinstance(message, Mapping) and message.get("thread_ts") == thread


def _cursor(body: Mapping[str, Any]) -> str:
    found = body.get("response_metadata")
    return str(found.get("next_cursor") or "") if isinstance(found, Mapping) else ""


def _certain(found: Posted | Refusal) -> Posted | Refusal:
    """An edit that may have been made is made again all the same: nothing is doubled by it."""
    return replace(found, doubtful=False) if isinstance(found, Later) else found


def _readable(found: Refusal) -> Later | Lost | Barred:
    if isinstance(found, Unfit):
        return Later(seconds=60.0, reason=found.reason)
    return replace(found, doubtful=False) if isinstance(found, Later) else found
