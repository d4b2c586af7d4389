"""One question of `pgbaton init`: a flag answers it beforehand, else a person, else what is usual."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import click

from deploy.cli.exits import Exit, Fault
from deploy.cli.voice import say_error

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Generic[T]):
    """One question. `flag` answers it without asking; `read` raises ValueError for what is no answer;
    without a `default` there must be one."""

    flag: str
    text: str
    why: str
    read: Callable[[str], T]
    default: str | None = None


class Asker(Protocol):
    """Who answers what no flag says."""

    def ask(self, question: Question[T]) -> T: ...


class Terminal:
    """A person, asked until the answer can be used."""

    def ask(self, question: Question[T]) -> T:
        say_error(f"\n{question.why}")
        while True:
            said: str = click.prompt(
                question.text,
                default=question.default,
                show_default=bool(question.default),
                err=True,
            )
            try:
                return question.read(said.strip())
            except ValueError as error:
                say_error(f"  {error}")


class Defaults:
    """Nobody: what was left out is as usual."""

    def ask(self, question: Question[T]) -> T:
        if question.default is None:
            raise Fault(f"{question.flag} is missing", question.why, code=Exit.USAGE)
        return question.read(question.default)


def answered(asker: Asker, question: Question[T], given: str | None) -> T:
    """The flag's answer, else the asker's."""
    if given is None:
        return asker.ask(question)
    try:
        return question.read(given)
    except ValueError as error:
        raise Fault(f"{question.flag}: {error}", question.why, code=Exit.USAGE) from None
