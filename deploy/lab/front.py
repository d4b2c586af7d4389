"""The NodeBalancer in front: a double of Linode's API, a real HAProxy, and whoever orders through it."""

from __future__ import annotations

import json
import sys
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError

import psycopg

from deploy.lab import layout, pgbaton
from deploy.lab.answers import NO_ANSWER
from deploy.lab.lab import Lab
from deploy.lab.machine import LabError
from deploy.lab.process import Process, wait_until


def start_front(lab: Lab) -> None:
    """Linode's API, then the NodeBalancer, made by the very command that an operator types."""
    start_linode(lab)
    wait_until("Linode's API", linode_answers, seconds=60)
    apply(lab)
    if lab.inventory.nodebalancers[layout.BALANCER].modes == "observe":
        until_led(lab)


def until_led(lab: Lab) -> None:
    """Wait until it lets somebody in. Where pgbaton sets its modes, nobody is before pgbaton runs."""
    wait_until("the NodeBalancer", lambda: leads(lab.secrets.shop), seconds=60, step=0.1)


def start_linode(lab: Lab) -> Process:
    machine = lab.machines["linode"]
    state = machine.folder / "linode"
    state.mkdir(exist_ok=True)
    instances = [word for m, a in layout.MEMBERS.items() for word in ("--instance", f"{m}={a}")]
    command = [
        sys.executable, "-m", "deploy.lab.linode",
        "--listen", f"{machine.address}:80", "--control", f"{machine.address}:81",
        "--balancer-address", layout.BALANCER_ADDRESS, "--state", str(state), *instances,
    ]  # fmt: skip
    environment = {**pgbaton.PYTHON, "LINODE_TOKEN": lab.secrets.linode}
    return machine.start("linode", command, env=environment)


def apply(lab: Lab) -> None:
    """`pgbaton nodebalancer apply`, on the control machine."""
    command = [pgbaton.program("pgbaton"), "nodebalancer", "apply", layout.BALANCER]
    environment = pgbaton.environment(lab, "cli")
    done = lab.machines["control"].run(command, env=environment, timeout=120)
    if done.returncode:
        raise LabError(f"pgbaton nodebalancer apply: {done.stdout}{done.stderr}")


def linode_answers() -> bool:
    try:
        with urllib.request.urlopen(f"{layout.LINODE_CONTROL}/_lab/requests", timeout=1):  # noqa: S310 - the lab's own
            return True
    except NO_ANSWER:
        return False


def api_status() -> int | None:
    """What Linode's API itself answers to somebody without a token; None where it does not."""
    try:
        with urllib.request.urlopen(f"{layout.LINODE_API}/nodebalancers", timeout=2) as answer:  # noqa: S310 - likewise
            return int(answer.status)
    except HTTPError as error:
        return error.code
    except NO_ANSWER:
        return None


def control(path: str, body: Mapping[str, Any]) -> None:
    """Tell the double how to behave; no part of Linode's API."""
    request = urllib.request.Request(  # noqa: S310 - likewise
        f"{layout.LINODE_CONTROL}{path}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - likewise
        answer.read()


def happens(action: str, member: str) -> None:
    """An event of Linode's about a member's machine."""
    control("/_lab/events", {"action": action, "machine": member, "status": "started"})


def leads(password: str) -> bool:
    """Whether a login through the balancer lands on somebody who takes writes."""
    try:
        with psycopg.connect(
            host=layout.BALANCER_ADDRESS,
            port=layout.BALANCER_PORT,
            dbname="shop",
            user="shop",
            password=password,
            connect_timeout=2,
        ) as connection:
            row = connection.execute("SELECT NOT pg_is_in_recovery()").fetchone()
            return bool(row and row[0])
    except psycopg.Error:
        return False


def start_counter(lab: Lab) -> Process:
    """Customers without a shop: each order over a connection of its own, through the balancer."""
    command = [sys.executable, "-m", "deploy.lab.counter", str(lab.history_file)]
    environment = {**pgbaton.PYTHON, "SHOP_PASSWORD": lab.secrets.shop}
    return lab.machines["operator"].start("counter", command, env=environment)
