"""`pgbaton keys`: every key, certificate and password of a site, made, shown, renewed and rotated."""

from __future__ import annotations

import click

from deploy.cli.lazy import LazyGroup

DOORS = {
    "make": ("deploy.cli.keys_make:make", "Make whatever the inventory asks for and is missing."),
    "show": ("deploy.cli.keys_show:show", "What there is, until when it holds, and what is wrong."),
    "renew": ("deploy.cli.keys_renew:renew", "Issue certificates anew."),
    "rotate": (
        "deploy.cli.keys_turn:rotate",
        "First step: a new CA or key is made and trusted, not used yet.",
    ),
    "switch": (
        "deploy.cli.keys_turn:switch",
        "Second step: the new one is used, the former one still trusted.",
    ),
    "retire": ("deploy.cli.keys_turn:retire", "Last step: the former one is trusted no more."),
    "pin": ("deploy.cli.keys_pin:pin", "The host key that a machine shows, to compare and to pin."),
    "sender": ("deploy.cli.keys_single:sender", "An Ed25519 pair for one sender, by itself."),
    "viewer": ("deploy.cli.keys_single:viewer", "A password or a token for the pages."),
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
