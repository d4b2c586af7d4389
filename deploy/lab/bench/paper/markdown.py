"""Words and tables as Markdown: a name with a bar or a bracket in it stays a name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from jobs.picture.letters import shown

MEANT = re.compile(r"([\\`*_\[\]<>|~$#&!])")
BEGINS = re.compile(r"^([-+=]|\d+(?=[.)](?: |$)))")


def plain(text: object) -> str:
    """Text that shows as it is, on one line, wherever it stands."""
    escaped = MEANT.sub(r"\\\1", shown(text))
    return BEGINS.sub(_begun, escaped)


def whole(figure: str) -> str:
    """The same of a figure, which no line break parts from its unit."""
    return re.sub(r"(?<=\d) ", "\N{NO-BREAK SPACE}", plain(figure))


def _begun(match: re.Match[str]) -> str:
    """What would make a list or a heading of it."""
    sign = match[1]
    return f"{sign}\\" if sign.isdigit() else f"\\{sign}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, right: set[int]) -> str:
    """Cells are Markdown already; `right` are the columns of figures."""
    rule = ["---:" if column in right else "---" for column in range(len(heads))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, rule, *rows))
