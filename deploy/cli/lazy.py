"""Commands that are imported when called: without it `--help` would load every library there is."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING

import click

from deploy.cli.exits import Exit, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator


class LazyGroup(click.Group):
    """A group whose commands are `{name: ("module:attribute", one line of help)}`."""

    def __init__(self, *, doors: Mapping[str, tuple[str, str]], **rest: object) -> None:
        super().__init__(**rest)  # type: ignore[arg-type]
        self._doors = doors

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self._doors)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        door = self._doors.get(cmd_name)
        if door is None:
            return None
        module, _, attribute = door[0].partition(":")
        command: click.Command = getattr(_imported(cmd_name, module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self._doors.items()])

    def invoke(self, ctx: click.Context) -> object:
        with told_as_faults():
            return super().invoke(ctx)


def _imported(command: str, module: str) -> ModuleType:
    """A machine has no lab: what it lacks of pgbaton is a wrong call there, and no bug."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise
        reason = f"`pgbaton {command}` is not part of the program that is installed here"
        raise Fault(reason, "call it from a checkout", code=Exit.USAGE) from None


@contextmanager
def told_as_faults() -> Iterator[None]:
    """What the hands raise becomes two lines and an exit code; anything else is a bug and shows."""
    try:
        yield
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except BrokenPipeError:
        raise
    except Exception as error:
        fault = _fault(error)
        if fault is None:
            raise
        raise fault from None


def _fault(error: Exception) -> Fault | None:
    from jobs.ports import Unavailable
    from workers.secrets import SecretUnreadableError

    if isinstance(error, Unavailable):
        return Fault(error.reason, error.remedy, code=Exit.UNAVAILABLE)
    if isinstance(error, SecretUnreadableError):
        return Fault(str(error), code=Exit.CONFIG)
    return None
