"""Three Patroni members with their PostgreSQL, from the files that deploy renders."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.hook import hook_script
from deploy.lab import layout
from deploy.lab.answers import asked
from deploy.lab.keys import LabSecrets
from deploy.lab.machine import LabError, Machine
from deploy.lab.process import Process
from deploy.render import (
    HookGround,
    PatroniGround,
    bootstrap_sql,
    hook_conf,
    patroni_yml,
)
from jobs.inventory import Inventory

SHOP_SQL = Path(__file__).parent / "shop/schema.sql"
Ask = Callable[[str, str], Mapping[str, Any]]
"""Asks a member's REST API for a path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatroniProgram:
    """Which Patroni the members run: `version` is 3 (Debian's own) or 4 (the lab's venv)."""

    version: int

    @property
    def path(self) -> str:
        return "/usr/bin/patroni" if self.version == 3 else str(lab_venv() / "bin/patroni")  # noqa: PLR2004


def lab_venv() -> Path:
    """The environment that postgres and the shop run from; ./dev makes and names it."""
    folder = os.environ.get("PGBATON_LAB_VENV")
    if not folder or not Path(folder, "bin/patroni").exists():
        raise LabError("the lab's venv is missing: start the lab by ./dev lab or ./dev drill")
    return Path(folder)


def postgresql_bin() -> Path:
    """The newest installed PostgreSQL's programs."""
    found = Path("/usr/lib/postgresql").glob("*/bin")
    return max(found, key=lambda path: int(path.parent.name))


def own_files(folder: Path) -> Mapping[str, Path]:
    """What stands on a member's machine where the real machine has PostgreSQL's own folders."""
    return {
        "/var/lib/postgresql": _made(folder / "postgresql", mode=0o755),
        "/var/log/postgresql": _made(folder / "postgresql-log", mode=0o755),
    }


def start_patroni(
    machine: Machine, inventory: Inventory, secrets: LabSecrets, program: PatroniProgram
) -> Process:
    """Write the member's files and start Patroni as postgres."""
    config = write_files(machine, inventory, secrets)
    write_pgpass(machine, secrets)
    machine.run(["install", "-d", "-o", "postgres", "-g", "postgres", "/run/postgresql"])
    return restart_patroni(machine, config, program)


def write_pgpass(machine: Machine, secrets: LabSecrets) -> None:
    """So that whoever looks around as postgres gets in without a password being shown."""
    line = f"*:*:*:postgres:{secrets.patroni.superuser}\n"
    private(machine.folder / "postgresql/.pgpass", line)


def restart_patroni(machine: Machine, config: Path, program: PatroniProgram) -> Process:
    return machine.start("patroni", [program.path, str(config)], user="postgres")


def write_files(machine: Machine, inventory: Inventory, secrets: LabSecrets) -> Path:
    """Render the member's files; return the path of its patroni.yml."""
    folder = machine.folder
    ground = PatroniGround(
        networks=("10.77.0.0/24",),
        hook=shlex.join(
            [
                "/bin/sh",
                str(_hook(machine, inventory, secrets)),
                "--config",
                str(folder / "hook.conf"),
            ]
        ),
        post_bootstrap=shlex.join(["/bin/sh", str(_post_bootstrap(machine, inventory, secrets))]),
        bin_dir=str(postgresql_bin()),
    )
    text = patroni_yml(
        inventory, layout.CLUSTER, machine.name, secrets=secrets.patroni, ground=ground
    )
    return private(folder / "patroni.yml", text)


def _hook(machine: Machine, inventory: Inventory, secrets: LabSecrets) -> Path:
    folder = machine.folder
    script = folder / "pgbaton-hook"
    script.write_text(hook_script())
    script.chmod(0o755)
    key = private(folder / "hook.pem", secrets.senders[machine.name].pem)
    spool = _made(folder / "spool", mode=0o700)
    ground = HookGround(key=str(key), spool=str(spool))
    text = hook_conf(inventory, layout.CLUSTER, machine.name, sender=machine.name, ground=ground)
    private(folder / "hook.conf", text)
    return script


def _post_bootstrap(machine: Machine, inventory: Inventory, secrets: LabSecrets) -> Path:
    folder = machine.folder
    cluster = inventory.clusters[layout.CLUSTER]
    shop = SHOP_SQL.read_text().replace("{password}", secrets.shop)
    sql = private(folder / "bootstrap.sql", bootstrap_sql(cluster, secrets=secrets.patroni) + shop)
    psql = shlex.join([str(postgresql_bin() / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1"])
    script = folder / "post-bootstrap.sh"
    script.write_text(f'{psql} -d "$1" -f {shlex.quote(str(sql))}\n')
    return script


def private(path: Path, text: str) -> Path:
    """A file that postgres alone may read."""
    path.touch(mode=0o600)
    shutil.chown(path, "postgres", "postgres")
    path.write_text(text)
    return path


def _made(path: Path, *, mode: int) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(mode)
    shutil.chown(path, "postgres", "postgres")
    return path


def rest(member: str, path: str = "/patroni") -> Mapping[str, Any]:
    """What a member's REST API says; an empty mapping where it does not answer."""
    return asked(f"http://{layout.MEMBERS[member]}:8008{path}")


def leader(ask: Ask = rest) -> str | None:
    """The member that says of itself that it leads and takes writes."""
    says = {member: ask(member, "/patroni") for member in layout.MEMBERS}
    leading = [
        member
        for member, body in says.items()
        if body.get("role") in {"primary", "master"} and body.get("state") == "running"
    ]
    return leading[0] if len(leading) == 1 else None


def follows(member: str, leading: str, ask: Ask = rest) -> bool:
    """Whether a member runs as a replica on the leader's own PostgreSQL timeline."""
    said, leader = ask(member, "/patroni"), ask(leading, "/patroni")
    runs = said.get("role") == "replica" and said.get("state") in {"running", "streaming"}
    return runs and said.get("timeline") is not None and said["timeline"] == leader.get("timeline")


def synchronous(ask: Ask = rest) -> bool:
    """Whether one leads, two follow by streaming, and one of them synchronously."""
    members = next(filter(None, (ask(m, "/cluster") for m in layout.MEMBERS)), {}).get(
        "members", []
    )
    roles = sorted(
        str(m.get("role")) for m in members if m.get("state") in {"running", "streaming"}
    )
    return len(roles) == len(layout.MEMBERS) and "sync_standby" in roles and "leader" in roles


def standby(ask: Ask = rest) -> str | None:
    """The member that may lead next without losing an order; None where there is none."""
    bodies = (ask(member, "/cluster") for member in layout.MEMBERS)
    members = next(filter(None, bodies), {}).get("members", [])
    return next((str(m["name"]) for m in members if m.get("role") == "sync_standby"), None)
