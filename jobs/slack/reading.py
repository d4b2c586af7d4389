"""A message as plain text, the way its reader sees it: for documents, terminals and whoever judges a thread."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jobs.slack.layout import AMBER, GREEN, RED, Block
from jobs.slack.message import Message

_BARS = {RED: "red", AMBER: "amber", GREEN: "green"}
_DATE = re.compile(r"<!date\^[^|>]*\|([^>]*)>")
_LINK = re.compile(r"<(https?://[^|>]*)\|([^>]*)>")
_MARK = re.compile(r"(?<![\w*])\*([^*\n]+)\*(?![\w*])")


def read(message: Message) -> list[str]:
    """The lines of a message, with its colour's name first where it has one."""
    bar = [] if message.colour is None else [f"[{_BARS.get(message.colour, 'grey')}]"]
    lines = [line for block in message.blocks for line in _lines(block)]
    return [*bar, *lines] if lines else [*bar, _seen(message.text)]


def _lines(block: Block) -> Iterator[str]:
    if block["type"] == "context":
        for element in block["elements"]:
            yield f"  {_seen(element['text'])}"
    else:
        yield from _seen(block["text"]["text"]).split("\n")


def _seen(text: str) -> str:
    text = _LINK.sub(r"\2 (\1)", _DATE.sub(r"\1", text))
    text = _MARK.sub(r"\1", text).replace("`", "")
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
