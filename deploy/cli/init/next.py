"""What follows after `pgbaton init`, in order; without it the first question would be: and now?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from deploy.outline import Adopted, Whole


def steps(file: Path, folder: Path, told: Whole | Adopted) -> Iterator[tuple[str, str]]:
    """Each command or deed, and what for."""
    yield f"export PGBATON_INVENTORY={file.absolute()}", "every command reads it then"
    if isinstance(told, Whole):
        yield (
            "export PGBATON_LINODE_TOKEN=…",
            "may create machines (docs/provision.md has its scopes); revoke it afterwards",
        )
        if told.balancer:
            yield (
                f"put another token into {folder}/secrets/linode-token",
                "the workers' own, for the NodeBalancer (docs/nodebalancer.md)",
            )
        yield from _slack(folder, told.slack)
        yield "pgbaton check", "what is wrong or lacking"
        yield "pgbaton provision --plan", "what would be created, and what it costs"
        yield "pgbaton provision --write", "create it; addresses come back into the inventory"
        yield "pgbaton keys renew", "certificates prove the new addresses, too"
        yield "pgbaton push --install", "bring every machine to what the inventory says"
    else:
        yield from _slack(folder, told.slack)
        unknown = [name for name, at in told.hosts.items() if not told.pins.get(at)]
        if unknown:
            yield (
                f"complete the tables of {', '.join(unknown)} in {file}",
                "their host keys are not known yet",
            )
        where = ", ".join((*told.controls, *told.hosts))
        yield f"let {folder}/ssh/push.pub log in as root on {where}", "that is how push comes in"
        for name, at in told.controls.items():
            if not told.pins.get(at):
                yield f"pgbaton keys pin {name} --write", "trust the machine that is there"
        yield "pgbaton check", "what is wrong or lacking"
        yield "pgbaton push --check", "what would change on which machine"
        yield "pgbaton push --install", "pgbaton's machines and the hosts"
        yield "install the hook on each member", "docs/guide.md, around an existing cluster"
    first = "control1" if isinstance(told, Whole) else next(iter(told.controls))
    yield f"pgbaton doctor --at {first}", "what will break in the next disaster"


def _slack(folder: Path, channel: str | None) -> Iterator[tuple[str, str]]:
    if channel is not None:
        yield f"put the bot's token into {folder}/secrets/slack-token", "docs/slack.md"
