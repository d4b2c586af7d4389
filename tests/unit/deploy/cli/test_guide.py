"""The guide's commands exist as they are written there, and so do the pages that it leads to."""

from __future__ import annotations

import importlib
import re
import shlex

import click
import pytest

from deploy.cli.command import DOORS
from tests.parts import ROOT

GUIDE = (ROOT / "docs" / "guide.md").read_text()
TYPED = sorted(
    set(re.findall(r"`(pgbaton [a-z][^`]*)`", GUIDE))
    | {line.partition("#")[0].partition("|")[0].strip(" $")
       for line in GUIDE.splitlines() if re.match(r" {4,8}\$? ?pgbaton ", line)}
)  # fmt: skip


@pytest.mark.parametrize("typed", TYPED)
def test_a_command_is_one_that_there_is(typed: str) -> None:
    """Each word is a command, each option one of its own; arguments are as many as it takes."""
    command, words = opened(shlex.split(typed)[1:])
    options = {name for p in command.params for name in p.opts}
    flags = {n for p in command.params if isinstance(p, click.Option) and p.is_flag for n in p.opts}
    rest = iter(words)
    arguments = []
    for word in rest:
        if not word.startswith("--"):
            arguments.append(word)
            continue
        assert word in options | {"--help"}, word
        if word not in flags | {"--help"}:
            next(rest, None)
    assert len(arguments) <= sum(1 for p in command.params if isinstance(p, click.Argument))


def opened(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that words lead to, and what is left for it."""
    module, _, attribute = DOORS[words[0]][0].partition(":")
    command: click.Command = getattr(importlib.import_module(module), attribute)
    words = words[1:]
    while isinstance(command, click.Group) and words:
        found = command.get_command(click.Context(command), words[0])
        if found is None:
            assert command.invoke_without_command or words[0].startswith("--"), words
            break
        command, words = found, words[1:]
    return command, words


def test_commands_were_found() -> None:
    """Else nothing above would say anything."""
    assert len(TYPED) > 20
    assert {"pgbaton init inventory.toml", "pgbaton push --check"} <= set(TYPED)


@pytest.mark.parametrize("page", sorted(set(re.findall(r"\]\(([a-z-]+\.[a-z]+)", GUIDE))))
def test_a_page_is_there(page: str) -> None:
    """Nobody follows a link into nothing."""
    assert (ROOT / "docs" / page).is_file()


def test_a_place_in_a_page_is_there() -> None:
    """Links with a hash lead to a heading."""
    for page, place in re.findall(r"\]\(([a-z-]+\.md)?#([a-z-]+)\)", GUIDE):
        text = (ROOT / "docs" / (page or "guide.md")).read_text()
        headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
        assert place in {re.sub(r"[^a-z -]", "", h.lower()).replace(" ", "-") for h in headings}
