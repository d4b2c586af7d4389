"""The results for people and for scripts: a table on the terminal, JSON, or the page docs/mutants.md."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import assert_never

from rich.console import Console
from rich.table import Table
from rich.text import Text

from deploy.lab.mutation.outcome import Caught, Result, Survived, Unfit

PAGE = """\
# Mutants

The product is broken on purpose, {count} times, and each time some ordinary test must notice. Each mutant is a patch in
`deploy/lab/mutants/`, with what it breaks and what that would cost. For each one a fresh copy of the checkout is made and
broken; tests run there until one fails, and that one must fail a second time there, and pass in a copy that nobody broke.
What was caught is remembered in `drills/mutants.json` until a file of the checkout changes.

A patch that does not apply any more is a failure too. To write or renew one, break the product by hand, put what `git diff -U1`
prints below the three lines of the header, and take the break back. If it survives, a test is missing: write one that demands
what the product promises there, not one that looks for the mutant.

    ./dev drill --mutants                           # this table; exit 1 if any mutant survives
    ./dev drill --mutants --report docs/mutants.md  # this page, anew; any other name: JSON

| mutant | what is broken | caught by |
|---|---|---|
{rows}
"""


def line_of(result: Result) -> Text:
    """One mutant's end in one line."""
    return Text(f"{result.mutant.name}: {said(result)}")


def said(result: Result) -> str:
    match result.outcome:
        case Caught(by=by):
            return f"caught by {by}"
        case Survived():
            return "SURVIVED: no test noticed; write one that demands what it breaks"
        case Unfit(reason=reason, remedy=remedy):
            return f"NOTHING PROVEN: {reason}; {remedy}"
        case _:
            assert_never(result.outcome)


def show(results: Sequence[Result], console: Console) -> None:
    """The table, and how many were caught."""
    table = Table(title="Mutants", title_justify="left", show_lines=True)
    for heading in ("mutant", "what is broken", "caught by"):
        table.add_column(heading, overflow="fold")
    for one in results:
        style = "" if one.caught_by else "red"
        cells = (one.mutant.name, one.mutant.breaks, one.caught_by or said(one))
        table.add_row(*map(Text, cells), style=style)  # a test's brackets are no markup
    console.print(table)
    caught = sum(one.caught_by is not None for one in results)
    console.print(f"{caught} of {len(results)} mutants caught", soft_wrap=True)


def write(file: Path, results: Sequence[Result]) -> None:
    """`--report FILE`: a page where it ends in .md, else JSON."""
    file.write_text(page(results) if file.suffix == ".md" else as_json(results))


def as_json(results: Sequence[Result]) -> str:
    told = [
        {
            "name": one.mutant.name,
            "breaks": one.mutant.breaks,
            "costs": one.mutant.costs,
            "caught_by": one.caught_by,
            "said": said(one),
        }
        for one in results
    ]
    return json.dumps({"mutants": told}, indent=2) + "\n"


def page(results: Sequence[Result]) -> str:
    rows = (
        f"| {one.mutant.name} | {one.mutant.breaks} {one.mutant.costs} | {_cell(one)} |"
        for one in results
    )
    return PAGE.format(count=len(results), rows="\n".join(rows))


def _cell(result: Result) -> str:
    by = result.caught_by
    return said(result) if by is None else "`" + by.replace("|", "\\|") + "`"
