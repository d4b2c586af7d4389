"""Post-mortems of tales and of recorded drills, and what a reader of Markdown or HTML finds in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from jobs.audit import Entry, Head
from jobs.story import Story
from tests.tale import START, Tale
from tests.unit.jobs.story.drills import drill, story_of
from webhook.report import Context, html, markdown

VOID = {"meta", "link", "br", "img", "input", "hr"}


def of_tale(tale: Tale, **more: Any) -> tuple[Story, Context]:
    return tale.story, context(tale.entries, **more)


def of_drill(name: str, **more: Any) -> tuple[Story, Context]:
    return story_of(name), context(drill(name).entries, **more)


def context(known: Sequence[Entry], **more: Any) -> Context:
    newest = known[-1]
    plain = Context(
        now=START + 800,
        entries=tuple(known),
        head=Head(seq=newest.seq, hash=newest.hash, at=newest.at),
    )
    return replace(plain, **more)


class Seen(HTMLParser):
    """What a browser would make of a document: elements with attributes, and every cell's text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        self.words.append(data)
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


def seen(story: Story, about: Context) -> Seen:
    document = Seen(html(story, about))
    assert document.open == []
    return document


def tokens(story: Story, about: Context) -> list[Token]:
    """Markdown as a reader parses it: CommonMark, with tables and strikethrough."""
    return parsed(markdown(story, about))


def parsed(text: str) -> list[Token]:
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    return list(_flat(reader.parse(text)))


def _flat(found: Sequence[Token]) -> Iterator[Token]:
    for token in found:
        yield token
        yield from _flat(token.children or ())


def rows(found: Sequence[Token]) -> list[list[str]]:
    """Every table's rows, cell by cell, as plain words."""
    table: list[list[str]] = []
    cell = False
    for token in found:
        if token.type == "tr_open":
            table.append([])
        elif token.type in {"td_open", "th_open"}:
            cell = True
            table[-1].append("")
        elif token.type in {"td_close", "th_close"}:
            cell = False
        elif cell and token.type in {"text", "text_special", "code_inline"}:
            table[-1][-1] += token.content
    return table
