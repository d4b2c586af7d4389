"""The root command: names every other one without loading it."""

from __future__ import annotations

import sys

import click

from deploy.cli.exits import epilog
from deploy.cli.lazy import LazyGroup

DOORS = {
    "verify": ("deploy.cli.verify:verify", "Who leads, for certain, and who says so."),
    "plan": ("deploy.cli.plan:plan", "What a repoint would change on each host; changes nothing."),
    "repoint": ("deploy.cli.repoint:repoint", "Bring the hosts to the proven leader."),
    "incidents": ("deploy.cli.incidents:incidents", "What happened, one row an incident."),
    "show": ("deploy.cli.incidents:show", "One incident's timeline."),
    "ack": ("deploy.cli.ack:ack", "Say that you have seen an incident, and what you know."),
    "tail": ("deploy.cli.tail:tail", "Follow the audit trail."),
    "report": ("deploy.cli.report:report", "Write an incident's post-mortem."),
    "audit": (
        "deploy.cli.audit.command:audit",
        "Verify, export, trim and take in the audit trail.",
    ),
    "pause": ("deploy.cli.pause:pause", "Leave a cluster's hosts as they are for a while."),
    "resume": ("deploy.cli.pause:resume", "End a pause."),
    "release": ("deploy.cli.release:release", "Let applications follow a leader that flaps."),
    "reset-fence": ("deploy.cli.fences:reset_fence", "Let a host forget its fence, on the record."),
    "adopt": ("deploy.cli.fences:adopt", "Move a host to another cluster, on the record."),
    "doctor": ("deploy.cli.doctor:doctor", "What will break in the next disaster, and the mend."),
    "nodebalancer": ("deploy.cli.nodebalancer:nodebalancer", "Show and mend NodeBalancers."),
    "init": ("deploy.cli.init.command:init", "Write an inventory, and make its keys."),
    "render": ("deploy.cli.render:render", "Write every file of every machine into a folder."),
    "provision": (
        "deploy.cli.provision.command:provision",
        "Create what the inventory wants at Linode.",
    ),
    "push": ("deploy.cli.push:push", "Bring machines to what the inventory says."),
    "check": ("deploy.cli.check:check", "All that is wrong with the inventory, at once."),
    "keys": (
        "deploy.cli.keys.command:keys",
        "Make, renew and rotate keys, certificates and passwords.",
    ),
    "script": ("deploy.cli.script:script", "Print what is installed on other machines."),
    "worker": ("deploy.cli.processes:worker", "Run jobs (any number, anywhere)."),
    "watch": ("deploy.cli.processes:watch", "Hear of new leaders from etcd itself."),
    "probe": ("deploy.cli.processes:probe", "Hear from Linode of nodes and machines."),
    "clock": ("deploy.cli.processes:clock", "Compare truth with what was applied."),
    "chronicle": (
        "deploy.cli.processes:chronicle",
        "Tell the trail: Slack, alerts, metrics, anchors.",
    ),
    "lab": ("deploy.lab.slack.show:lab", "Look into a running lab."),
}


@click.group(
    cls=LazyGroup,
    doors=DOORS,
    epilog=epilog(),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="pgbaton", message="%(prog)s %(version)s")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Moves applications to the proven new leader of a Patroni cluster, and keeps the record.

    The inventory is the file that PGBATON_INVENTORY names (else /etc/pgbaton/inventory.toml).
    """
    from deploy.cli.voice import unbreakable

    unbreakable(sys.stdout, sys.stderr)
    if ctx.obj is None:
        from deploy.cli.equipped import EquippedDesk

        ctx.obj = EquippedDesk()
