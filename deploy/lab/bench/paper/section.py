"""A family's numbers as Markdown: the machine, what is held against limits, every series, what explains them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deploy.lab.bench.machine import told
from deploy.lab.bench.paper.markdown import plain, table, whole
from deploy.lab.bench.plot import NARROW, WIDE, layout, svg
from deploy.lab.bench.record import Run
from deploy.lab.bench.result import Group, Measured, Row
from deploy.lab.bench.show import FIGURES, HEADINGS, cells, columns, pictured, series_table
from jobs.picture.letters import markup

FOLDER = "benchmarks"
"""Where the pictures lie, beside the page."""

PHONE = "(max-width: 600px)"

SHORT = 10
"""Lines of a table that nobody minds to scroll past."""


def section(run: Run, measured: Measured) -> str:
    """What stands between a family's markers."""
    return "\n\n".join(_parts(run, measured))


def not_measured(family: str) -> str:
    """The same of a family without numbers."""
    return f"Not measured yet: `./dev bench {family} --doc` writes its numbers here."


def pictures(measured: Measured) -> dict[str, str]:
    """The SVG files, by name: each group for a desk and for a phone."""
    return {
        file_name(measured.family, number, narrow=shape is NARROW): svg(layout(group, shape=shape))
        for number, group in enumerate(pictured(measured), start=1)
        for shape in (WIDE, NARROW)
    }


def file_name(family: str, number: int, *, narrow: bool = False) -> str:
    return f"{family}-{number}{'-narrow' if narrow else ''}.svg"


def _parts(run: Run, measured: Measured) -> Iterator[str]:
    if run.quick:
        yield "**A quick look (`--quick`): fewer sizes and repetitions, which prove nothing.**"
    yield f"Measured on {run.at:%Y-%m-%d} on {plain(told(run.machine))}."
    if measured.rows:
        yield _rows(measured)
    for number, group in enumerate(pictured(measured), start=1):
        yield _picture(measured.family, number, group)
        yield _series(group)
    if measured.notes:
        yield "\n".join(f"- {plain(note)}" for note in measured.notes)


def _rows(measured: Measured) -> str:
    kept = columns(measured)
    heads = [HEADINGS[column] for column in kept]
    right = {place for place, head in enumerate(heads, start=1) if head in FIGURES}
    return table(["", *heads], (_row(row, kept) for row in measured.rows), right=right)


def _row(row: Row, kept: Sequence[int]) -> Sequence[str]:
    """The verdict comes first: a phone shows the first columns."""
    what, *figures = cells(row)
    told_ = (f"{plain(what)} (`{row.name}`)", *map(whole, figures))
    return [
        "held" if row.held else "**not\N{NO-BREAK SPACE}held**",
        *(told_[column] for column in kept),
    ]


def _picture(family: str, number: int, group: Group) -> str:
    """Its figures are in the table below it, so that its description need not repeat them."""
    narrow = f"{FOLDER}/{file_name(family, number, narrow=True)}"
    return "\n".join(
        (
            "<p><picture>",
            f'<source media="{PHONE}" srcset="{narrow}">',
            f'<img src="{FOLDER}/{file_name(family, number)}" alt="{markup(group.title)}: the table below">',
            "</picture></p>",
        )
    )


def _series(group: Group) -> str:
    """Folded where it is long: the picture says the same."""
    heads, lines = series_table(group)
    rows = ((plain(name), *map(whole, figures)) for name, *figures in lines)
    text = table((plain(group.title), *heads), rows, right=set(range(1, len(heads) + 1)))
    if len(lines) <= SHORT:
        return text
    return f"<details><summary>The same as a table</summary>\n\n{text}\n\n</details>"
