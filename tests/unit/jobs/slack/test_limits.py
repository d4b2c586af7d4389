"""What Slack would refuse is found before it is sent, with its path."""

from collections.abc import Mapping
from typing import Any

import pytest
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from jobs.slack.limits import mistakes, payload_mistakes
from jobs.slack.message import Message

Blocks = list[dict[str, Any]]


def _words(length: int, kind: str = "mrkdwn") -> dict[str, Any]:
    return {"type": kind, "text": "x" * length}


def _section(length: int = 1, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": _words(length), **more}


def _fields(*lengths: int) -> dict[str, Any]:
    return {"type": "section", "fields": [_words(one) for one in lengths]}


def _header(length: int, kind: str = "plain_text") -> dict[str, Any]:
    return {"type": "header", "text": _words(length, kind)}


def _context(count: int) -> dict[str, Any]:
    return {"type": "context", "elements": [_words(1)] * count}


def _button(**more: Any) -> dict[str, Any]:
    button = {"type": "button", "action_id": "page", "text": _words(4, "plain_text"), **more}
    return {"type": "actions", "elements": [button]}


def _image(**more: Any) -> dict[str, Any]:
    return {"type": "image", "image_url": "https://example.org/a.png", "alt_text": "a", **more}


GOOD: Mapping[str, Blocks] = {
    "none": [],
    "sections": [_section()] * 50,
    "section": [_section(3000)],
    "fields": [_fields(*[1000] * 9, 2000)],
    "header": [_header(150)],
    "context": [_context(10)],
    "divider": [{"type": "divider"}],
    "button": [_button(url="https://example.org/" + "x" * 2900)],
    "image": [_image()],
    "id": [_section(block_id="x" * 255)],
}

BAD: Mapping[str, tuple[Blocks, str]] = {
    "sections": ([_section()] * 51, "blocks: 51 of them; Slack takes 0 to 50"),
    "section": ([_section(3001)], "blocks[0].text.text: 3001 characters; Slack takes 3000"),
    "empty": ([_section(0)], "blocks[0].text.text: is empty"),
    "nothing": ([{"type": "section"}], "blocks[0]: a section needs text or fields"),
    "fields": ([_fields(*[1] * 11)], "blocks[0].fields: 11 of them; Slack takes 1 to 10"),
    "field": ([_fields(1, 2001)], "blocks[0].fields[1].text: 2001 characters; Slack takes 2000"),
    "header": ([_header(151)], "blocks[0].text.text: 151 characters; Slack takes 150"),
    "header's kind": ([_header(9, "mrkdwn")], "blocks[0].text.type: 'mrkdwn' is not plain_text"),
    "context": ([_context(11)], "blocks[0].elements: 11 of them; Slack takes 1 to 10"),
    "empty context": ([_context(0)], "blocks[0].elements: 0 of them; Slack takes 1 to 10"),
    "label": (
        [_button(text=_words(76, "plain_text"))],
        "blocks[0].elements[0].text.text: 76 characters; Slack takes 75",
    ),
    "url": (
        [_button(url="https://" + "x" * 2993)],
        "blocks[0].elements[0].url: 3001 characters; Slack takes 3000",
    ),
    "alt": ([_image(alt_text="")], "blocks[0].alt_text: is empty"),
    "id": ([_section(block_id="x" * 256)], "blocks[0].block_id: 256 characters; Slack takes 255"),
}

OURS: Mapping[str, tuple[Blocks, str]] = {
    "kind": ([{"type": "sektion"}], "blocks[0].type: 'sektion' is none of header, section"),
    "twice": ([_section(block_id="a")] * 2, "blocks: block_id 'a' stands 2 times"),
    "emoji": (
        [{"type": "section", "text": {**_words(1), "emoji": True}}],
        "blocks[0].text.emoji: belongs to plain_text alone",
    ),
    "stranger": (
        [{"type": "section", "text": {**_words(1), "colour": "red"}}],
        "blocks[0].text.colour: is unknown",
    ),
    "no object": ([{"type": "section", "text": "hello"}], "blocks[0].text: must be a text object"),
    "long in all": ([_section(2500)] * 5, "blocks: 12500 characters in all; keep below 12000"),
    "script": ([_button(url="javascript:x")], "blocks[0].elements[0].url: must begin with https"),
}


@pytest.mark.parametrize("blocks", GOOD.values(), ids=GOOD)
def test_what_slack_takes_is_fine(blocks: Blocks) -> None:
    """Up to the very limit, and slack_sdk's own models agree."""
    assert mistakes(Message(text="hello", blocks=tuple(blocks))) == ()
    assert _agreed(blocks)


@pytest.mark.parametrize(("blocks", "said"), BAD.values(), ids=BAD)
def test_one_more_is_a_mistake(blocks: Blocks, said: str) -> None:
    """Its path and both numbers are told."""
    assert mistakes(Message(text="hello", blocks=tuple(blocks))) == (said,)


def test_slack_sdk_says_no_to_the_same() -> None:
    """Where its own models look at all: the numbers here are not only ours."""
    refused = {name for name, (blocks, _) in BAD.items() if not _agreed(blocks)}
    assert refused >= SEEN, refused


SEEN = {"nothing", "fields", "header", "context", "id"}


@pytest.mark.parametrize(("blocks", "said"), OURS.values(), ids=OURS)
def test_what_slack_would_misread_is_a_mistake(blocks: Blocks, said: str) -> None:
    """Shapes that no model of slack_sdk refuses."""
    (found,) = mistakes(Message(text="hello", blocks=tuple(blocks)))
    assert found.startswith(said)


def test_a_coloured_message_is_checked_inside() -> None:
    """Its blocks stand in an attachment, and so do the paths."""
    card = Message(text="hello", blocks=(_section(3001),), colour="red")
    assert mistakes(card) == (
        "attachments[0].color: 'red' is not like #2eb67d",
        "attachments[0].blocks[0].text.text: 3001 characters; Slack takes 3000",
    )


def test_a_message_says_something() -> None:
    """An empty one, and one whose notification is empty, are mistakes."""
    assert mistakes(Message(text="")) == ("text: nothing is said; give a text, or blocks",)
    silent = Message(text="", blocks=(_section(),), colour="#2eb67d")
    assert "fallback: is empty" in mistakes(silent)[0]


def test_text_and_metadata_have_an_end() -> None:
    """4,000 characters of text, since chat.update takes no more, and 4,000 bytes of metadata."""
    assert mistakes(Message(text="x" * 4001)) == ("text: 4001 characters; Slack takes 4000",)
    (found,) = mistakes(Message(text="x"), key="k" * 4000)
    assert found.startswith("metadata: ")


@pytest.mark.parametrize(
    "body",
    [
        {"text": 7},
        {"blocks": "[]"},
        {"text": "x", "blocks": ["section"]},
        {"text": "x", "attachments": [{"color": "#000000"}]},
        {"text": "x", "metadata": "key"},
        {"text": "x", "metadata": {"event_type": "a b", "event_payload": {}}},
    ],
    ids=["number", "text for a list", "text for a block", "empty card", "no object", "blanks"],
)
def test_what_is_no_message_at_all_is_a_mistake(body: dict[str, Any]) -> None:
    """The double is sent anything; nothing raises."""
    assert payload_mistakes(body)


def _agreed(blocks: Blocks) -> bool:
    """Whether slack_sdk's own models take every block."""
    try:
        for block in blocks:
            parsed = Block.parse(block)
            assert parsed is not None
            parsed.validate_json()
    except SlackObjectFormationError:
        return False
    return True
