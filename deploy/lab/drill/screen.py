"""The drill as people watch it: each fact when it happens, then the times and the invariants."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from rich.console import Console
from rich.table import Table
from rich.text import Text

from deploy.lab.drill.history import History
from deploy.lab.drill.invariants import Checked
from deploy.lab.drill.keepsake import rehearsed
from deploy.lab.drill.report import Report
from deploy.lab.slack.show import show
from jobs.audit import Entry
from jobs.sentences import Tone
from jobs.timeline import tell

STYLES: Mapping[Tone, str] = {
    "plain": "",
    "good": "green",
    "wary": "yellow",
    "bad": "red",
    "quiet": "dim",
}


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
        line = Text.assemble((clock, "dim"), "  ", (text, style))
        self.console.print(line, soft_wrap=True)

    def entry(self, entry: Entry) -> None:
        """One entry of the trail, as its own sentence."""
        line = tell(entry)
        self.say(f"trail {line.seq:>3}  {line.text}", style=STYLES[line.tone], at=line.at)

    def table(self, title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Numbers side by side."""
        table = Table(title=title, title_justify="left")
        for name in head:
            table.add_column(name, justify="right")
        for row in rows:
            table.add_row(*row)
        self.console.print(table)

    def thread(self, history: History) -> None:
        """What Slack says of the drill, as people would see it."""
        own = {f"{incident}@" for incident in rehearsed(history)}
        threads = [one for one in history.channel["threads"] if _begins(one["key"], own)]
        self.console.print(Text("\nSlack", "bold"))
        show({**history.channel, "threads": threads}, sys.stdout)

    def note(self, text: str) -> None:
        self.console.print(text, soft_wrap=True)

    def report(self, report: Report, *, unmanaged: str) -> None:
        self.console.print()
        self.console.print(_times(report, unmanaged))
        self.console.print(_hosts(report))
        self.console.print(_redirects(report))
        for one in report.invariants:
            self.console.print(_invariant(one), soft_wrap=True)
        self.console.print(_orders(report), soft_wrap=True)
        good = report.passed
        self.console.print(Text("PASS" if good else "FAIL", "bold green" if good else "bold red"))


def _begins(key: str | None, words: Iterable[str]) -> bool:
    return any((key or "").startswith(word) for word in words)


def _invariant(one: Checked) -> Text:
    mark = ("holds  ", "green") if one.held else ("BROKEN ", "bold red")
    return Text.assemble(mark, one.name, "\n", " " * 7, (one.evidence, "dim" if one.held else ""))


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


def _redirects(report: Report) -> Table:
    title = "Seconds from the new leader's first writable moment to the first order"
    table = Table("who", "by way of", title=title, title_justify="left")
    table.add_column("s", justify="right")
    for one in report.redirects:
        table.add_row(one.who, one.way, "never" if one.seconds is None else f"{one.seconds:.2f}")
    return table


def _orders(report: Report) -> Text:
    return Text(
        f"orders: {report.acknowledged} acknowledged, {report.lost} lost, {report.failed} failed; "
        f"trail: {report.audit.entries} entries, head {report.audit.head[:16]}"
    )
