"""Foreign words in Markdown: without it a member's name could be a link, an image, or a column of a table."""

from __future__ import annotations

import re

from jobs.picture.letters import shown

_ENTITIES = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    "|": "&#124;",
    "`": "&#96;",
    "\\": "&#92;",
    "$": "&#36;",
    "~": "&#126;",
}
"""What is never markup in this spelling, whatever stands around it; readers show the character."""

_SPECIAL = re.compile(r"[&<>|`\\$~]")
_INLINE = re.compile(r"([*\[\]#!{}]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))")
_LINK = re.compile(r"(?i)(://|www\.|@)")


def marked(text: object) -> str:
    """Text that Markdown shows as it is, in a paragraph, an item or a table's cell: on one line, no
    emphasis, code, link, image, HTML, and no address that a reader would link by itself."""
    plain = _SPECIAL.sub(lambda m: _ENTITIES[m[0]], shown(text))
    quiet = _INLINE.sub(r"\\\1", plain.replace("&#", "\0"))
    return _LINK.sub(lambda m: _unlinked(m[0]), quiet).replace("\0", "&#")


def _unlinked(start: str) -> str:
    """The same letters, of which one is an entity, so that no reader sees the start of an address."""
    return start.replace(":", "&#58;").replace(".", "&#46;").replace("@", "&#64;")


def fenced(text: str) -> str:
    """A code block that nothing in it can end; control characters are gone, the lines stay."""
    lines = (line.replace("`", "'") for line in text.split("\n"))
    return "\n".join(["```text", *lines, "```"])
