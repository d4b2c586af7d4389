"""Secrets planted everywhere, and looked for in everything that is said: commands, processes, pages, Redis."""

from __future__ import annotations

import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from deploy.cli import main
from deploy.cli.equipped import EquippedDesk
from deploy.lab.drill.search import _redis_text
from jobs.audit import Kind
from tests.contract import ports
from tests.contract.secrets.site import Site, draft
from tests.parts import ROOT
from workers.redis import RedisLedger

BIN = Path(sys.executable).parent
COMMANDS = (
    *("verify shop", "verify shop --json", "verify crm", "plan shop", "plan shop --json", "plan crm"),
    *("repoint shop --timeout 1", "repoint shop --now", "repoint crm --now", "incidents", "show shop-1"),
    *("show shop-1 --json", "tail --no-follow", "tail --no-follow --json", "audit verify shop"),
    *("audit anchors shop", "audit anchors crm", "audit export shop", "pause shop --for 1m --why x"),
    *("resume shop", "reset-fence shop web1 --why x", "doctor --no-ping", "doctor --json", "check"),
    *("nodebalancer show", "nodebalancer show front --json", "script list web1", "script redis-acl"),
    *("script sudoers web1", "script hook", "script remote", "script mux shop pg1", "provision --plan"),
    *("report shop-1", "verify nobody", "ack shop-1 --why x", "audit trim shop", "adopt web1 shop crm"),
)  # fmt: skip


def said_by_commands(environ: Mapping[str, str], *commands: str) -> dict[str, str]:
    """What each command says, and the traceback where it should ever end with one."""
    told = {}
    for command in commands:
        desk = EquippedDesk(environ)
        done = CliRunner().invoke(main, command.split(), obj=desk)
        raised = done.exc_info and not isinstance(done.exception, SystemExit)
        trace = "".join(traceback.format_exception(done.exception)) if raised else ""
        told[command] = done.output + trace
    return told


def kept(site: Site) -> dict[str, str]:
    """Everything in Redis and in the files that were written beside the inventory."""
    files = {
        str(p.relative_to(site.folder)): p.read_text(errors="replace")
        for p in site.folder.rglob("*")
        if p.is_file() and p.suffix in {".log", ".jsonl", ".md", ".html", ".json"}
    }
    return {"Redis": _redis_text(site.redis.client()), **files}


def told(site: Site) -> None:
    """An incident to be shown, whose words came from a host and from a person."""
    RedisLedger(site.redis.client(), inventory="x").append(
        "shop", [draft(Kind.OPENED, before="pg1", why="no leader key")]
    )


