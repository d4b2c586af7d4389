"""Fifty clusters are rendered in no time: an operator looks at the whole of it after every change."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import tomlkit

from deploy.render import write_folder
from tests.ground import Ground, pretended

CLUSTERS, SECONDS = 50, 5.0


def test_fifty_clusters_within_five_seconds(
    tmp_path: Path, measured: Callable[[str], None]
) -> None:
    """150 database nodes, 50 hosts, etcd, Redis and pgbaton: every file rendered and written, to a new folder. The
    best of three counts, for a disk may have other work."""
    ground = pretended(tmp_path / "keys", _inventory())
    took = _timed(ground, tmp_path / "out")
    for n in (2, 3):
        took = took if took[0] < SECONDS else _timed(ground, tmp_path / f"out{n}")
    blueprints = ground.rendered()
    files = sum(len(b.files) for b in blueprints.values())
    measured(
        f"render: {CLUSTERS} clusters, {len(blueprints)} machines, {files} files in {took[0]:.2f} s, of which "
        f"{took[1]:.2f} s are writing"
    )
    assert len(blueprints) == CLUSTERS * 4 + 5
    assert took[0] < SECONDS


def _timed(ground: Ground, folder: Path) -> tuple[float, float]:
    """Seconds altogether, and those of writing."""
    began = time.perf_counter()
    blueprints = ground.rendered()
    rendered = time.perf_counter()
    write_folder(folder, blueprints, known=blueprints)
    ended = time.perf_counter()
    return ended - began, ended - rendered


def _inventory() -> str:
    tls = {"ca": "/etc/pgbaton/tls/ca.pem"}
    own = {**tls, "cert": "/etc/pgbaton/tls/client.pem", "key": "/etc/pgbaton/tls/client.key"}
    etcd = {f"e{n}": f"10.0.0.{n}" for n in (1, 2, 3)}
    numbers = range(CLUSTERS)
    return tomlkit.dumps(
        {
            "schema": 1,
            "redis": {"url": "rediss://10.0.0.5:6379/0", "tls": tls},
            "webhook": {"urls": ["https://10.0.0.6:8000/events"], **tls},
            "etcd": {
                "main": {
                    "endpoints": [f"https://{at}:2379" for at in etcd.values()],
                    "machines": etcd,
                    "tls": own,
                }
            },
            "machines": {
                "redis": {"address": "10.0.0.5", "runs": ["redis"]},
                "control": {"address": "10.0.0.6", "runs": ["web", "worker", "watch", "clock"]},
            },
            "deploy": {"networks": ["10.0.0.0/8"]},
            "clusters": {f"c{n}": _cluster(n, own) for n in numbers},
            "hosts": {f"web{n}": {"address": f"10.2.0.{n}", "mode": "hardened"} for n in numbers},
            "applications": {f"app{n}": _application(n) for n in numbers},
        }
    )


def _cluster(number: int, tls: dict[str, str]) -> dict[str, object]:
    return {
        "etcd": "main",
        "scope": f"c{number}",
        "machines": {f"c{number}-pg{m}": f"10.1.{number}.{m}" for m in (1, 2, 3)},
        "rest": tls,
        "probe": {"user": "pgbaton"},
        "postgresql_port": 5433,
        "mux": {},
        "databases": {"shop": "shop"},
    }


def _application(number: int) -> dict[str, object]:
    path = f"/var/www/app{number}/.env"
    return {
        "cluster": f"c{number}",
        "hosts": [f"web{number}"],
        "files": [{"path": path, "keys": {"DB_HOST": "{host}"}}],
        "services": [{"name": "php8.2-fpm"}],
    }
