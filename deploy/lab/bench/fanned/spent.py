"""Whose processor time a fan-out took: without it, nobody could tell what bounds it on a machine that all sides share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from deploy.lab.lab import Lab
from deploy.lab.process import children, cpu_seconds

HOSTS, WORKERS, STORES, OTHERS = "the hosts", "the workers", "etcd and Redis", "all others"


def spent(lab: Lab) -> Counter[str]:
    """Milliseconds of processor time so far by part, of what runs now and of what it has outlived."""
    found: Counter[str] = Counter()
    for machine, process in lab.processes():
        if process.alive:
            found[part_of(machine.name, process.name)] += _tree(process.outer.pid)
    return found


def between(before: Mapping[str, int], after: Mapping[str, int], hosts: int) -> Mapping[str, float]:
    """What each part spent meanwhile, for each of so many hosts."""
    parts = (HOSTS, WORKERS, STORES, OTHERS)
    return {part: round((after.get(part, 0) - before.get(part, 0)) / hosts, 2) for part in parts}


def started() -> int:
    """Processes and threads that the machine has started since it booted."""
    lines = Path("/proc/stat").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("processes "))


def part_of(machine: str, process: str) -> str:
    """Which part a process of the lab belongs to."""
    if process == "hosts":
        return HOSTS
    if process.startswith("worker-"):
        return WORKERS
    return STORES if machine.startswith(("etcd", "redis")) else OTHERS


def _tree(pid: int) -> int:
    """A process's own, its ended children's, and those of its living ones."""
    return round(cpu_seconds(pid) * 1000) + sum(map(_tree, children(pid)))
