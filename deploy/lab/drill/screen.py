"""The drill as people watch it: each fact when it happens, then the times and the invariants."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field

from rich.console import Console
from rich.table import Table

from deploy.lab.drill.report import Report
from jobs.audit import Entry
from jobs.timeline import tell

STYLES = {"plain": "", "good": "green", "bad": "red", "quiet": "dim"}


@dataclass(slots=True, kw_only=True)
class Screen:
    """Prints lines with the seconds since the drill began, and since the fault once it happened."""

    console: Console = field(default_factory=lambda: Console(highlight=False))
    began: float = field(default_factory=time.time)
    fault: float | None = None

    def say(self, text: str, *, style: str = "", at: float | None = None) -> None:
        now = time.time() if at is None else at
        if self.fault is None:
            clock = f"{now - self.began:7.2f} s"
        else:
            clock = f"{now - self.fault:+7.2f} s"
        self.console.print(f"[dim]{clock}[/]  ", end="")
        self.console.print(text, style=style, markup=False, soft_wrap=True)

    def entry(self, entry: Entry) -> None:
        """One entry of the trail, as its own sentence."""
        line = tell(entry)
        self.say(f"trail {line.seq:>3}  {line.text}", style=STYLES[line.tone], at=line.at)

    def report(self, report: Report, *, unmanaged: str) -> None:
        print_times = self.console.print
        print_times()
        print_times(_times(report, unmanaged))
        print_times(_hosts(report))
        for one in report.invariants:
            mark, style = ("holds", "green") if one.held else ("BROKEN", "bold red")
            print_times(f"{mark:<7}", style=style, end="")
            print_times(f"{one.name}\n        {one.evidence}", markup=False, soft_wrap=True)
        print_times(_orders(report), markup=False)
        style = "bold green" if report.passed else "bold red"
        print_times("PASS" if report.passed else "FAIL", style=style)


def _times(report: Report, unmanaged: str) -> Table:
    table = Table(title="Seconds since the fault", title_justify="left")
    table.add_column("what")
    table.add_column("s", justify="right")
    for name, value in asdict(report.times).items():
        label = f"{unmanaged}, left to itself" if name == "unmanaged_host" else name
        table.add_row(label.replace("_", " "), "never" if value is None else f"{value:.2f}")
    return table


def _hosts(report: Report) -> Table:
    table = Table("host", "outcome", "seconds", "restarts")
    for one in report.hosts:
        seconds = "-" if one.seconds is None else f"{one.seconds:.2f}"
        table.add_row(one.host, one.outcome, seconds, str(one.restarts))
    return table


def _orders(report: Report) -> str:
    return (
        f"orders: {report.acknowledged} acknowledged, {report.lost} lost, {report.failed} failed; "
        f"trail: {report.audit.entries} entries, head {report.audit.head[:16]}"
    )
