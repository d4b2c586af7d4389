"""How a command speaks: in colours to a terminal, in plain lines to a pipe, and never in foreign control codes."""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, TextIO

import click

if TYPE_CHECKING:
    from rich.console import Console

    from jobs.sentences import Tone

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_STYLES: Mapping[str, str] = {
    "plain": "",
    "good": "green",
    "wary": "yellow",
    "bad": "bold red",
    "quiet": "dim",
}


def visible(text: str) -> str:
    """Text that cannot steer a terminal: control characters are written out, newlines stay."""
    return _CONTROL.sub(lambda m: "\n" if m[0] == "\n" else f"\\x{ord(m[0]):02x}", text)


class Voice(Protocol):
    """Two ways to say it: lines, and rows in columns. Tones colour whole lines and rows."""

    def line(self, text: str = "", tone: Tone = "plain") -> None:
        """One line; a terminal wraps it between words."""

    def rows(
        self, rows: Sequence[Sequence[str]], *, head: Sequence[str] = (), indent: int = 0
    ) -> None:
        """Columns; the last may be long."""

    def toned(self, rows: Sequence[tuple[Tone, Sequence[str]]], *, indent: int = 0) -> None:
        """Columns, each row in its tone."""


def voice(out: TextIO | None = None) -> Voice:
    """The voice that fits standard output."""
    out = out or sys.stdout
    if not out.isatty():
        return PlainVoice()
    from rich.console import Console

    return TerminalVoice(Console(file=out, highlight=False, markup=False, emoji=False))


def say_json(value: object) -> None:
    """One JSON document on one line, or indented for a person at a terminal."""
    indent = 2 if sys.stdout.isatty() else None
    click.echo(json.dumps(value, ensure_ascii=False, indent=indent))


def say_error(text: str) -> None:
    """A line for stderr; a terminal gets it wrapped between words."""
    shown = visible(text)
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns
        lines = (textwrap.fill(x, width, subsequent_indent="  ") for x in shown.split("\n"))
        shown = "\n".join(lines)
    click.echo(shown, err=True)


def unbreakable(*streams: TextIO) -> None:
    """Let a stream write out what its encoding lacks, such as the lone half of a surrogate pair."""
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


class PlainVoice:
    """For pipes and files: no colour, no wrapping, columns kept by blanks."""

    def line(self, text: str = "", tone: Tone = "plain") -> None:  # noqa: ARG002 - a pipe has no colours
        click.echo(visible(text))

    def rows(
        self, rows: Sequence[Sequence[str]], *, head: Sequence[str] = (), indent: int = 0
    ) -> None:
        lines = [tuple(map(visible, row)) for row in ([head] if head else []) + list(rows)]
        widths = [
            max(len(row[i]) for row in lines if i < len(row))
            for i in range(max(map(len, lines), default=0))
        ]
        for row in lines:
            cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
            click.echo((" " * indent + "  ".join(cells)).rstrip())

    def toned(self, rows: Sequence[tuple[Tone, Sequence[str]]], *, indent: int = 0) -> None:
        self.rows([row for _, row in rows], indent=indent)


class TerminalVoice:
    """For people: colours, and a last column that wraps under itself."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def line(self, text: str = "", tone: Tone = "plain") -> None:
        from rich.text import Text

        self._console.print(Text(visible(text), style=_STYLES[tone]))

    def rows(
        self, rows: Sequence[Sequence[str]], *, head: Sequence[str] = (), indent: int = 0
    ) -> None:
        self._table([("plain", row) for row in rows], head=head, indent=indent)

    def toned(self, rows: Sequence[tuple[Tone, Sequence[str]]], *, indent: int = 0) -> None:
        self._table(rows, head=(), indent=indent)

    def _table(
        self, rows: Sequence[tuple[Tone, Sequence[str]]], *, head: Sequence[str], indent: int
    ) -> None:
        from rich.padding import Padding
        from rich.table import Table
        from rich.text import Text

        table = Table(
            box=None,
            padding=(0, 2, 0, 0),
            show_header=bool(head),
            header_style="bold",
            pad_edge=False,
        )
        width = max((len(row) for _, row in rows), default=len(head))
        for i in range(width):
            last = i == width - 1
            table.add_column(
                head[i] if i < len(head) else "",
                no_wrap=not last,
                overflow="fold" if last else "ellipsis",
            )
        for tone, row in rows:
            table.add_row(*(Text(visible(cell)) for cell in row), style=_STYLES[tone])
        self._console.print(Padding(table, (0, 0, 0, indent)))
