"""A thread as single messages, for an incoming webhook: it knows neither threads nor edits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from jobs.slack.layout import GREEN, RED, context
from jobs.slack.message import Message
from jobs.slack.progress import FULL, Progress
from jobs.slack.thread import Thread

OPENED, WELL = "opened", "well"
REPEATED = "(maybe repeated)"


def next_alone(known: Progress, thread: Thread) -> tuple[str, Message] | None:
    """What to post next: that it opened, what is loud, how it ended. What ended before anything of it
    could be told is one message. A key in doubt is told again, and says so: nothing can be looked up."""
    if known.dumb or (known.doubt == FULL and thread.over):
        return None
    for key, message in _messages(thread):
        if key not in known.keys:
            return key, maybe(message) if known.doubt in {key, FULL} else message
    return None


def told_alone(known: Progress, thread: Thread, key: str) -> Progress:
    """It was said. What the first message showed already is not said again."""
    covered = (one.key for one in thread.replies) if key == OPENED and thread.over else ()
    return replace(known, keys=(*known.keys, key, *covered), doubt=None)


def _messages(thread: Thread) -> Iterator[tuple[str, Message]]:
    yield OPENED, thread.root
    for reply in thread.replies:
        if reply.key.startswith("end:"):
            yield reply.key, thread.root
        elif reply.loud or reply.key.startswith("ack:"):
            yield reply.key, _named(reply.message, thread)
    if not thread.replies and thread.colour == GREEN:
        yield WELL, thread.root


def _named(message: Message, thread: Thread) -> Message:
    """A reply alone says which incident it is of."""
    small = thread.root.blocks[-1] if thread.root.blocks else context(thread.root.text)
    return Message(
        text=f"{thread.incident}: {message.text}", blocks=(*message.blocks, small), colour=RED
    )


def maybe(message: Message) -> Message:
    """The same, marked as what may have been said already."""
    return replace(
        message, text=f"{message.text} {REPEATED}", blocks=(*message.blocks, context(REPEATED))
    )
