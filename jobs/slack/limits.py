"""Slack's limits, checked before anything is sent: a message that Slack refuses is missing when it is needed.

Sources: docs.slack.dev, reference/block-kit/blocks, reference/block-kit/composition-objects,
reference/methods/chat.postMessage, legacy attachments, messaging/message-metadata. Only what pgbaton
uses is known here; another kind of block is a mistake until it stands in BLOCKS.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jobs.slack.message import Message
from jobs.slack.payload import payload

TEXT, TEXT_AT_MOST = 4_000, 40_000
"""Characters of a message's text: what Slack advises (and chat.update takes), and where it cuts."""

BLOCKS, BLOCK_ID, SECTION, FIELDS, FIELD, HEADER, CONTEXT = 50, 255, 3_000, 10, 2_000, 150, 10
ACTIONS, BUTTON, URL, VALUE, ALT = 25, 75, 3_000, 2_000, 2_000
ATTACHMENTS, METADATA = 20, 4_000
ALL_TEXTS = 12_000
"""Characters of all texts of one message: Slack refuses more (msg_blocks_too_long), but names no number."""

Object = Mapping[str, Any]
Found = Iterator[str]
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}|good|warning|danger")


def mistakes(message: Message, *, key: str = "") -> tuple[str, ...]:
    """What Slack would refuse or cut of a message, each with its path; empty for a good one."""
    return payload_mistakes(payload(message, key=key))


def payload_mistakes(body: Object) -> tuple[str, ...]:
    """The same for what the API is given: text, blocks, attachments, metadata."""
    return tuple(_body(body))


def _body(body: Object) -> Found:
    blocks, cards = body.get("blocks") or [], body.get("attachments") or []
    if not (body.get("text") or blocks or cards):
        yield "text: nothing is said; give a text, or blocks"
    yield from _short("text", body.get("text") or "", TEXT)
    yield from _blocks("blocks", blocks)
    yield from _several("attachments", cards, most=ATTACHMENTS, least=0, each=_card)
    yield from _metadata(body.get("metadata"))
    yield from _together(blocks, cards)


def _card(path: str, card: Object) -> Found:
    if not (card.get("blocks") or card.get("text")):
        yield f"{path}: has neither blocks nor text"
    if not card.get("fallback"):
        yield f"{path}.fallback: is empty; notifications and screen readers have nothing to say"
    if (colour := card.get("color")) is not None and not _COLOUR.fullmatch(str(colour)):
        yield f"{path}.color: {colour!r} is not like #2eb67d"
    yield from _short(f"{path}.fallback", card.get("fallback") or "", TEXT)
    yield from _blocks(f"{path}.blocks", card.get("blocks") or [])


def _metadata(found: Any) -> Found:
    if found is None:
        return
    if not isinstance(found, Mapping) or not isinstance(found.get("event_payload"), Mapping):
        yield "metadata: must be {event_type, event_payload}"
    elif not re.fullmatch(r"\w+", str(found.get("event_type", ""))):
        yield "metadata.event_type: must be letters, digits and _"
    elif (size := len(json.dumps(found).encode())) > METADATA:
        yield f"metadata: {size} bytes; Slack takes {METADATA}"


def _together(blocks: Any, cards: Any) -> Found:
    """What only shows in the whole: ids that stand twice, and too many words."""
    inner = [card.get("blocks") or [] for card in cards if isinstance(card, Mapping)]
    every = [b for some in (blocks, *inner) for b in some if isinstance(b, Mapping)]
    ids = Counter(str(b["block_id"]) for b in every if b.get("block_id"))
    yield from (f"blocks: block_id {one!r} stands {n} times" for one, n in ids.items() if n > 1)
    if (size := sum(_letters(every))) > ALL_TEXTS:
        yield f"blocks: {size} characters in all; keep below {ALL_TEXTS}"


def _letters(value: Any) -> Iterator[int]:
    match value:
        case {"type": "mrkdwn" | "plain_text", "text": str() as text}:
            yield len(text)
        case Mapping():
            for one in value.values():
                yield from _letters(one)
        case list() | tuple():
            for one in value:
                yield from _letters(one)
        case _:
            pass


def _blocks(path: str, blocks: Any) -> Found:
    yield from _several(path, blocks, most=BLOCKS, least=0, each=_block)


