"""pgbaton's own processes on the control machine, each with the secrets it needs and no other."""

from __future__ import annotations

import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.lab import layout
from deploy.lab.answers import NO_ANSWER
from deploy.lab.machine import CHECKOUT, Machine
from deploy.lab.network import standing_in
from deploy.lab.process import Process

if TYPE_CHECKING:
    from deploy.lab.lab import Lab

PYTHON: Mapping[str, str] = {
    "PYTHONPATH": str(CHECKOUT),
    "PYTHONSAFEPATH": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
    "HOME": "/run",
}
ACCESS_FORMAT = "%(s)s %({webhook-id}i)s"
"""Status and id of every request: the accepted events, from another hand than the trail's."""


def program(name: str) -> str:
    """A script of the environment that runs this very process."""
    return str(Path(sys.executable).parent / name)


def start_others(lab: Lab) -> list[Process]:
    """Two workers, watch, clock and, before a NodeBalancer, probe, as the Procfile has them."""
    control = lab.machines["control"]
    return [
        *(start(lab, control, name, name.split("-")[0]) for name in ("worker-1", "worker-2")),
        *(start(lab, control, name, name) for name in ("watch", "clock")),
        *(start(lab, control, name, name) for name in (("probe",) if lab.balanced else ())),
    ]


def start_chronicle(lab: Lab) -> Process:
    """Before the first leader's incident: a chronicle that starts anew tells nothing of before."""
    return start(lab, lab.machines["control"], "chronicle", "chronicle")


def start_web(lab: Lab) -> Process:
    control = lab.machines["control"]
    bind = f"{control.address}:{layout.WEBHOOK_PORT}"
    log = control.folder / "access.log"
    return control.start(
        "web",
        [program("gunicorn"), "--worker-class", "gthread", "--threads", "8", "--bind", bind,
         "--no-control-socket", "--access-logfile", str(log),
         "--access-logformat", ACCESS_FORMAT, "webhook.wsgi:app"],
        env=environment(lab, "web"),
    )  # fmt: skip


def start_pages(lab: Lab) -> Process:
    """The pages, in a gunicorn of their own; whoever knocks at the lab's door is led there."""
    control = lab.machines["control"]
    bind = f"127.0.0.1:{layout.PAGES_PORT}"
    process = control.start(
        "pages",
        [program("gunicorn"), "--worker-class", "gthread", "--threads", "32",
         "--graceful-timeout", "5", "--bind", bind, "--no-control-socket",
         "webhook.pages_wsgi:app"],
        env=environment(lab, "pages"),
    )  # fmt: skip
    with standing_in(control):
        lab.door.lead("127.0.0.1", layout.PAGES_PORT)
    return process


def pages_answer(lab: Lab) -> bool:
    """Whether the pages serve by now: the door shuts in a browser's face until somebody listens."""
    with standing_in(lab.machines["control"]):
        try:
            with urllib.request.urlopen(f"{layout.PAGES}/healthz", timeout=5) as answer:  # noqa: S310 - the lab's own
                return bool(answer.read())
        except NO_ANSWER:
            return False


def start(lab: Lab, machine: Machine, name: str, command: str) -> Process:
    """Start `pgbaton COMMAND` as the process `name`."""
    return machine.start(name, [program("pgbaton"), command], env=environment(lab, command))


def environment(lab: Lab, command: str) -> Mapping[str, str]:
    """What a process may know; `cli` stands for the operator's own commands."""
    known: dict[str, dict[str, str]] = {
        "watch": {"PGBATON_SENDER_KEY_WATCH": lab.secrets.senders["watch"].whsk},
        "worker": {**_hands(lab), "MALLOC_ARENA_MAX": "2"},
        "cli": _hands(lab),
        "probe": {
            "PGBATON_SENDER_KEY_PROBE": lab.secrets.senders["probe"].whsk,
            "PGBATON_LINODE_TOKEN": lab.secrets.linode,
        },
        "pages": _viewers(lab) if command == "pages" else {},
        "chronicle": {
            "PGBATON_SLACK_TOKEN": lab.secrets.slack,
            "PGBATON_ALERT_KEY": lab.secrets.alerts.whsk,
        },
    }
    return {
        **PYTHON,
        "PGBATON_INVENTORY": str(lab.inventory_file),
        "PGBATON_REDIS_PASSWORD": lab.secrets.redis,
        **known.get(command, {}),
    }


def _viewers(lab: Lab) -> dict[str, str]:
    """Who may look: the hash alone."""
    from webhook.pages.credentials import password_hash

    return {"PGBATON_VIEWER_PASSWORD": password_hash(lab.secrets.viewer)}


def _hands(lab: Lab) -> dict[str, str]:
    probe = lab.secrets.patroni.probe
    assert probe is not None
    return {
        "PGBATON_SSH_KEY": str(_ssh_key(lab)),
        **({"PGBATON_LINODE_TOKEN": lab.secrets.linode} if lab.balanced else {}),
        f"PGBATON_PROBE_{layout.CLUSTER.upper()}_PASSWORD": probe,
    }


def _ssh_key(lab: Lab) -> Path:
    path = lab.folder / "ssh-key"
    path.touch(mode=0o600)
    path.write_text(lab.secrets.ssh.openssh)
    return path
