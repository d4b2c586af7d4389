"""What one machine shows of itself, parsed once: the doctor's look at it, from lines to values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSeen:
    """A unit as its manager knows it; `there` False where it does not."""

    name: str
    there: bool
    active: bool
    enabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LaravelSeen:
    """One Laravel by its folder. `connection` as `.env` says, `cached`: none, older or newer than `.env`;
    `effective`: what the cached configuration really leads to (connection, host, port), where PHP told.
    `runs`: long-lived processes (queue, horizon, octane, schedule, reverb) with their unit, `-` for none."""

    folder: str
    connection: str = ""
    cached: str = "none"
    effective: tuple[str, ...] = ()
    runs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HookSeen:
    """The hook on a database node. What its actions said, with their exit status; None: not run."""

    sum: str = ""
    callbacks: frozenset[str] | None = None
    check: tuple[int, str] | None = None
    status: tuple[int, str] | None = None
    ping: tuple[int, str] | None = None
    timer: str = ""
    watchdog: str = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineSeen:
    """`skew`: seconds that its clock is ahead of ours. Sums are SHA-256, empty where there is no file."""

    skew: float
    root: bool
    remote: str = ""
    permitted: str = ""
    hook: HookSeen | None = None
    services: Mapping[str, ServiceSeen] = field(default_factory=dict)
    laravels: tuple[LaravelSeen, ...] = ()


Facts = Sequence[tuple[str, str]]


def read_look(text: str, *, at: float) -> MachineSeen | None:
    """The lines of look.sh; `at`: our clock when it was asked. None where it did not come to its end."""
    facts = [(name, value) for name, tab, value in map(_split, text.splitlines()) if tab]
    if ("end", "here") not in facts:
        return None
    known = dict(facts)
    return MachineSeen(
        skew=float(known.get("clock", at)) - at,
        root=known.get("uid") == "0",
        remote=known.get("remote.sum", ""),
        permitted=known.get("list.sum", ""),
        hook=_hook(facts, known) if "hook.sum" in known else None,
        services={s.name: s for s in _services(facts)},
        laravels=tuple(_laravels(facts)),
    )


def _split(line: str) -> tuple[str, str, str]:
    name, tab, value = line.partition("\t")
    return name, tab, value.strip()


def _hook(facts: Facts, known: Mapping[str, str]) -> HookSeen:
    named = [value for name, value in facts if name == "callbacks"]
    return HookSeen(
        sum=known["hook.sum"],
        callbacks=frozenset(" ".join(named).split()) if named else None,
        check=_ended(known.get("hook.check")),
        status=_ended(known.get("hook.status")),
        ping=_ended(known.get("hook.ping")),
        timer=known.get("hook.timer", ""),
        watchdog=known.get("watchdog", "none"),
    )


def _ended(said: str | None) -> tuple[int, str] | None:
    if said is None:
        return None
    status, _, words = said.partition(" ")
    return int(status), words


def _services(facts: Facts) -> Iterator[ServiceSeen]:
    for name, value in facts:
        parts = value.split()
        if name == "service" and parts:
            rest = [*parts[1:], "", "", ""]
            yield ServiceSeen(
                name=parts[0],
                there=rest[0] not in {"not-found", ""},
                active=rest[1] in {"active", "reloading", "activating"},
                enabled=rest[2] not in {"disabled", "masked", "not-found"},
            )


def _laravels(facts: Facts) -> Iterator[LaravelSeen]:
    """Facts of one folder stand together, behind the line that names it."""
    for folder in (value for name, value in facts if name == "laravel"):
        own = [(n, v.removeprefix(folder).split()) for n, v in facts if v.startswith(f"{folder} ")]
        known = {n: v for n, v in own if n != "laravel.runs"}
        yield LaravelSeen(
            folder=folder,
            connection=" ".join(known.get("laravel.connection", ())).removeprefix("-"),
            cached=" ".join(known.get("laravel.cached", ("none",))),
            effective=tuple(w for w in known.get("laravel.effective", ()) if w != "-"),
            runs=tuple((v[0], v[1]) for n, v in own if n == "laravel.runs" and len(v) > 1),
        )
