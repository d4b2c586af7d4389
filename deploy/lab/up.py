"""`./dev lab`: a lab that stays, with everything one needs to hurt it."""

from __future__ import annotations

import shlex
import signal
import time
from contextlib import suppress
from pathlib import Path

from deploy.lab import layout, pgbaton
from deploy.lab.inventory import PROFILES
from deploy.lab.lab import Lab, open_lab
from deploy.lab.patroni import PatroniProgram
from deploy.lab.rise import rise
from deploy.lab.setting import Setting

GUIDE = """
Machines ({folder}):
{machines}

  inventory   {folder}/inventory.toml
  logs        tail -F {folder}/*/log/*.log
  orders      tail -F {folder}/orders.jsonl

The pages, in a browser on this machine (password: {password}):
  {page}/

Slack, as people would see it:
  {pgbaton} lab slack

pgbaton itself:
  {pgbaton} verify shop
  {pgbaton} tail shop
  {pgbaton} incidents
  {pgbaton} doctor

On a machine, as root (here pg1):
  look around        {pg1} bash
  ask PostgreSQL     {postgres} psql -h /run/postgresql -p {port}
  ask Patroni        {operator} curl -s http://10.77.0.21:8008/cluster
  ask the mux        {operator} curl -s http://10.77.0.21:{traffic}/primary
  ask the shop       {operator} curl -s http://10.77.0.51:8080/healthz

Hurt it (pg1 again; leader at the start: {leader}):
  lose the machine   {switch} ip link set pg1 down && kill -KILL {pg1_pid}
  cut its link       {switch} ip link set pg1 down        # and up again
  cut it from etcd   {pg1} nft -f - <<'END'
table inet cut {{
  chain in {{ type filter hook input priority 0; ip saddr 10.77.0.11-10.77.0.13 drop; }}
  chain out {{ type filter hook output priority 0; ip daddr 10.77.0.11-10.77.0.13 drop; }}
}}
END
  heal               {pg1} nft delete table inet cut
  kill Patroni       kill -KILL {patroni_pid}
  start it again     {postgres} {patroni} {folder}/pg1/patroni.yml
  switch over        {operator} {patroni}ctl -c {folder}/pg1/patroni.yml switchover --force
  hang PostgreSQL    {pg1} pkill -STOP -o postgres        # CONT lets it go on
  hang Slack         {operator} curl -s -H 'Content-Type: application/json' -d '{{"down": "hang"}}' {outside}/_lab/faults
  and back           {operator} curl -s -X DELETE {outside}/_lab/faults
{front}Ctrl-C tears everything down.
"""

FRONT = """
The NodeBalancer ({balancer}; Linode's API at {api}):
  what it shows      {pgbaton} nodebalancer show
  what is wrong      {pgbaton} doctor nodebalancer
  what it really does  {operator} curl -s {control}/_lab/balancers
  order through it   tail -F {folder}/orders.jsonl | grep counter
  take the API away  {operator} curl -s -H 'Content-Type: application/json' -d '{{"gone": true}}' {control}/_lab/faults
  give it back       {operator} curl -s -X DELETE {control}/_lab/faults
  more               {operator} curl -s {control}/

"""


AS_POSTGRES = "setpriv --reuid=postgres --regid=postgres --init-groups env HOME=/var/lib/postgresql"


def up(*, profile: str, patroni: int, endpoint: str) -> None:
    """Bring the lab up, print the guide, and stay until Ctrl-C."""
    began, program = time.monotonic(), PatroniProgram(version=patroni)
    with open_lab(
        profile=PROFILES[profile], program=program, setting=Setting(endpoint=endpoint)
    ) as lab:
        leader = rise(lab, lambda text: print(f"{time.monotonic() - began:6.1f} s  {text}"))
        print(guide(lab, leader), flush=True)
        _until_interrupted()
        print("tearing down")


def _until_interrupted() -> None:
    with suppress(KeyboardInterrupt):
        signal.pause()


def write_pgbaton(lab: Lab) -> Path:
    """A script that runs pgbaton on the control machine with what an operator may know."""
    control = lab.machines["control"]
    known = pgbaton.environment(lab, "cli").items()
    path = lab.folder / "pgbaton"
    path.touch(mode=0o700)
    exports = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in known)
    path.write_text(
        f'#!/bin/sh\n{exports}exec {_enter(control.pid)} {pgbaton.program("pgbaton")} "$@"\n'
    )
    return path


def guide(lab: Lab, leader: str) -> str:
    pg1 = lab.machines["pg1"]
    running = next(process for process in pg1.processes if process.name == "patroni")
    return GUIDE.format(
        folder=lab.folder,
        port=layout.POSTGRESQL_PORT,
        traffic=layout.TRAFFIC_PORT,
        pgbaton=write_pgbaton(lab),
        page=lab.door.url,
        password=lab.secrets.viewer,
        front=_front(lab) if lab.balanced else "",
        leader=leader,
        machines="\n".join(f"  {n:<9} {a}" for n, a in layout.ADDRESSES.items()),
        pg1=_enter(pg1.pid),
        postgres=f"{_enter(pg1.pid)} {AS_POSTGRES}",
        patroni=lab.program.path,
        operator=_enter(lab.machines["operator"].pid),
        outside=layout.OUTSIDE_CONTROL,
        switch=_enter(lab.switch.machine.pid),
        pg1_pid=pg1.pid,
        patroni_pid=running.pid,
    )


def _front(lab: Lab) -> str:
    return FRONT.format(
        folder=lab.folder,
        balancer=f"{layout.BALANCER_ADDRESS}:{layout.BALANCER_PORT}",
        api=layout.LINODE_API,
        control=layout.LINODE_CONTROL,
        pgbaton=lab.folder / "pgbaton",
        operator=_enter(lab.machines["operator"].pid),
    )


def _enter(pid: int) -> str:
    return f"nsenter -t {pid} -n -m -p -i -u"
