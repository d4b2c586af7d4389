"""pgbaton lab slack: the threads in the lab's Slack as people would see them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, TextIO

import click
import requests
from rich.console import Console

from deploy.cli.exits import Exit, Fault
from deploy.lab.layout import OUTSIDE_CONTROL
from deploy.lab.slack.card import Painter

VARIABLE = "PGBATON_LAB_SLACK"
NARROW, WIDE = 60, 100


@click.group(short_help="Look into a running lab.")
def lab() -> None:
    """Look into a running lab."""


@lab.command()
@click.option("--url", envvar=VARIABLE, default=OUTSIDE_CONTROL, show_default=True, metavar="URL")
@click.option("--file", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="As the double tells it.")
def slack(url: str, path: Path | None, *, as_json: bool) -> None:
    """Show the threads in the lab's Slack.

    URL is where the lab's hand on its Slack answers; with --file, what it told before is shown.
    """
    told = read(url) if path is None else json.loads(path.read_text(encoding="utf-8"))
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        show(told, sys.stdout)


def read(url: str) -> Any:
    """What stands in the channel now."""
    try:
        answer = requests.get(f"{url.rstrip('/')}/_lab/thread", timeout=5)
        answer.raise_for_status()
        return answer.json()
    except (requests.RequestException, ValueError):
        raise Fault(
            f"no Slack of a lab answers at {url}",
            "bring a lab up with ./dev lab, and give the address it prints with --url",
            code=Exit.UNAVAILABLE,
        ) from None


def show(told: Any, out: TextIO, *, painter: Painter | None = None) -> None:
    """Paint a channel: in colours where `out` is a terminal, else in plain words."""
    terminal = Console(file=out, highlight=False, markup=False, emoji=False)
    width = max(NARROW, min(WIDE, terminal.width)) if out.isatty() else WIDE
    console = Console(file=out, highlight=False, markup=False, emoji=False, width=width)
    if not told["threads"]:
        console.print("Nothing was posted.")
    for one in (painter or Painter()).channel(told):
        console.print(one)
