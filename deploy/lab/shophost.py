"""A machine that the shop runs on: sshd, accounts and sudo of its own, runit, and the shop."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.lab import layout
from deploy.lab.accounts import Account, account_files
from deploy.lab.answers import asked
from deploy.lab.keys import LabSecrets
from deploy.lab.machine import CHECKOUT, Machine
from deploy.lab.patroni import lab_venv
from deploy.lab.process import Process
from jobs.inventory import Address

DEPLOY = Account(name=layout.DEPLOY_USER, number=7001, home="/srv/deploy", login="/bin/sh")
SHOP = Account(name=layout.SHOP_USER, number=7002, home="/srv/shop", login="/usr/sbin/nologin")

SSHD_CONFIG = """\
HostKey /etc/ssh/ssh_host_ed25519_key
AuthorizedKeysFile /etc/ssh/authorized_keys
AllowUsers {user}
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin no
PrintMotd no
"""

RUN = """\
#!/bin/sh
# One process with eight threads; a stop waits 1 s for requests, for those on a dead line never end.
exec 2>&1
cd /srv/shop
exec chpst -u {user} env PYTHONPATH=/srv/code PYTHONDONTWRITEBYTECODE=1 \\
    {gunicorn} --bind 0.0.0.0:{port} \\
    --worker-class gthread --threads 8 --no-control-socket --graceful-timeout 1 deploy.lab.shop.wsgi:app
"""


LIGHT_RUN = """\
#!/bin/sh
# A start is a line: when, with which DB_HOST, as which process. Then nothing more happens.
exec 2>&1
cd /srv/shop
echo "$(date +%s.%6N) $(sed -n s/^DB_HOST=//p .env) $$" >>boots.log
exec chpst -u {user} sleep infinity
"""


def shop_files(folder: Path, name: str, secrets: LabSecrets) -> Mapping[str, Path]:
    """What stands on a shop's machine over the real machine's files. /var/lib comes last, since
    it hides the lab's own folder."""
    srv = _srv(folder / "srv")
    if name not in layout.LIGHT:
        _code(srv)
    return {
        **account_files(folder, (DEPLOY, SHOP), sudoer=DEPLOY.name),
        "/etc/ssh": _ssh(folder / "ssh", name, secrets),
        "/etc/service": write_service(folder / "service", name),
        "/srv": srv,
        "/var/lib": _folder(folder / "var-lib"),
    }


def _srv(folder: Path) -> Path:
    _folder(folder)
    for account in (DEPLOY, SHOP):
        _owned(_folder(folder / account.name), account)
    return folder


def _code(folder: Path) -> None:
    """The shop's own program."""
    code = _folder(folder / "code/deploy/lab")
    for package in ("deploy", "deploy/lab"):
        (folder / "code" / package / "__init__.py").touch()
    shutil.copytree(CHECKOUT / "deploy/lab/shop", code / "shop", dirs_exist_ok=True)


def _ssh(folder: Path, name: str, secrets: LabSecrets) -> Path:
    _folder(folder)
    key = folder / "ssh_host_ed25519_key"
    key.touch(mode=0o600)
    key.write_text(secrets.host_keys[name].openssh)
    (folder / "sshd_config").write_text(SSHD_CONFIG.format(user=DEPLOY.name))
    (folder / "authorized_keys").write_text(secrets.ssh.ssh_public + "\n")
    return folder


def write_service(folder: Path, name: str) -> Path:
    """What runit starts the shop with on a machine."""
    gunicorn = lab_venv() / "bin/gunicorn"
    text = LIGHT_RUN if name in layout.LIGHT else RUN
    write_run(folder, text.format(user=SHOP.name, gunicorn=gunicorn, port=layout.SHOP_PORT))
    return folder


def write_run(folder: Path, text: str) -> None:
    """Another script to start the shop, in one step: a file that is being written cannot be run, nor one
    that is being run be written."""
    new = _folder(folder / "shop") / "run.new"
    new.write_text(text)
    new.chmod(0o755)
    new.rename(new.with_name("run"))


def _folder(path: Path) -> Path:
    path.mkdir(mode=0o755, parents=True, exist_ok=True)
    return path


def _owned(path: Path, account: Account) -> Path:
    os.chown(path, account.number, account.number)
    return path


def write_env(machine: Machine, at: Address, secrets: LabSecrets) -> None:
    """The shop's `.env`, pointing at the leader of now, or at the NodeBalancer."""
    lines = {
        "APP_NAME": '"The Corner Shop"',
        "SHOP_HOST": machine.name,
        "DB_CONNECTION": "pgsql",
        "DB_HOST": at.host,
        "DB_PORT": str(at.port),
        "DB_DATABASE": "shop",
        "DB_USERNAME": "shop",
        "DB_PASSWORD": secrets.shop,
    }
    path = machine.folder / "srv/shop/.env"
    path.touch(mode=0o640)
    path.write_text("".join(f"{key}={value}\n" for key, value in lines.items()))
    _owned(path, SHOP)


def start_sshd(machine: Machine) -> Process:
    machine.run(["mkdir", "-m", "0755", "-p", "/run/sshd"])
    return machine.start("sshd", ["/usr/sbin/sshd", "-D", "-e"])


def start_shop(machine: Machine) -> Process:
    """Supervised by runit, as on a real host: `sv restart shop` works there."""
    return machine.start("shop", ["runsvdir", "-P", "/etc/service"])


def healthz(host: str) -> Mapping[str, Any]:
    """What the running shop says of itself; an empty mapping where it does not answer."""
    return asked(f"http://{layout.ADDRESSES[host]}:{layout.SHOP_PORT}/healthz")


def start_over(machine: Machine) -> None:
    """The shop starts with its file as it stands now, and no start of before counts."""
    boots_log(machine.folder).unlink(missing_ok=True)
    machine.run(["sv", "restart", "shop"])


def boots_log(folder: Path) -> Path:
    """Where one machine's shop notes its starts."""
    return folder / "srv/shop/boots.log"


def boots(folder: Path) -> list[tuple[float, str]]:
    """Every start of the shop on one machine: when, and with which DB_HOST."""
    log = boots_log(folder)
    lines = log.read_text().splitlines() if log.exists() else []
    return [(float(line.split()[0]), line.split()[1]) for line in lines]


def env_value(path: Path, key: str) -> str | None:
    """What a shop's `.env` says; None where it says nothing of that."""
    lines = path.read_text().splitlines() if path.exists() else []
    return next((line.partition("=")[2] for line in lines if line.startswith(f"{key}=")), None)
