"""`pgbaton script`: what is installed on other machines, each as one file on stdout."""

from __future__ import annotations

from pathlib import Path

import click

from deploy.cli.desk import Desk, known_cluster, known_host
from deploy.cli.exits import Exit, Fault
from deploy.cli.isolation import isolate, isolate_conf
from deploy.cli.presets import application, presets


@click.group(short_help="Print what is installed on other machines.")
def script() -> None:
    """Print one file to stdout, to install it on another machine.

    A host in hardened mode needs remote, list, sudoers and authorized-key; one in plain mode nothing.
    """


script.add_command(presets)
script.add_command(application)
script.add_command(isolate)
script.add_command(isolate_conf)


@script.command(short_help="The hook that Patroni calls.")
def hook() -> None:
    """For database nodes: /usr/local/bin/pgbaton-hook, mode 755."""
    from deploy.hook import hook_script

    click.echo(hook_script(), nl=False)


@script.command(short_help="The unit that flushes the hook's spool.")
def hook_service() -> None:
    """For database nodes: /etc/systemd/system/pgbaton-hook.service."""
    _print_unit("pgbaton-hook.service")


@script.command(short_help="The timer that starts that unit.")
def hook_timer() -> None:
    """For database nodes: /etc/systemd/system/pgbaton-hook.timer; systemctl enable --now it."""
    _print_unit("pgbaton-hook.timer")


@script.command(short_help="Alert rules for Prometheus.")
def alert_rules() -> None:
    """For Prometheus: a file that its rule_files name; docs/metrics.md says what to scrape."""
    from deploy.alerts import alert_rules as rules

    click.echo(rules(), nl=False)


@script.command(short_help="Redis' users, one for each process.")
@click.pass_obj
def redis_acl(desk: Desk) -> None:
    """For Redis' aclfile, where each process is to have a user of its own: docs/redis.md.

    Each line is off and without a password until somebody gives it one. No line can empty, stop or
    reconfigure Redis, or change an entry of the trail.
    """
    from deploy.render.acl import users

    click.echo(users(desk.inventory.redis.prefix), nl=False)


def _print_unit(name: str) -> None:
    from deploy.hook import hook_units

    click.echo(hook_units()[name], nl=False)


@script.command(short_help="HAProxy's file, where a balancer stands in front.")
@click.argument("cluster")
@click.argument("member")
@click.option(
    "--from",
    "networks",
    multiple=True,
    metavar="CIDR",
    help="A network that may connect, besides NodeBalancers by private IPv4; else whoever reaches the port.",
)
@click.option("--rest-ca", metavar="FILE", help="The CA of Patroni's REST API, on the node.")
@click.option("--rest-cert", metavar="FILE", help="Certificate and key for it, one PEM there.")
@click.pass_obj
def mux(
    desk: Desk,
    cluster: str,
    member: str,
    *,
    networks: tuple[str, ...],
    rest_ca: str | None,
    rest_cert: str | None,
) -> None:
    """For MEMBER of CLUSTER, from the inventory: /etc/haproxy/haproxy.cfg, mode 644.

    HAProxy owns the port of the cluster's mux, beside PostgreSQL's own; docs/mux.md says how the two
    are told apart, and what changes for clients.
    """
    from deploy.render import CannotRender, MuxGround, mux_cfg

    ground = MuxGround(networks=networks, rest_ca=rest_ca, rest_cert=rest_cert)
    known_cluster(desk, cluster)
    try:
        click.echo(mux_cfg(desk.inventory, cluster, member, ground), nl=False)
    except CannotRender as error:
        reason = f"the mux of {member} cannot be rendered"
        raise Fault(reason, str(error), code=Exit.CONFIG) from None


@script.command(short_help="The remote script of hardened hosts.")
def remote() -> None:
    """For hosts in hardened mode: /usr/local/sbin/pgbaton-remote, root's, mode 755."""
    from deploy.remote import hardened_script

    click.echo(hardened_script(), nl=False)


@script.command("list", short_help="What a hardened host permits.")
@click.argument("host")
@click.option(
    "--root",
    "roots",
    multiple=True,
    metavar="FOLDER",
    help="A folder that files may lie in, wherever links lead; else each file's own folder.",
)
@click.pass_obj
def list_(desk: Desk, host: str, *, roots: tuple[str, ...]) -> None:
    """Print what HOST permits, from the inventory: /etc/pgbaton/remote.list, root's, mode 600.

    Every file, service and command of its applications, and of each managed key the values that it
    has while one member or another leads. Print it anew when the inventory changes.
    """
    from deploy.remote.hardened import remote_list
    from deploy.render import CannotRender, permitted_on

    inventory = desk.inventory
    known_host(desk, host)
    if not any(host in inventory.hosts_of(name) for name in inventory.clusters):
        raise Fault(
            f"no application lives on {host}", "add it to an application's hosts", code=Exit.CONFIG
        )
    try:
        click.echo(remote_list(tuple(permitted_on(inventory, host, roots=roots))), nl=False)
    except CannotRender as error:
        raise Fault(f"the list of {host} cannot be made", str(error), code=Exit.CONFIG) from None


@script.command(short_help="sudo's rule on a hardened host.")
@click.argument("host")
@click.pass_obj
def sudoers(desk: Desk, host: str) -> None:
    """Print sudo's rule for HOST: /etc/sudoers.d/pgbaton, root's, mode 440."""
    from deploy.remote.hardened import sudoers as rule

    click.echo(rule(desk.inventory.hosts[known_host(desk, host)].user), nl=False)


@script.command(
    "authorized-key", short_help="The key's line on a hardened host, or a database node."
)
@click.argument("host")
@click.argument("public", metavar="PUBKEYFILE", type=click.Path(path_type=Path))
@click.pass_obj
def authorized_key(desk: Desk, host: str, public: Path) -> None:
    """Print the line for the authorized_keys of HOST's user, and no other line with this key.

    For a database node, where isolation.policy = "stop": the line for PostgreSQL's owner there.
    """
    from deploy.isolate import authorized_key as isolating
    from deploy.remote.hardened import authorized_key as line

    clusters = desk.inventory.clusters.values()
    if any(c.isolation.policy == "stop" and host in c.machines for c in clusters):
        click.echo(isolating(_public_key(public)), nl=False)
        return
    known_host(desk, host)
    click.echo(line(_public_key(public)), nl=False)


def _public_key(path: Path) -> str:
    """The one public key of a file; Fault for anything else, a private key above all."""
    from workers.ssh.keys import pinned_keys

    try:
        text = path.read_text(encoding="utf-8").strip()
        pinned_keys(text.splitlines() or [""])
    except OSError as error:
        raise Fault(f"{path}: {error.strerror}", "name the .pub file", code=Exit.USAGE) from None
    except ValueError:
        text = ""
    if len(text.splitlines()) != 1:
        raise Fault(f"{path} is not one public key", "name the .pub file", code=Exit.USAGE)
    return text
