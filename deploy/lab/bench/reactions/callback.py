"""What an operator would do without pgbaton: a script that Patroni's callback starts, with ssh in a loop or a playbook.

It is the published how-to's callback, put right only as far as that it can work: it asks etcd for the
leader's own record, and moves the hosts over SSH. It proves nothing and keeps no journal.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from deploy.lab import layout, shophost
from deploy.lab.bench.fanned.peers import ANSIBLE_CFG, FORKS, HANG_UP, SSH_CONFIG
from deploy.lab.lab import Lab
from deploy.lab.machine import LabError, Machine
from deploy.lab.patroni import private
from deploy.lab.process import wait_until

Peer = Literal["loop", "ansible"]
Service = Literal["shop", "peer"]
"""On every host: pgbaton's, and the peers'."""

HERE = Path(__file__).parent
ENV_FILE = "/srv/peer/.env"
"""On every host, beside the file that pgbaton moves and of the same shape."""
ENDS_WITHIN = 120


def demand_tools() -> None:
    """LabError where a peer's program is missing, before minutes are spent."""
    if shutil.which("ansible-playbook") is None:
        raise LabError(
            "ansible-playbook is missing: start the bench by ./dev bench reaction, or "
            "install ansible-core"
        )


def furnish_host(machine: Machine) -> None:
    """Before the host's services start: a file and a service for the peers."""
    ours, peers = (machine.folder / "srv" / name for name in (layout.SHOP_USER, "peer"))
    peers.mkdir(mode=0o755)
    shutil.copyfile(ours / ".env", peers / ".env")
    for path in (peers, peers / ".env"):
        shutil.chown(path, shophost.SHOP.number, shophost.SHOP.number)
    services = machine.folder / "service"
    shutil.copytree(services / "shop", services / "peer")
    run = services / "peer/run"
    run.write_text(run.read_text().replace("/srv/shop", "/srv/peer"))


def furnish_member(lab: Lab, member: str, hosts: Mapping[str, str]) -> None:
    """Put the peers' script before the hook of a member, idle until `let` names one."""
    folder = lab.folder / member
    known = {
        "folder": str(folder),
        "user": layout.DEPLOY_USER,
        "key": str(private(folder / "peer.key", lab.secrets.ssh.openssh)),
        "known": str(folder / "known_hosts"),
    }
    pins = (f"{at} {lab.secrets.host_keys[name].ssh_public}\n" for name, at in hosts.items())
    (folder / "known_hosts").write_text("".join(pins))
    (folder / "ssh_config").write_text(SSH_CONFIG.format(**known))
    (folder / "ansible.cfg").write_text(ANSIBLE_CFG.format(forks=FORKS, **known))
    (folder / "peers.ini").write_text("".join(f"{at}\n" for at in hosts.values()))
    (folder / "peer.conf").write_text(_conf(hosts))
    private(folder / "peer.log", "")
    for name in ("peer.sh", "play.json"):
        shutil.copyfile(HERE / name, folder / name)
    hook = folder / "pgbaton-hook"
    hook.rename(folder / "pgbaton-hook.own")
    shutil.copyfile(HERE / "hook.sh", hook)


def _conf(hosts: Mapping[str, str]) -> str:
    endpoints = ",".join(f"http://{address}:2379" for address in layout.ETCD.values())
    return f"endpoints={endpoints}\nhosts='{' '.join(hosts.values())}'\nfile={ENV_FILE}\n"


def let(lab: Lab, peer: Peer | None) -> None:
    """From now on callbacks start this peer; None: pgbaton's own hook."""
    for member in layout.MEMBERS:
        (lab.folder / member / "peer").write_text(f"{peer or ''}\n")


def until_ended(lab: Lab, member: str, *, times: int) -> None:
    """Wait until the script on a member has ended so many times; LabError where it failed."""
    wait_until(
        f"the peer's script on {member}",
        lambda: len(ends(lab, member)) >= times,
        seconds=ENDS_WITHIN,
        step=0.2,
    )
    if ends(lab, member)[-1] != "ended 0":
        raise LabError(f"the peer's script on {member} failed:\n{_log(lab, member)[-800:]}")
    lab.machines[member].run(["sh", "-c", HANG_UP])


def ends(lab: Lab, member: str) -> Sequence[str]:
    """How the script on a member ended, each time so far."""
    return [line for line in _log(lab, member).splitlines() if line.startswith("ended ")]


def _log(lab: Lab, member: str) -> str:
    return (lab.folder / member / "peer.log").read_text()


def starts(lab: Lab, host: str, service: Service) -> Sequence[tuple[float, str]]:
    """Every start of a service on a host: when, and with which DB_HOST."""
    log = lab.folder / host / "srv" / service / "boots.log"
    lines = log.read_text().splitlines() if log.exists() else []
    return [(float(at), to) for at, to, _ in map(str.split, lines)]