def _block(path: str, block: Object) -> Found:
    check = BLOCK_CHECKS.get(str(block.get("type")))
    if check is None:
        yield f"{path}.type: {block.get('type')!r} is none of {', '.join(BLOCK_CHECKS)}"
        return
    yield from _short(f"{path}.block_id", block.get("block_id") or "", BLOCK_ID)
    yield from check(path, block)


def _section(path: str, block: Object) -> Found:
    if not (block.get("text") or block.get("fields")):
        yield f"{path}: a section needs text or fields"
    if block.get("text") is not None:
        yield from _text(f"{path}.text", block["text"], most=SECTION)
    if block.get("fields") is not None:
        yield from _several(f"{path}.fields", block["fields"], most=FIELDS, each=_field)
    if block.get("accessory") is not None:
        yield from _button(f"{path}.accessory", block["accessory"])


def _field(path: str, field: Object) -> Found:
    yield from _text(path, field, most=FIELD)


def _header(path: str, block: Object) -> Found:
    yield from _text(f"{path}.text", block.get("text"), most=HEADER, kinds=("plain_text",))


def _context(path: str, block: Object) -> Found:
    yield from _several(f"{path}.elements", block.get("elements"), most=CONTEXT, each=_word)


def _word(path: str, element: Object) -> Found:
    if element.get("type") == "image":
        yield from _image(path, element)
    else:
        yield from _text(path, element, most=SECTION)


def _actions(path: str, block: Object) -> Found:
    yield from _several(f"{path}.elements", block.get("elements"), most=ACTIONS, each=_button)


def _image(path: str, block: Object) -> Found:
    yield from _given(f"{path}.image_url", block.get("image_url"), URL)
    yield from _given(f"{path}.alt_text", block.get("alt_text"), ALT)


def _divider(_path: str, _block: Object) -> Found:
    yield from ()


def _button(path: str, element: Any) -> Found:
    if not isinstance(element, Mapping) or element.get("type") != "button":
        yield f"{path}: only a button is known here"
        return
    yield from _text(f"{path}.text", element.get("text"), most=BUTTON, kinds=("plain_text",))
    for name, most in (("url", URL), ("value", VALUE), ("action_id", BLOCK_ID)):
        yield from _short(f"{path}.{name}", element.get(name) or "", most)
    if (url := element.get("url")) and not re.match(r"https?://\S+$", str(url)):
        yield f"{path}.url: must begin with https:// or http://"


def _text(
    path: str, found: Any, *, most: int, kinds: tuple[str, ...] = ("mrkdwn", "plain_text")
) -> Found:
    """A text object: its shape, and 1 to `most` characters."""
    if not isinstance(found, Mapping):
        yield f"{path}: must be a text object"
        return
    if (kind := found.get("type")) not in kinds:
        yield f"{path}.type: {kind!r} is not {' or '.join(kinds)}"
    for name, owner in (("emoji", "plain_text"), ("verbatim", "mrkdwn")):
        if name in found and kind != owner:
            yield f"{path}.{name}: belongs to {owner} alone"
    yield from (f"{path}.{n}: is unknown" for n in found if n not in _TEXT_MEMBERS)
    yield from _given(f"{path}.text", found.get("text"), most)


_TEXT_MEMBERS = frozenset({"type", "text", "emoji", "verbatim"})


def _given(path: str, found: Any, most: int) -> Found:
    if not isinstance(found, str) or not found:
        yield f"{path}: is empty"
    else:
        yield from _short(path, found, most)


def _short(path: str, found: Any, most: int) -> Found:
    if not isinstance(found, str):
        yield f"{path}: must be a text"
    elif len(found) > most:
        yield f"{path}: {len(found)} characters; Slack takes {most}"


def _several(
    path: str, found: Any, *, most: int, each: Callable[[str, Object], Found], least: int = 1
) -> Found:
    if not isinstance(found, list | tuple):
        yield f"{path}: must be a list"
        return
    if not least <= len(found) <= most:
        yield f"{path}: {len(found)} of them; Slack takes {least} to {most}"
    for index, one in enumerate(found):
        if isinstance(one, Mapping):
            yield from each(f"{path}[{index}]", one)
        else:
            yield f"{path}[{index}]: must be an object"


BLOCK_CHECKS: Mapping[str, Callable[[str, Object], Found]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "divider": _divider,
    "actions": _actions,
    "image": _image,
}
"""The kinds of blocks that pgbaton may use, and what must be true of each."""
