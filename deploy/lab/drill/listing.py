"""The matrix as people read it: what there is to play, and what it came to so far."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.table import Table

from deploy.lab.drill.disasters import DISASTERS, FAMILIES
from deploy.lab.drill.results import Result


def show_list() -> None:
    """Every disaster, family by family, with the outcome that it must have."""
    console = Console(highlight=False)
    for family, disasters in FAMILIES.items():
        console.print(f"\n[bold]{family}[/]")
        table = Table.grid(padding=(0, 2))
        for name, one in disasters.items():
            table.add_row(f"  {name}", one.title, "; ".join(must.name for must in one.must))
        console.print(table)


def markdown(results: Iterable[Result]) -> str:
    """A table of what was played, newest product first within a name: for docs/drills.md."""
    head = ("drill", "what happens", "profile", "passed", "writes resumed, s", "orders", "lost")
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *_rows(tuple(results))]) + "\n"


def _rows(results: Sequence[Result]) -> Iterator[str]:
    for name, disaster in DISASTERS.items():
        for profile in sorted({one.trial.profile for one in results}, reverse=True):
            mine = _newest(
                [r for r in results if (r.trial.drill, r.trial.profile) == (name, profile)]
            )
            if mine:
                yield f"| `{name}` | {disaster.title} | {profile} | {_told(mine)} |"


def _newest(results: Sequence[Result]) -> list[Result]:
    """The results of the newest product among these."""
    return [one for one in results if one.trial == results[-1].trial]


def _told(results: Sequence[Result]) -> str:
    passed = sum(one.passed for one in results)
    resumed = [s for one in results if (s := one.times.get("writes_resumed")) is not None]
    took = f"{min(resumed):.1f} to {max(resumed):.1f}, median {statistics.median(resumed):.1f}"
    orders = sum(one.orders.get("acknowledged", 0) for one in results)
    lost = sum(one.orders.get("lost", 0) for one in results)
    return f"{passed} of {len(results)} | {took if resumed else '-'} | {orders} | {lost}"
