"""What the shop's own people put on a machine: nginx, a pool of php-fpm, and the shop under its account."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from deploy.lab import layout
from deploy.lab.machines.inventory import SHOP
from jobs.inventory import Address

FILES = Path(__file__).parent / "shop"
NUMBER = 7002
"""The shop's user and group; no account of the image is near it."""
PHP = "etc/php/8.2/fpm/pool.d"
BOOTS = "/var/log/shop/boots.log"
SYSUSERS = f'u shop {NUMBER} "The shop" {SHOP} /usr/sbin/nologin\n'


def lay_shop(disk: Path, name: str, at: Address, password: str) -> None:
    """Put the shop on a machine's disk before it boots, pointing at `at`; its services are enabled."""
    folder = disk / SHOP.lstrip("/")
    shutil.copytree(FILES, folder, ignore=shutil.ignore_patterns("*.conf"))
    for below in ("bootstrap/cache", "storage"):
        (folder / below).mkdir(parents=True)
    _write(folder / ".env", env(name, at, password), mode=0o640)
    _give(folder)
    log = disk / BOOTS.lstrip("/")
    log.parent.mkdir(parents=True)
    _give(log.parent)
    _services(disk)


def env(name: str, at: Address, password: str) -> str:
    lines = {
        "APP_NAME": '"The Corner Shop"',
        "SHOP_HOST": name,
        "DB_CONNECTION": "pgsql",
        "DB_HOST": at.host,
        "DB_PORT": str(at.port),
        "DB_DATABASE": "shop",
        "DB_USERNAME": "shop",
        "DB_PASSWORD": password,
    }
    return "".join(f"{key}={value}\n" for key, value in lines.items())


def _services(disk: Path) -> None:
    _write(disk / "etc/sysusers.d/shop.conf", SYSUSERS)
    _write(disk / "etc/nginx/sites-enabled/default", _text("nginx.conf"))
    _write(disk / PHP / "shop.conf", _text("pool.conf"))
    _write(disk / "etc/systemd/system/php8.2-fpm.service.d/boots.conf", _text("boots.conf"))
    for unit in ("nginx", "php8.2-fpm"):
        wanted = disk / f"etc/systemd/system/multi-user.target.wants/{unit}.service"
        wanted.parent.mkdir(parents=True, exist_ok=True)
        wanted.symlink_to(f"/lib/systemd/system/{unit}.service")


def point(disk: Path, name: str, at: Address, password: str) -> None:
    """Another `.env` on a machine's disk, by hand."""
    _write(disk / f"{SHOP}/.env".lstrip("/"), env(name, at, password), mode=0o640)
    _give(disk / SHOP.lstrip("/"))


def boots(disk: Path) -> list[tuple[float, str]]:
    """Every start of php-fpm that systemd made on a machine: when, and with which DB_HOST."""
    log = disk / BOOTS.lstrip("/")
    lines = log.read_text().splitlines() if log.exists() else []
    return [(float(line.split()[0]), line.split()[1]) for line in lines if len(line.split()) > 1]


def first_address(member: str) -> Address:
    return Address(host=layout.MEMBERS[member], port=layout.POSTGRESQL_PORT)


def _text(name: str) -> str:
    return (FILES / name).read_text()


def _write(path: Path, text: str, *, mode: int = 0o644) -> None:
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def _give(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, NUMBER, NUMBER)
