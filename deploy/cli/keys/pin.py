"""`pgbaton keys pin`: the host key of a machine that was there before, seen, compared, pinned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from deploy.cli.exits import Exit, Fault
from deploy.cli.keys.ground import Ground, ground_options, told

if TYPE_CHECKING:
    from paramiko import PKey

    from deploy.site import Placed

COMPARE = "compare it on the machine's own console: ssh-keygen -lf {file}"
FILES = {"ssh-ed25519": "ed25519", "ssh-rsa": "rsa"}


@click.command(short_help="The host key that a machine shows, to compare and to pin.")
@click.argument("machine")
@click.option("--write", is_flag=True, help="Pin it in the inventory.")
@click.option(
    "--expect",
    metavar="SHA256:...",
    help="The fingerprint as the machine's console says it: another one is refused, and this one may replace a pinned one.",
)
@click.option(
    "--timeout", type=click.FloatRange(0.1, 600), default=10, show_default=True, help="Seconds."
)
@ground_options
def pin(ground: Ground, machine: str, *, write: bool, expect: str | None, timeout: float) -> None:
    """Ask MACHINE for its host key, without logging in, and print it with its fingerprint. A key that
    comes over the network proves nothing by itself: compare the fingerprint on the machine's console
    before you pin it. A machine that shows another key than the pinned one is refused.
    """
    from deploy.keyring.shown import UnseenError, shown_key

    with told():
        at, pinned = _known(ground, machine)
    try:
        shown = shown_key(at.ssh, pinned, timeout=timeout)
    except UnseenError as error:
        raise Fault(
            str(error), "start its sshd, or correct its address", code=Exit.UNAVAILABLE
        ) from None
    _refuse(machine, shown, pinned, expect)
    if shown in pinned:
        click.echo(f"{machine} ({at.ssh}) shows its pinned key: {_named(shown)}", err=True)
        return
    click.echo(f"{machine} ({at.ssh}) shows {_named(shown)}", err=True)
    if expect is None:
        click.echo(COMPARE.format(file=_file(shown)), err=True)
    _pin(ground, at, f"{shown.get_name()} {shown.get_base64()}", write=write)


def _known(ground: Ground, machine: str) -> tuple[Placed, tuple[PKey, ...]]:
    """Where the machine is, and which keys are believed of it: pinned ones, else those made here."""
    from deploy.keyring import Keyring, MissingKeyError
    from deploy.keyring.wanted import PENDING_PIN
    from deploy.site import placed
    from workers.ssh.keys import BadKeyError, pinned_keys

    there = placed(ground.inventory)
    if machine not in there:
        raise Fault(
            f"no machine is called {machine}", f"there are: {', '.join(there)}", code=Exit.USAGE
        )
    at = there[machine]
    fields = tuple(key for key in at.host_keys if key != PENDING_PIN)
    if not fields:
        try:
            fields = Keyring(ground.folder).pins(machine)
        except MissingKeyError:
            fields = ()
    try:
        return at, pinned_keys(fields)
    except BadKeyError as error:
        raise Fault(f"{machine}: {error}", code=Exit.CONFIG) from None


def _refuse(machine: str, shown: PKey, pinned: tuple[PKey, ...], expect: str | None) -> None:
    if expect is not None and expect != shown.fingerprint:
        raise Fault(
            f"{machine} shows {_named(shown)}, and not the expected {expect}",
            "somebody answers in its place, or the fingerprint is of another key of the machine",
        )
    if pinned and shown not in pinned and expect is None:
        raise Fault(
            f"{machine} shows {_named(shown)}, but pinned is {', '.join(map(_named, pinned))}",
            f"{COMPARE.format(file=_file(shown))}; if it is the machine's, run this again with "
            "--expect and the fingerprint from there; if not, somebody answers in its place",
        )


def _pin(ground: Ground, at: Placed, key: str, *, write: bool) -> None:
    from deploy.keyring.writing import with_pin

    if write:
        ground.write(lambda: with_pin(ground.text, at.name, key, host=at.host))
        click.echo(f"{ground.file} pins it now", err=True)
    else:
        click.echo(
            f"to pin it, under [{'hosts' if at.host else 'machines'}.{at.name}], or with --write:",
            err=True,
        )
        click.echo(f'host_keys = ["{key}"]')


def _named(key: PKey) -> str:
    return f"{key.get_name()} {key.fingerprint}"


def _file(key: PKey) -> str:
    return f"/etc/ssh/ssh_host_{FILES.get(key.get_name(), 'ecdsa')}_key.pub"
