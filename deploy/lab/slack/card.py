"""One message of Slack's in a terminal: the bar in its colour, headline, fields in two columns, small print."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.rule import Rule
from rich.segment import Segment
from rich.style import Style
from rich.table import Table
from rich.text import Text

from deploy.lab.slack.paint import painted, plain

Json = Mapping[str, Any]
BAR = "▌ "
REPLY = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Painter:
    """Paints what `GET /_lab/thread` tells; `zone` is the reader's (None: this machine's own)."""

    zone: tzinfo | None = None

    def channel(self, told: Json) -> Iterator[RenderableType]:
        """Every thread, oldest first."""
        for thread in told["threads"]:
            yield self.message(thread)
            for reply in thread["replies"]:
                yield Beside(" " * REPLY, self.message(reply))
            yield Text("")

    def message(self, told: Json) -> RenderableType:
        """Who and when, and what stands there now."""
        head = Text.assemble(
            ("pgbaton" if told["bot"] else "somebody", "bold"),
            ("  " + self._clock(told), "dim"),
            ("  (edited)" if told["edits"] else "", "dim"),
        )
        if told["deleted"]:
            return Group(head, Text("This message was deleted.", style="dim italic"))
        return Group(head, *self._content(told))

    def _clock(self, told: Json) -> str:
        at = datetime.fromtimestamp(float(told["ts"]), UTC).astimezone(self.zone)
        return at.strftime("%H:%M:%S")

    def _content(self, told: Json) -> Iterator[RenderableType]:
        """Blocks stand in for the text; an attachment stands below it, with its bar."""
        if told["blocks"]:
            yield from map(self._block, told["blocks"])
        elif told["text"]:
            yield self._mrkdwn(told["text"])
        for card in told["attachments"]:
            yield self._card(card)

    def _card(self, card: Json) -> RenderableType:
        style = Style.parse(_colour(card.get("color")))
        inner = [self._block(block) for block in card.get("blocks") or []]
        if not inner:
            inner = [self._mrkdwn(str(card.get("text") or card.get("fallback") or ""))]
        return Beside(BAR, Group(*inner), style)

    def _block(self, block: Json) -> RenderableType:
        match block.get("type"):
            case "header":
                return Text.assemble((plain(str(block["text"]["text"])).plain, "bold"))
            case "section":
                return self._section(block)
            case "context":
                return self._small(block["elements"])
            case "divider":
                return Rule(style="dim")
            case "actions":
                return Text("  ".join(f"[ {b['text']['text']} ]" for b in block["elements"]))
            case other:
                return Text(f"({other})", style="dim")

    def _section(self, block: Json) -> RenderableType:
        parts: list[RenderableType] = [self._object(block["text"])] if block.get("text") else []
        if fields := block.get("fields"):
            parts.append(self._fields(fields))
        return Group(*parts)

    def _fields(self, fields: Sequence[Json]) -> RenderableType:
        table = Table.grid(padding=(0, 4, 0, 0))
        cells = [self._object(field) for field in fields]
        for left in range(0, len(cells), 2):
            table.add_row(*cells[left : left + 2])
        return table

    def _small(self, elements: Sequence[Json]) -> RenderableType:
        words = [self._object(e) for e in elements if e.get("type") != "image"]
        text = Text("  ").join(words)
        text.stylize("dim")
        return text

    def _object(self, found: Json) -> Text:
        said = str(found.get("text", ""))
        return plain(said) if found.get("type") == "plain_text" else self._mrkdwn(said)

    def _mrkdwn(self, said: str) -> Text:
        return painted(said, self.zone)


class Beside:
    """Something with the same before each of its lines: a coloured bar, or blanks."""

    def __init__(self, before: str, inner: RenderableType, style: Style | None = None) -> None:
        self.before, self.inner, self.style = before, inner, style

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        narrower = options.update(width=options.max_width - len(self.before))
        for line in console.render_lines(self.inner, narrower, pad=False):
            yield Segment(self.before, self.style)
            yield from _without_end(line)
            yield Segment.line()


def _without_end(line: list[Segment]) -> list[Segment]:
    """A line without the blanks that only fill it."""
    while line and not line[-1].text.strip():
        line = line[:-1]
    return line


def _colour(said: object) -> str:
    named = {"good": "#2eb67d", "warning": "#ecb22e", "danger": "#e01e5a", None: "#dddddd"}
    return named.get(said, str(said)) if isinstance(said, str | None) else "#dddddd"
