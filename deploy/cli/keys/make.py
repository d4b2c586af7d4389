"""`pgbaton keys make`: all that the inventory asks for and is missing; what is there stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

import click

from deploy.cli.keys.ground import Ground, ground_options, now, say_halves, sound, told

NAMED = 12
"""Names in one line: a site of fifty clusters has hundreds."""


@click.command(short_help="Make whatever the inventory asks for and is missing.")
@click.option("--write", is_flag=True, help="Put the public halves into the inventory, too.")
@ground_options
def make(ground: Ground, *, write: bool) -> None:
    """Make every certificate, key and password that the inventory asks for and the folder lacks.

    Nothing that is there is changed, and nothing private is printed. Standard output has what the
    inventory lacks of public halves (senders' keys, hosts' host keys); --write puts it there, comments
    and all else left as they are. A run that was cut is finished by the next one.
    """
    from deploy.keyring import Completed, complete

    with told():
        done = complete(ground.text, ground.folder, now())
    if not isinstance(done, Completed):
        sound(ground.file, done)
        return
    for line in _listed(done.made):
        click.echo(line, err=True)
    click.echo(_summary(ground, done.made), err=True)
    if write and done.lacked:
        ground.write(lambda: done.text)
        click.echo(f"{ground.file} has the public halves now", err=True)
    elif not write:
        say_halves(ground, done.lacked, again="pgbaton keys make --write")


def _listed(made: tuple[str, ...]) -> Iterator[str]:
    """One line a folder; of the files of one key only the first is named."""
    folders: dict[str, dict[str, None]] = {}
    for path in map(PurePath, made):
        name = path.name.removeprefix("sender-key-")
        stem = path.stem if path.suffix in {".pem", ".key", ".pub"} else name
        folders.setdefault(str(path.parent), {})[stem] = None
    for folder, stems in folders.items():
        more = f" and {len(stems) - NAMED} more" if len(stems) > NAMED else ""
        named = ", ".join(list(stems)[:NAMED])
        yield f"made {'' if folder == '.' else f'{folder}/ '}{named}{more}"


def _summary(ground: Ground, made: tuple[str, ...]) -> str:
    if not made:
        return f"{ground.folder}: nothing was missing"
    text = f"{ground.folder}: {len(made)} files made; keep a copy of this folder where you keep secrets"
    if "people/viewer-password" in made:
        text += f"\nthe password for the pages: {ground.folder}/people/viewer-password"
    return text
