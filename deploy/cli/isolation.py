"""What is printed for database nodes where a stale primary is stopped: script and configuration."""

from __future__ import annotations

import click

from deploy.cli.desk import Desk, known_cluster
from deploy.cli.exits import Exit, Fault


@click.command(short_help="What stops a stale primary.")
def isolate() -> None:
    """For database nodes, where isolation.policy = "stop": /usr/local/bin/pgbaton-isolate, root's, mode 755."""
    from deploy.isolate import isolate_script

    click.echo(isolate_script(), nl=False)


@click.command("isolate-conf", short_help="Its configuration on a database node.")
@click.argument("cluster")
@click.argument("member")
@click.option(
    "--data",
    default="/var/lib/postgresql/pgbaton",
    show_default=True,
    metavar="FOLDER",
    help="PostgreSQL's data.",
)
@click.option(
    "--bin",
    "bin_",
    default="/usr/lib/postgresql/15/bin",
    show_default=True,
    metavar="FOLDER",
    help="Where pg_ctl is.",
)
@click.option("--rest-ca", metavar="FILE", help="The CA of Patroni's REST API, on the node.")
@click.option("--rest-cert", metavar="FILE", help="Certificate and key for it, one PEM there.")
@click.pass_obj
def isolate_conf(
    desk: Desk,
    cluster: str,
    member: str,
    *,
    data: str,
    bin_: str,
    rest_ca: str | None,
    rest_cert: str | None,
) -> None:
    """Print /etc/pgbaton/isolate.conf for MEMBER of CLUSTER, root's, mode 644."""
    from deploy.render import CannotRender
    from deploy.render.isolate import IsolateGround
    from deploy.render.isolate import isolate_conf as conf

    known_cluster(desk, cluster)
    ground = IsolateGround(data_dir=data, bin_dir=bin_, ca=rest_ca, cert=rest_cert)
    try:
        click.echo(conf(desk.inventory, cluster, member, ground=ground), nl=False)
    except CannotRender as error:
        raise Fault(f"{member} cannot be configured", str(error), code=Exit.CONFIG) from None
