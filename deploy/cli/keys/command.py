"""`pgbaton keys`: every key, certificate and password of a site, made, shown, renewed and rotated."""

from __future__ import annotations

import click

from deploy.cli.lazy import LazyGroup

DOORS = {
    "make": ("deploy.cli.keys.make:make", "Make whatever the inventory asks for and is missing."),
    "show": ("deploy.cli.keys.show:show", "What there is, until when it holds, and what is wrong."),
    "renew": ("deploy.cli.keys.renew:renew", "Issue certificates anew."),
    "rotate": (
        "deploy.cli.keys.turn:rotate",
        "First step: a new CA or key is made and trusted, not used yet.",
    ),
    "switch": (
        "deploy.cli.keys.turn:switch",
        "Second step: the new one is used, the former one still trusted.",
    ),
    "retire": ("deploy.cli.keys.turn:retire", "Last step: the former one is trusted no more."),
    "pin": ("deploy.cli.keys.pin:pin", "The host key that a machine shows, to compare and to pin."),
    "sender": ("deploy.cli.keys.single:sender", "An Ed25519 pair for one sender, by itself."),
    "viewer": ("deploy.cli.keys.single:viewer", "A password or a token for the pages."),
}


@click.group(
    cls=LazyGroup,
    doors=DOORS,
    short_help="Make, renew and rotate keys, certificates and passwords.",
)
def keys() -> None:
    """Keys, certificates and passwords of the whole site. They lie in one folder outside Git: `keys` beside
    the inventory, or the one that --keys or PGBATON_KEYS names. Public halves stand in the inventory.
    Private ones are never printed and never overwritten.
    """