@pytest.fixture(autouse=True)
def beside(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """What commands write by themselves goes where it is searched."""
    monkeypatch.chdir(site.folder)
    told(site)


def test_no_command_tells_a_secret(site: Site) -> None:
    """Whatever is typed, with everything behind it failing and repeating what it was sent."""
    told = said_by_commands(site.environ, *COMMANDS)
    assert site.found({**told, **kept(site)}) == []
    assert "/v4/nodebalancers" in " ".join(site.babbler.asked)
    assert "/patroni" in site.babbler.asked


PASTED = {
    "PGBATON_SSH_KEY": "worker",
    "PGBATON_SENDER_KEY_WATCH": "watch",
    "PGBATON_SENDER_KEY_PROBE": "probe",
    "PGBATON_ALERT_KEY": "chronicle",
    "PGBATON_SLACK_TOKEN": "chronicle --port {port}",
    "PGBATON_REDIS_PASSWORD": "clock",
}


@pytest.mark.timeout(150)
def test_a_secret_in_the_wrong_place_is_not_quoted(site: Site) -> None:
    """Somebody pastes one secret where another belongs: the complaint names the variable, not the value."""
    wrong = {name: {**site.environ, name: site.planted["linode-token"]} for name in PASTED}
    with ThreadPoolExecutor(len(PASTED)) as pool:
        said = list(pool.map(lambda n: said_by(PASTED[n], wrong[n], seconds=5), PASTED))
    told = {f"{name} {PASTED[name]}": text for name, text in zip(PASTED, said, strict=True)}
    for name, environ in wrong.items():
        commands = said_by_commands(environ, "check", "verify shop")
        told |= {f"{name} {command}": text for command, text in commands.items()}
    content = {**site.environ, "PGBATON_SSH_KEY": (site.folder / "ssh-key").read_text()}
    told |= said_by_commands(content, "check", "plan shop", "repoint shop --now")
    assert site.found(told) == []


@pytest.mark.parametrize(
    "line",
    [
        'url = "redis://:{0}@127.0.0.1/0"',
        'url = "redis://u:{0}@h:x/0"',
        'url = "unix:///s?password={0}"',
        'url = "redis://h/0"\npassword = "{0}"',
        'url = "redis://h/0"\n[linode]\nurl = "https://u:{0}@api.example/v4"',
        'url = "redis://h/0"\n[slack]\nurl = "https://u:{0}@slack.example"',
        'url = "redis://h/0"\n[etcd.other]\nendpoints = ["https://u:{0}@h:2379"]',
        'url = "redis://h/0"\n[webhook]\nurls = ["https://u:{0}@h/events"]',
        'url = "redis://h/0"\n[alerts]\nurl = "https://u:{0}@h/x"',
        'url = "redis://h/0"\n[senders.x]\nkeys = ["{0}"]\nclusters = ["shop"]',
    ],
    ids=range(10),
)
def test_a_secret_in_the_inventory_is_refused_unread(site: Site, tmp_path: Path, line: str) -> None:
    """It says where it stands and what to do, and does not repeat it."""
    file = tmp_path / "inventory.toml"
    text = line.format(site.planted["redis-password"])
    file.write_text(
        f'[redis]\n{text}\n[etcd.main]\nendpoints = ["http://h:1"]\n[clusters.shop]\netcd = "main"\nscope = "shop"\n'
    )
    environ = {**site.environ, "PGBATON_INVENTORY": str(file)}
    told = said_by_commands(environ, "check", "doctor --no-ping")
    assert site.found(told) == []


def said_by(process: str, environ: Mapping[str, str], *, seconds: float) -> str:
    """What a process says that is ended after a while, if it did not give up before."""
    with subprocess.Popen(
        [BIN / "pgbaton", *process.format(port=ports.free()[0]).split()],
        env=environ,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        with suppress(subprocess.TimeoutExpired):
            running.wait(seconds)
        running.terminate()
        return str(running.communicate(timeout=40)[0])


@contextmanager
def all_processes(site: Site, web: int, pages: int, metrics: int) -> Iterator[list[int]]:
    """All seven as the Procfile has them, each into a log of its own; their ids."""
    serve = ["-m", "gunicorn", "--worker-class", "gthread", "--threads", "8", "--bind"]
    commands: dict[str, list[str]] = {
        "web": [sys.executable, *serve, f"127.0.0.1:{web}", "webhook.wsgi:app"],
        "pages": [sys.executable, *serve, f"127.0.0.1:{pages}", "webhook.pages_wsgi:app"],
        "chronicle": [str(BIN / "pgbaton"), "chronicle", "--port", str(metrics)],
        **{name: [str(BIN / "pgbaton"), name] for name in ("worker", "watch", "probe", "clock")},
    }
    running = []
    for name, command in commands.items():
        with (site.folder / f"{name}.log").open("wb") as log:
            environ = {**site.environ, "PYTHONSAFEPATH": "1"}
            running.append(subprocess.Popen(command, env=environ, cwd=ROOT, stdout=log, stderr=log))
    try:
        yield [one.pid for one in running]
    finally:
        for one in running:
            one.terminate()
        for one in running:
            try:
                one.wait(timeout=15)
            except subprocess.TimeoutExpired:
                one.kill()
                one.wait(timeout=5)


def asked(port: int, path: str, *, login: tuple[str, str] | None = None) -> str:
    """A page with its headers, or why there was none."""
    try:
        address = f"http://127.0.0.1:{port}{path}"
        answer = requests.get(address, timeout=20, auth=login)
    except requests.RequestException as error:
        return str(error)
    return f"{answer.headers} {answer.text}"


@pytest.mark.timeout(300)
def test_no_process_tells_a_secret(site: Site) -> None:
    """All seven at work while Linode, Slack, the on-call tool and Patroni fail with our own words: logs,
    metrics, pages, the trail, job arguments, and what `ps` shows."""
    web, pages, metrics = ports.free(3)
    login = ("dba", site.planted["viewer password"])
    with all_processes(site, web, pages, metrics) as ids:
        until = time.monotonic() + 180
        while time.monotonic() < until and not all_called(site):
            time.sleep(0.5)
            if "/api/auth.test" in site.babbler.asked:  # the chronicle reads from now on
                told(site)
        seen = {
            f"{port} {path}": asked(port, path, login=login)
            for port, paths in {
                web: ("/readyz", "/metrics", "/openapi.json", "/problems/unsigned", "/nothing"),
                pages: (
                    "/",
                    "/clusters/shop",
                    "/incidents/shop-1",
                    "/incidents/shop-1/report.md",
                    "/login",
                ),
                metrics: ("/metrics", "/"),
            }.items()
            for path in paths
        }
        shown = {f"ps {pid}": Path(f"/proc/{pid}/cmdline").read_text() for pid in ids}
    everything = {**seen, **shown, **kept(site)}
    assert site.found(everything) == []
    logs = {p.stem: p.read_text() for p in site.folder.glob("*.log")}
    assert {
        n for n in ("web", "pages", "worker", "watch", "probe", "clock", "chronicle") if logs[n]
    }
    assert all_called(site), set(site.babbler.asked)


CALLED = ("/api/", "/v4/", "/alerts", "/events", "/patroni")


def all_called(site: Site) -> bool:
    """Whether everybody was asked who will repeat what he was told."""
    return all(any(path.startswith(one) for path in site.babbler.asked) for one in CALLED)
