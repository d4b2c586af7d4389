"""`pgbaton keys rotate`, `switch` and `retire`: another key without a gap, in three steps with a push after each."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from deploy.cli.exits import Exit, Fault
from deploy.cli.keys.ground import Ground, ground_options, now, say_halves, told

if TYPE_CHECKING:
    from deploy.keyring import Half
    from deploy.keyring.turning import Turning

KINDS = {
    "ca": "ca",
    "ssh": "ssh push, or ssh worker",
    "host": "host MACHINE",
    "sender": "sender NAME",
}
WORDS = f"say what: {'; '.join(KINDS.values())}"


def _what(command: Callable[..., Any]) -> Callable[..., Any]:
    named = click.argument("name", required=False)
    return click.argument("kind", type=click.Choice(list(KINDS)))(named(ground_options(command)))


@click.command(short_help="First step: a new CA or key is made and trusted, not used yet.")
@click.option("--write", is_flag=True, help="Put the new public half into the inventory, too.")
@_what
def rotate(ground: Ground, kind: str, name: str | None, *, write: bool) -> None:
    """Begin to rotate: `ca`, `ssh push`, `ssh worker`, `host MACHINE` or `sender NAME`.

    The new one is made and trusted beside the one in use, which goes on being used. Then push, then
    `pgbaton keys switch`, push, `pgbaton keys retire`, push. Between any two of these steps everything works.
    """
    from deploy.keyring import wanted
    from deploy.keyring.opening import opened
    from deploy.keyring.renewing import rotate_ca
    from deploy.keyring.turning import rotate as announce

    key, inventory = _turning(kind, name), ground.inventory
    with told(), opened(ground.folder) as vault:
        if key is None:
            rotate_ca(vault, wanted(inventory), now())
        else:
            _demand_ours(ground, key)
            announce(vault, key)
    _announced(ground, key, write=write)
    _then("push", f"pgbaton keys switch {_words(key)}")


@click.command(short_help="Second step: the new one is used, the former one still trusted.")
@_what
def switch(ground: Ground, kind: str, name: str | None) -> None:
    """Use the new CA or key that `pgbaton keys rotate` made, once it was pushed. With the CA every
    certificate is issued anew by it. The former one stays trusted. A run that was cut is ended by another.
    """
    from deploy.keyring import wanted
    from deploy.keyring.opening import opened
    from deploy.keyring.renewing import switch_ca
    from deploy.keyring.turning import switch as use

    key, inventory = _turning(kind, name), ground.inventory
    with told(), opened(ground.folder) as vault:
        if key is None:
            for stem in switch_ca(vault, wanted(inventory), now()):
                click.echo(f"renewed {stem}", err=True)
        else:
            _demand_told(ground, key)
            use(vault, key)
    _then("push", f"pgbaton keys retire {_words(key)}")


@click.command(short_help="Last step: the former one is trusted no more.")
@click.option("--write", is_flag=True, help="Take its public half out of the inventory, too.")
@_what
def retire(ground: Ground, kind: str, name: str | None, *, write: bool) -> None:
    """Trust the former CA or key no more, once the new one was pushed to every machine: `pgbaton push
    --check` says so. Refused while a certificate in the folder was signed by the CA that goes, or while
    the inventory holds the former public half (--write takes it out).
    """
    from deploy.keyring import wanted
    from deploy.keyring.opening import opened
    from deploy.keyring.renewing import retire_ca
    from deploy.keyring.turning import retire as forget
    from deploy.keyring.turning import retiring

    key, inventory = _turning(kind, name), ground.inventory
    with told(), opened(ground.folder) as vault:
        if key is None:
            retire_ca(vault, wanted(inventory))
        else:
            _take_out(ground, retiring(vault, key), write=write)
            forget(vault, key)
    _then("push")


def _turning(kind: str, name: str | None) -> Turning | None:
    """The key that is meant; None for the CA."""
    from deploy.keyring.turning import Turning

    if (kind == "ca") != (name is None) or (kind == "ssh" and name not in {"push", "worker"}):
        raise Fault(f"{kind} {name or ''}".strip() + " names nothing", WORDS, code=Exit.USAGE)
    if name is None:
        return None
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}", name) is None:
        raise Fault(f"{name!r} is no name", WORDS, code=Exit.USAGE)
    return Turning(kind=kind, name=name)  # type: ignore[arg-type]  # click lets no other through


def _words(key: Turning | None) -> str:
    return "ca" if key is None else key.words


def _lacked(ground: Ground, key: Turning) -> tuple[Half, ...]:
    """What the inventory lacks of this key."""
    from deploy.keyring import Keyring, halves, wanted

    inventory = ground.inventory
    of = {"sender": ("senders",), "host": ("hosts", "machines")}.get(key.kind, ())
    found = halves(inventory, wanted(inventory), Keyring(ground.folder))
    return tuple(half for half in found if half.section in of and half.name == key.name)


def _announced(ground: Ground, key: Turning | None, *, write: bool) -> None:
    from deploy.keyring.writing import with_halves

    lacked = () if key is None else _lacked(ground, key)
    if lacked and write:
        ground.write(lambda: with_halves(ground.text, lacked))
        click.echo(f"{ground.file} has the new public half", err=True)
    else:
        say_halves(ground, lacked, again=f"pgbaton keys rotate {_words(key)} --write")


def _demand_ours(ground: Ground, key: Turning) -> None:
    """A machine that shows a key of its own would not learn of another one."""
    from deploy.keyring import Keyring, wanted

    inventory, keyring = ground.inventory, Keyring(ground.folder)
    if key.kind != "host" or not keyring.holds(key.public) or key.name in wanted(inventory).hosts:
        return
    tables = (inventory.hosts.get(key.name), inventory.machines.get(key.name))
    pinned = {" ".join(k.split()[:2]) for table in tables if table for k in table.host_keys}
    if not pinned & set(keyring.pins(key.name)):
        raise Fault(
            f"the inventory pins another host key for {key.name} than the one made here",
            "change the key on the machine, then pgbaton keys pin pins the new one",
        )


def _demand_told(ground: Ground, key: Turning) -> None:
    if _lacked(ground, key):
        raise Fault(
            f"{ground.file} does not hold the new public half of {key.words}",
            f"pgbaton keys rotate {key.words} --write, then push; whoever does not know it would refuse it",
        )


def _take_out(ground: Ground, public: str, *, write: bool) -> None:
    from deploy.keyring.writing import without

    if public not in ground.text:
        return
    if not write:
        raise Fault(
            f"{ground.file} still holds the former public half: {public}",
            "take it out, or run this with --write",
        )
    ground.write(lambda: without(ground.text, frozenset({public})))
    click.echo(f"{ground.file} has lost the former public half", err=True)


def _then(*steps: str) -> None:
    click.echo(
        f"next: {', then '.join(f'pgbaton {s}' if s == 'push' else s for s in steps)}", err=True
    )
