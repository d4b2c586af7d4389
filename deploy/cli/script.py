"""`pgbaton script`: what is installed on other machines, as one file on stdout."""

from __future__ import annotations

import click


@click.command(short_help="Print the hook or the remote script, to install it.")
@click.argument("what", type=click.Choice(["hook", "remote"]))
def script(what: str) -> None:
    """Print the script WHAT to stdout.

    hook: for database nodes, as /usr/local/bin/pgbaton-hook, mode 755, called by Patroni.
    remote: for hosts in hardened mode, as /usr/local/sbin/pgbaton-remote, root's, mode 755; hosts
    in plain mode need nothing.
    """
    click.echo(_text(what), nl=False)


def _text(what: str) -> str:
    if what == "hook":
        from deploy.hook import hook_script

        return hook_script()
    from deploy.remote import hardened_script

    return hardened_script()
