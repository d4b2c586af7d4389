"""pgbaton's own processes: one unit each, which is given the secrets that it needs and no other."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.blueprint import Notice, RenderedFile, Unit
from deploy.render.jinja import render
from deploy.render.machine.credentials import credentials
from deploy.render.machine.scene import NOTHING, Scene, Served, Share, secret_file, served
from deploy.render.machine.tls import identity
from deploy.render.machine.trust import trust
from deploy.render.written import inventory_toml
from deploy.site import Placed
from jobs.inventory import Process

INVENTORY = "/etc/pgbaton/inventory.toml"
SECRETS = "/etc/pgbaton/secrets"
PROGRAMS = "/opt/pgbaton/venv/bin"
WEB = "/etc/pgbaton/tls/web.pem"
TLS = "python:webhook.serving"
LOOPBACK = {"web": "127.0.0.1:8000", "pages": "127.0.0.1:8001"}
"""Where they listen when no address of the inventory is this machine's: behind a proxy of its own."""
METRICS = {"clock": 9188, "watch": 9189}
"""On loopback, beside the chronicle's 9187: the alert rules ask whether each of them lives."""
WHAT = {
    "web": "webhook, which records events and starts the work",
    "pages": "live pages",
    "worker": "worker %i, which moves applications",
    "watch": "watch, which hears of new leaders from etcd",
    "probe": "probe, which hears from Linode",
    "clock": "clock, which compares truth with what was applied",
    "chronicle": "chronicle, which tells the audit trail",
}


def processes(scene: Scene, here: Placed) -> Share:
    """Nothing where none of them runs."""
    if not here.ours:
        return NOTHING
    told = reloads(here)
    return Share(
        files=(
            RenderedFile(path=INVENTORY, text=inventory_toml(scene.inventory), notices=told),
            *trust(scene, told),
            *_web_certificate(scene, here),
            *_secrets(scene, here),
            *(_unit(scene, here, process) for process in here.ours),
        ),
        units=tuple(
            Unit(name=name, class_="pgbaton") for p in here.ours for name in names(here, p)
        ),
        packages=("python3", "python3-venv", "ca-certificates"),
    )


def names(here: Placed, process: Process) -> tuple[str, ...]:
    """The units of a process on this machine."""
    if process == "worker":
        return tuple(f"pgbaton-worker@{n}.service" for n in range(1, here.workers + 1))
    return (f"pgbaton-{process}.service",)


def reloads(here: Placed) -> tuple[Notice, ...]:
    """All of them read inventory and certificates anew when they are told to."""
    return tuple(Notice(unit=n, how="reload") for p in here.ours for n in names(here, p))


def _restarts(here: Placed, process: Process) -> tuple[Notice, ...]:
    return tuple(Notice(unit=name, how="restart") for name in names(here, process))


def _secrets(scene: Scene, here: Placed) -> Iterator[RenderedFile]:
    """systemd hands out copies as a unit starts, so that a new one needs a restart."""
    holders: dict[str, list[Process]] = {}
    texts: dict[str, str] = {}
    for process in here.ours:
        for name, text in credentials(scene, process).items():
            holders.setdefault(name, []).append(process)
            texts[name] = text
    for name, text in texts.items():
        told = tuple(notice for process in holders[name] for notice in _restarts(here, process))
        yield secret_file(f"{SECRETS}/{name}", text.rstrip("\n") + "\n", notices=told)


def _web_certificate(scene: Scene, here: Placed) -> Iterator[RenderedFile]:
    told = [
        p for p in ("web", "pages") if p in here.runs and (at := _at(scene, here, p)) and at.secure
    ]
    if told:
        notices = tuple(Notice(unit=f"pgbaton-{p}.service", how="reload") for p in told)
        certified = scene.keyring.certificate(here.name, "web")
        yield identity(WEB, certified, *notices, group="pgbaton", mode=0o640)


def _unit(scene: Scene, here: Placed, process: Process) -> RenderedFile:
    at = _at(scene, here, process)
    text = render(
        "process.service.j2",
        process=process,
        what=WHAT[process],
        command=f"{PROGRAMS}/{_command(process, at)}",
        secrets=[f"{name}:{SECRETS}/{name}" for name in credentials(scene, process)],
        environment=_environment(scene, process, at),
        gunicorn=process in LOOPBACK,
        privileged=at is not None and at.at.port < 1024,  # noqa: PLR2004 - the kernel's own line
    )
    name = "pgbaton-worker@.service" if process == "worker" else f"pgbaton-{process}.service"
    return RenderedFile(
        path=f"/etc/systemd/system/{name}", text=text, notices=_restarts(here, process)
    )


def _at(scene: Scene, here: Placed, process: str) -> Served | None:
    match process:
        case "web":
            return served(scene.inventory.webhook.urls, here)
        case "pages":
            url = scene.inventory.pages.url
            return served((url,), here) if url is not None else None
        case _:
            return None


def _command(process: Process, at: Served | None) -> str:
    if process not in LOOPBACK:
        return f"pgbaton {process}"
    bind = LOOPBACK[process] if at is None else str(at.at)
    secure = at is not None and at.secure
    files = f" --config {TLS} --certfile {WEB} --keyfile {WEB}" if secure else ""
    own = (
        "--threads 8 webhook.wsgi:app"
        if process == "web"
        else "--threads 32 --graceful-timeout 2 webhook.pages_wsgi:app"
    )
    return f"gunicorn --worker-class gthread --bind {bind}{files} {own}"


def _environment(scene: Scene, process: Process, at: Served | None) -> dict[str, str]:
    said = {"PYTHONSAFEPATH": "1", "PGBATON_INVENTORY": INVENTORY}
    if process == "worker":
        # A hundred warm connections are as many threads, and glibc would give each heaps of its own.
        said |= {"PGBATON_SSH_KEY": "%d/ssh-key", "MALLOC_ARENA_MAX": "2"}
    if process in METRICS:
        said[f"PGBATON_{process.upper()}_METRICS_PORT"] = str(METRICS[process])
    if process == "pages" and at is None and scene.inventory.pages.url is not None:
        said["PAGES_PROXIES"] = "1"
    return said
