"""What rest came to, as rows, series and sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from deploy.lab.bench.resting.looked import Look
from deploy.lab.bench.result import Group, Measured, Row, Series

CPU, MEMORY, ETCD = 1.0, 90.0, 2.0
"""Limits: % of a core and megabytes for the worst process of a hundred clusters, requests a cluster and
minute of a thousand."""
HUNDRED, THOUSAND = 100, 1000
MOST_WORDS = 12


def told(looks: Sequence[Look]) -> Measured:
    """All sizes together; rows stand for the sizes that were looked at."""
    return Measured(
        family="rest",
        rows=tuple(_rows(looks)),
        groups=tuple(_groups(looks)),
        notes=tuple(_notes(looks)),
    )


def _rows(looks: Sequence[Look]) -> Iterator[Row]:
    by_size = {look.size.clusters: look for look in looks}
    if (hundred := by_size.get(HUNDRED)) is not None:
        yield _worst("cpu", "% of a core", cpu_of(hundred), limit=CPU, unit="%")
        yield _worst("memory", "memory", memory_of(hundred), limit=MEMORY, unit="MB")
    if (thousand := by_size.get(THOUSAND)) is not None:
        yield Row(
            name="rest-etcd-1000",
            what="etcd requests a cluster and minute, 1,000 clusters",
            ours=etcd_of(thousand),
            limit=ETCD,
            unit="requests",
            over="ours alone",
        )


def _worst(name: str, what: str, by: Mapping[str, float], *, limit: float, unit: str) -> Row:
    process = max(by, key=lambda one: by[one])
    return Row(
        name=f"rest-{name}",
        what=f"{what} of the worst process ({process}), 100 clusters, 100 warm connections",
        ours=by[process],
        limit=limit,
        unit=unit,
        over="ours alone",
    )


def cpu_of(look: Look) -> Mapping[str, float]:
    """Per cent of one core, by process."""
    return {name: 100 * spent / look.seconds for name, spent in look.cpu.items()}


def memory_of(look: Look) -> Mapping[str, float]:
    """Megabytes that a process would take on a machine of its own."""
    return {name: one.alone for name, one in look.memory.items()}


def etcd_of(look: Look) -> float:
    """Requests of ours a cluster and minute."""
    return sum(look.counts.etcd.values()) / look.size.clusters / look.minutes


def _groups(looks: Sequence[Look]) -> Iterator[Group]:
    yield _by_process("processor, % of a core", looks, cpu_of, unit="%")
    yield _by_process("memory, MB", looks, memory_of, unit="MB")
    yield _by_process("memory, MB, what is shared divided among all", looks, _pss, unit="MB")
    for of in ("etcd", "Redis", "SSH"):
        title = f"{of}: asked by a process in a minute"
        yield _by_process(title, looks, lambda look, of=of: _asked(look, of), unit="/min")  # type: ignore[misc]
    yield Group(
        title="a cluster and minute",
        series=[
            Series(name=f"{name}, {look.size.clusters} clusters", values=(value,), unit="/min")
            for look in looks
            for name, value in a_cluster(look).items()
        ],
    )


def a_cluster(look: Look) -> Mapping[str, float]:
    """What each cluster costs the others in a minute, by their own counts."""
    per = look.size.clusters * look.minutes
    return {
        "etcd requests": sum(look.counts.etcd.values()) / per,
        "Redis commands": sum(look.counts.redis.values()) / per,
        "Linode API requests": look.counts.linode / per,
    }


def _pss(look: Look) -> Mapping[str, float]:
    return {name: one.pss for name, one in look.memory.items()}


def _asked(look: Look, of: str) -> Mapping[str, float]:
    found: Counter[str] = Counter()
    for asked, count in look.asked.items():
        if asked.of == of:
            found[asked.process] += count
    return {name: found[name] / look.minutes for name in look.cpu}


def _by_process(
    title: str, looks: Sequence[Look], by: Callable[[Look], Mapping[str, float]], *, unit: str
) -> Group:
    return Group(
        title=title,
        series=[
            Series(name=f"{process}, {look.size.clusters} clusters", values=(value,), unit=unit)
            for look in looks
            for process, value in by(look).items()
        ],
    )


def _notes(looks: Sequence[Look]) -> Iterator[str]:
    yield (
        "memory is what a process would take on a machine of its own: private pages of it and its children,"
        " and once what they share"
    )
    for look in looks:
        who = f"{look.size.clusters} clusters, {look.seconds:.0f} s"
        yield f"{who}: etcd counted {_spelt(look.counts.etcd)}"
        yield f"{who}: Redis counted {_spelt(look.counts.redis)}"
        yield f"{who}: {look.counts.linode} requests to Linode's API; {look.moved} entries of the trail"
        yield f"{who}: warm SSH connections {_spelt(Counter(look.warm))}"
        for of in ("etcd", "Redis", "SSH"):
            yield f"{who}: {of} was asked {_words(look, of)}"


def _words(look: Look, of: str) -> str:
    found = Counter({f"{a.process} {a.word}": n for a, n in look.asked.items() if a.of == of})
    return _spelt(found)


def _spelt(counts: Counter[str]) -> str:
    return (
        ", ".join(f"{name} {count}" for name, count in counts.most_common(MOST_WORDS)) or "nothing"
    )
