"""The matrix as people read it: what there is to play, and what it came to so far."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import Console
from rich.table import Table

from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.disasters import FAMILIES
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
    """The matrix with what was played of it, family by family, then what was composed: docs/drills.md."""
    known = tuple(results)
    families = (_family(title, disasters, known) for title, disasters in FAMILIES.items())
    return "\n".join([*families, _composed(known)])


HEAD = ("drill", "what happens", "what must follow", "profile", "passed", "orders again, s", "lost")


def _family(title: str, disasters: Mapping[str, Disaster], known: Sequence[Result]) -> str:
    rows = [row for name, one in disasters.items() for row in _rows(name, one, known)]
    return _table(f"### {title[0].upper()}{title[1:]}", HEAD, rows)


def _table(title: str, head: Sequence[str], rows: Sequence[str]) -> str:
    return "\n".join([title, "", f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *rows, ""])


def _rows(name: str, disaster: Disaster, known: Sequence[Result]) -> Iterator[str]:
    """A row for each of Patroni's timings that it was played with; one for what never was."""
    must = "; ".join(one.name for one in disaster.must)
    said = f"| `{name}` | {disaster.title} | {must} |"
    mine = [one for one in known if one.trial.drill == name]
    for profile in sorted({one.trial.profile for one in mine}, reverse=True):
        newest = _newest([one for one in mine if one.trial.profile == profile])
        yield f"{said} {profile} | {_told(newest)} |"
    if not mine:
        yield f"{said} | not yet | | |"


def _newest(results: Sequence[Result]) -> list[Result]:
    """The results of the newest product among these."""
    return [one for one in results if one.trial == results[-1].trial]


def _told(results: Sequence[Result]) -> str:
    return f"{_passes(results)} | {_resumed(results)} | {_lost(results)}"


def _passes(results: Sequence[Result]) -> str:
    return f"{sum(one.passed for one in results)} of {len(results)}"


def _resumed(results: Sequence[Result]) -> str:
    took = [s for one in results if (s := one.times.get("writes_resumed")) is not None]
    if not took:
        return "-"
    return f"{min(took):.1f} to {max(took):.1f}, median {statistics.median(took):.1f}"


def _lost(results: Sequence[Result]) -> str:
    lost, kept = (sum(one.orders.get(n, 0) for one in results) for n in ("lost", "acknowledged"))
    return f"{lost} of {kept}"


def _composed(known: Sequence[Result]) -> str:
    """Composed faults of the newest product: minutes, faults, what they cost."""
    mine = [one for one in known if one.more.get("minutes")]
    newest = [one for one in mine if one.trial.product == mine[-1].trial.product]
    minutes, faults = (sum(one.more[name] for one in newest) for name in ("minutes", "faults"))
    row = f"| {minutes:g} | {faults} | {_passes(newest)} | {_lost(newest)} |"
    head = ("minutes", "faults", "labs passed", "lost")
    return _table("### Composed faults", head, [row] if newest else ["| not yet | | | |"])
