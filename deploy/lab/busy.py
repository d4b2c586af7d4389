"""Which worker is at which job, by RQ's own record: a kill by chance would mostly hit an idle one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rq import Worker

from deploy.lab.lab import Lab
from deploy.lab.process import Process, own_id

WORKERS = ("worker-1", "worker-2")


def jobs_of(lab: Lab, names: Sequence[str] = WORKERS) -> Mapping[str, str]:
    """The job that each worker is at, by the worker's name in the lab; without those that are idle."""
    ids = {own_id(one.pid): one.name for one in workers_of(lab, names) if one.pid is not None}
    known = Worker.all(connection=lab.footing.redis())
    jobs = {ids.get(one.pid): one.get_current_job_id() for one in known}
    return {name: job for name, job in jobs.items() if name and job}


def workers_of(lab: Lab, names: Sequence[str] = WORKERS) -> list[Process]:
    """The workers that live."""
    processes = lab.machines["control"].processes
    return [p for p in processes if p.name in names and p.alive]
