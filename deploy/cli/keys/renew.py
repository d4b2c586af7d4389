"""`pgbaton keys renew`: certificates issued anew, before they end or because the inventory changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from deploy.cli.exits import Exit, Fault
from deploy.cli.keys.ground import Ground, days, ground_options, now, told

if TYPE_CHECKING:
    from deploy.keyring import Leaf
    from deploy.keyring.vault import Vault
    from jobs.inventory import Inventory

NEXT = "now push; what serves with them goes on serving meanwhile"


@click.command(short_help="Issue certificates anew.")
@click.argument("names", nargs=-1, metavar="[NAME.PURPOSE]...")
@click.option("--all", "every", is_flag=True, help="Every certificate.")
@click.option(
    "--within",
    type=click.IntRange(1, 3650),
    metavar="DAYS",
    help="Those that end so soon; else within 30 days, or in the last third of their time.",
)
@ground_options
def renew(ground: Ground, names: tuple[str, ...], *, every: bool, within: int | None) -> None:
    """Issue certificates anew, with new keys, from the CA that signs: those that are named (as `keys show`
    calls them, pg1.patroni); with --all every one; else those that `keys show` finds wrong, or that end
    soon. The former ones stay valid until they end, so push when it suits you.
    """
    from deploy.keyring import wanted
    from deploy.keyring.opening import opened
    from deploy.keyring.renewing import renew as issue

    inventory = ground.inventory
    with told(), opened(ground.folder) as vault:
        asked = wanted(inventory)
        if names:
            chosen = _named(names, asked.leaves)
        else:
            chosen = asked.leaves if every else _due(vault, inventory, days(within))
        for stem in issue(vault, chosen, now(), days=asked.certificate_days):
            click.echo(f"renewed {stem}", err=True)
    click.echo(NEXT if chosen else "no certificate is due: nothing was renewed", err=True)


def _named(names: Sequence[str], leaves: Sequence[Leaf]) -> tuple[Leaf, ...]:
    known = {leaf.stem: leaf for leaf in leaves}
    unknown = [name for name in names if name not in known]
    if unknown:
        there = ", ".join(known) or "none: nothing in the inventory speaks TLS"
        raise Fault(
            f"no certificate is called {unknown[0]}", f"there are: {there}", code=Exit.USAGE
        )
    return tuple(known[name] for name in dict.fromkeys(names))


def _due(vault: Vault, inventory: Inventory, within: dt.timedelta | None) -> tuple[Leaf, ...]:
    from deploy.keyring import Keyring, expiries, leaves

    found = expiries(Keyring(vault.folder), inventory, now(), soon=within)
    wrong = {one.whose for one in found if one.what == "certificate" and one.wrong}
    return tuple(leaf for leaf in leaves(inventory) if leaf.stem in wrong)
