"""`pgbaton keys sender` and `viewer`: one key or password by itself, for a site that keeps no keyring."""

from __future__ import annotations

import os
import re
import secrets
import sys
from pathlib import Path

import click

from deploy.cli.exits import Exit, Fault
from jobs.signatures import key_pair, private_key

_NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}"
SHORTEST = 12
"""Characters of a viewer's password."""
_NEVER = "a key is never overwritten: move it away, or name another --folder"


@click.command(short_help="An Ed25519 pair for one sender.")
@click.argument("name")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="Where to write; else here.",
)
def sender(name: str, folder: Path) -> None:
    """Make an Ed25519 pair for the sender NAME: NAME.pem for the hook on a database node, and
    sender-key-NAME for a process of ours (a systemd credential). Prints what the inventory needs.
    """
    if re.fullmatch(_NAME, name) is None:
        raise Fault(f"{name!r} is no sender's name", f"it must match {_NAME}", code=Exit.USAGE)
    pair = key_pair(secrets.token_bytes(32))
    pem, text = folder / f"{name}.pem", folder / f"sender-key-{name}"
    for path in (pem, text):
        if path.exists():
            raise Fault(f"{path} exists already", _NEVER)
    _write(pem, _pem(pair.private))
    _write(text, pair.private + "\n")
    click.echo(f"private, for the hook (hook.conf: key=): {pem}", err=True)
    click.echo(f"private, for our own processes (credential sender-key-{name}): {text}", err=True)
    click.echo(f"public, for the inventory under [senders.{name}]:", err=True)
    click.echo(f'keys = ["{pair.public}"]')


@click.command(short_help="A password or a token for the pages.")
@click.option(
    "--token", "as_token", is_flag=True, help="A token, for scripts, instead of a password."
)
@click.option("--generate", is_flag=True, help="Make the password up instead of asking for it.")
def viewer(*, as_token: bool, generate: bool) -> None:
    """What lets people look at the pages. Prints the hash that the pages process is given, and keeps
    nothing: a password or token that was made up is shown once.
    """
    from webhook.pages.credentials import new_token, password_hash, token_hash

    if as_token and generate:
        raise Fault("a token is always made up", "leave --generate out", code=Exit.USAGE)
    if as_token:
        secret = new_token()
        click.echo(f"token, shown once (Authorization: Bearer, or the form): {secret}", err=True)
        _shown("viewer-tokens", token_hash(secret))
        return
    secret = _made_up() if generate else _asked()
    _shown("viewer-password", password_hash(secret))


def _asked() -> str:
    """From the terminal twice, or one line of standard input, so that no password stands in `ps`."""
    password: str = (
        click.prompt("password", hide_input=True, confirmation_prompt=True, err=True)
        if sys.stdin.isatty()
        else sys.stdin.readline().rstrip("\r\n")
    )
    if len(password) < SHORTEST:
        remedy = f"use at least {SHORTEST} characters, or --generate"
        raise Fault("this password is too short", remedy, code=Exit.USAGE)
    return password


def _made_up() -> str:
    password = secrets.token_urlsafe(15)
    click.echo(f"password, shown once: {password}", err=True)
    return password


def _shown(secret: str, word: str) -> None:
    click.echo(
        f"for the pages process, a word of the secret {secret} (several between blanks;", err=True
    )
    click.echo("in a shell between single quotes):", err=True)
    click.echo(word)


def _pem(private: str) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = private_key(private)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _write(path: Path, text: str) -> None:
    try:
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Fault(
            f"cannot write {path}: {error.strerror}", "name another --folder", code=Exit.UNAVAILABLE
        ) from None
    with os.fdopen(opened, "w", encoding="utf-8") as file:
        file.write(text)
