"""The inventory around a cluster that others run: what is theirs stands nowhere in it as ours to deploy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from deploy.outline.answers import Adopted
from deploy.outline.application import application
from deploy.outline.writing import written
from jobs.inventory import Process

PROCESSES: tuple[Process, ...] = ("web", "pages", "worker", "watch", "clock", "chronicle")
HOOKS = 8443


def adopt_toml(told: Adopted, keys: str) -> str:
    """The text, without the public halves of keys. `keys` is how people name the folder of keys."""
    known = {name: at for name, at in told.hosts.items() if told.pins.get(at)}
    return written(
        "adopt.toml.j2",
        o=told,
        keys=keys,
        secure=any(endpoint.startswith("https://") for endpoint in told.endpoints),
        control=next(iter(told.controls.values())),
        first_control=next(iter(told.controls)),
        control_names=" and ".join(told.controls),
        controls={name: _control(told, name, at) for name, at in told.controls.items()},
        webhooks=[f"https://{_in_url(at)}:{HOOKS}/events" for at in told.controls.values()],
        hosts={name: {"address": at, "pinned": told.pins[at]} for name, at in known.items()},
        unknown={name: at for name, at in told.hosts.items() if name not in known},
        application=application(told.cluster, told.kind, tuple(known), addresses=told.members),
        senders=[*told.members, "watch", "probe"],
        cluster=told.cluster,
        slack=told.slack,
    )


def _control(told: Adopted, name: str, address: str) -> Mapping[str, str | Sequence[str]]:
    redis: tuple[Process, ...] = ("redis",) if name == next(iter(told.controls)) else ()
    pinned = told.pins.get(address, ())
    return {"address": address, "runs": (*redis, *PROCESSES), "pinned": pinned}


def _in_url(address: str) -> str:
    return f"[{address}]" if ":" in address else address
