"""What a composed sequence is made of: each dish a fault, whom it may strike, and for how long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from deploy.lab import layout
from deploy.lab.nemesis import (
    CrashPostgres,
    CutOff,
    Fault,
    Freeze,
    Kill,
    KillAll,
    LoseMachine,
    Mute,
    SlackDown,
    StopEtcd,
    StopPatroni,
    StopPostgres,
    Switchover,
)
from deploy.lab.nemesis.hosts import CutLink, HangSshd

Role = Literal["leader", "replica", "member", "etcd", "worker", "ours", "redis", "slack", "host"]
"""Whom a fault strikes, in words that mean somebody else each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dish:
    """`lasts` bounds the seconds until it is healed; `weight` says how often it is taken."""

    name: str
    role: Role
    fault: Callable[[str], Fault]
    lasts: tuple[float, float] = (0.0, 0.0)
    weight: float = 1.0


MENU: Sequence[Dish] = (
    Dish(name="machine lost", role="member", fault=LoseMachine, lasts=(5, 40), weight=3),
    Dish(name="switchover", role="leader", fault=Switchover, weight=3),
    Dish(name="patroni stopped", role="member", fault=StopPatroni, lasts=(2, 25)),
    Dish(name="patroni killed", role="member", fault=lambda m: Kill(m, "patroni"), lasts=(2, 40)),
    Dish(name="patroni frozen", role="member", fault=lambda m: Freeze(m, "patroni"), lasts=(2, 40)),
    Dish(name="postgresql crashed", role="member", fault=CrashPostgres, weight=2),
    Dish(
        name="cut from etcd",
        role="member",
        fault=lambda m: CutOff(m, tuple(layout.ETCD)),
        lasts=(3, 40),
        weight=2,
    ),
    Dish(
        name="cut from the leader's side",
        role="replica",
        fault=lambda m: CutOff(m, tuple(one for one in layout.MEMBERS if one != m)),
        lasts=(3, 20),
    ),
    Dish(name="etcd stopped", role="etcd", fault=lambda name: StopEtcd((name,)), lasts=(2, 20)),
    Dish(name="etcd frozen", role="etcd", fault=lambda n: Freeze(n, "etcd"), lasts=(2, 20)),
    Dish(name="worker killed", role="worker", fault=lambda n: Kill("control", n), lasts=(1, 15)),
    Dish(name="worker frozen", role="worker", fault=lambda n: Freeze("control", n), lasts=(1, 15)),
    Dish(name="ours killed", role="ours", fault=lambda n: KillAll("control", n), lasts=(1, 15)),
    Dish(name="redis killed", role="redis", fault=lambda n: Kill(n, "redis"), lasts=(1, 8)),
    Dish(name="redis frozen", role="redis", fault=lambda n: Freeze(n, "redis"), lasts=(1, 12)),
    Dish(
        name="postgresql told to end",
        role="member",
        fault=lambda m: StopPostgres(m, "TERM"),
        lasts=(3, 20),
    ),
    Dish(name="mute", role="member", fault=lambda m: Mute(m, ("control",)), lasts=(3, 20)),
    Dish(name="host cut off", role="host", fault=CutLink, lasts=(3, 25), weight=2),
    Dish(name="host hangs", role="host", fault=HangSshd, lasts=(3, 25)),
    Dish(name="slack refuses", role="slack", fault=lambda _: SlackDown(), lasts=(3, 20)),
    Dish(name="slack hangs", role="slack", fault=lambda _: SlackDown("hang"), lasts=(3, 20)),
)
