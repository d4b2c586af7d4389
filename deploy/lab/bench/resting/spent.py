"""What a process spends, from /proc: processor seconds and memory, its children's with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.lab.process import about, cpu_seconds, descendants


def tree(pid: int) -> tuple[int, ...]:
    """A process and all below it."""
    return (pid, *descendants(pid))


def seconds_of(pid: int) -> float:
    """Processor seconds so far of a process, its children, and those that ended below it."""
    return sum(map(cpu_seconds, tree(pid)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Megabytes (2**20). `alone`: what the process would take on a machine of its own, its children's
    private pages added and what they share counted once. `pss`: shared pages divided among all on
    this machine who share them, other processes of ours included."""

    alone: float
    pss: float
    threads: int


def memory_of(pid: int) -> Memory:
    """Of a process and all below it, now."""
    found = [told for one in tree(pid) if (told := _rollup(one))]
    private = sum(one["Private_Clean"] + one["Private_Dirty"] for one in found)
    shared = max((one["Shared_Clean"] + one["Shared_Dirty"] for one in found), default=0)
    pss = sum(one["Pss"] for one in found)
    threads = sum(_threads(one) for one in tree(pid))
    return Memory(alone=(private + shared) / 1024, pss=pss / 1024, threads=threads)


def _rollup(pid: int) -> Mapping[str, int]:
    """Kilobytes by smaps_rollup's names; nothing where the process is gone."""
    return dict(_sizes(about(pid, "smaps_rollup").splitlines()[1:]))


def _sizes(lines: list[str]) -> Iterator[tuple[str, int]]:
    for line in lines:
        name, _, rest = line.partition(":")
        yield name, int(rest.split()[0])


def _threads(pid: int) -> int:
    try:
        return len(list(Path(f"/proc/{pid}/task").iterdir()))
    except (FileNotFoundError, ProcessLookupError):
        return 0
