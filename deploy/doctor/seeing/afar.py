"""Lets another machine look, where the network and the secrets are: from a desk outside everything seems down."""

from __future__ import annotations

import json
import time

from paramiko import SSHException

from deploy.doctor.evidence import Unseen
from deploy.doctor.report import Report
from deploy.doctor.seeing.machines import FAILURES, Way
from workers.ssh.command import Finished, run
from workers.ssh.connect import connect
from workers.ssh.failures import translate
from workers.ssh.keys import BadKeyError

AFAR = 60.0
"""Seconds for a whole examination there."""


def examine_afar(way: Way, *, pings: bool) -> tuple[Report, ...] | Unseen:
    """What `pgbaton doctor` says on that machine; never raises."""
    try:
        finished = _run(way, "--json" if pings else "--json --no-ping")
        return tuple(map(Report.from_json, json.loads(finished.output)["subjects"]))
    except BadKeyError as error:
        return Unseen(reason=str(error), remedy="correct the pinned host key")
    except (KeyError, TypeError, ValueError):
        reason = f"{way.host.address} has no pgbaton that tells its doctor's table"
        return Unseen(reason=reason, remedy="pgbaton push, then ask again")
    except (*FAILURES, SSHException) as error:
        failure = translate(error, way.host)
        return Unseen(reason=failure.reason, remedy=failure.remedy)


def _run(way: Way, words: str) -> Finished:
    deadline = time.monotonic() + AFAR
    connection = connect(way.host, way.key, deadline=deadline)
    try:
        command = f"PATH=$PATH:/usr/local/bin {way.become}pgbaton doctor {words}"
        return run(connection, command, b"", deadline=deadline)
    finally:
        connection.close()
