"""Which public halves of keys the inventory lacks: whoever checks a key reads it there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deploy.keyring.keyring import Keyring, MissingKeyError
from deploy.keyring.wanted import PENDING_PIN, PENDING_SENDER, Wanted
from jobs.inventory import Inventory
from jobs.inventory.references.raw import table, tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """Public keys that one array of the inventory lacks. `clusters`: those that a sender of ours speaks of
    and may not yet, all of them where the inventory lacks it whole."""

    section: str
    name: str
    key: str
    lacking: tuple[str, ...]
    clusters: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"[{self.section}.{self.name}]"]
        if self.clusters:
            lines.append(f"clusters = {_array(self.clusters)}")
        if self.lacking:
            lines.append(f"{self.key} = {_array(self.lacking)}")
        return "\n".join(lines)


def halves(inventory: Inventory, asked: Wanted, keyring: Keyring) -> Iterator[Half]:
    """What the inventory lacks of the keys that are in the folder."""
    for name, clusters in {**_rotating(inventory, keyring), **asked.senders}.items():
        known = inventory.senders.get(name)
        have = known.keys if known is not None else ()
        lacking = tuple(key for key in _known(keyring.sender_keys, name) if key not in have)
        may = known.clusters if known is not None else ()
        new = tuple(cluster for cluster in clusters if cluster not in may)
        if lacking or new:
            yield Half(section="senders", name=name, key="keys", lacking=lacking, clusters=new)
    stopped = {
        member
        for one in inventory.clusters.values()
        if one.isolation.policy == "stop"
        for member in one.machines
    }
    for section in ("hosts", "machines"):
        there: Mapping[str, Any] = getattr(inventory, section)
        for name, one in there.items():
            asked_for = section == "hosts" or (name in stopped and name not in inventory.hosts)
            pins = _known(keyring.pins, name)
            yield from _pins(section, name, one.host_keys, pins, needed=asked_for)


def _rotating(inventory: Inventory, keyring: Keyring) -> Mapping[str, tuple[str, ...]]:
    """Senders that nobody asks us to make, whose key was made here all the same."""
    return {
        name: sender.clusters
        for name, sender in inventory.senders.items()
        if set(sender.keys) & set(_known(keyring.sender_keys, name))
    }


def _pins(
    section: str, name: str, have: tuple[str, ...], made: tuple[str, ...], *, needed: bool
) -> Iterator[Half]:
    """Host keys: where none is pinned (a machine that no worker logs in to needs none), or one of the
    made ones."""
    pinned = {" ".join(key.split()[:2]) for key in have} - {PENDING_PIN}
    lacking = tuple(key for key in made if key not in pinned)
    if lacking and (pinned & set(made) or (needed and not pinned)):
        yield Half(section=section, name=name, key="host_keys", lacking=lacking)


def _known(read: Callable[[str], tuple[str, ...]], name: str) -> tuple[str, ...]:
    try:
        return read(name)
    except MissingKeyError:
        return ()


def pending(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The raw inventory with something in the place of every public half that it cannot have yet."""
    raw = {**raw, **_members(raw)}
    return {
        **raw,
        **_stood_in(raw, "hosts", lambda _: {"host_keys": [PENDING_PIN]}, "host_keys"),
        **_stood_in(
            raw, "senders", lambda t: {} if t.get("hmac") else {"keys": [PENDING_SENDER]}, "keys"
        ),
    }


def _members(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Database machines that workers log in to, to isolate a stale primary, and that no key is pinned of."""
    known, hosts = table(raw, "machines"), table(raw, "hosts")
    members = [
        member
        for _, one in tables(raw, "clusters")
        if table(one, "isolation").get("policy") == "stop"
        for member in table(one, "machines")
        if member not in hosts and not table(known, member).get("host_keys")
    ]
    stand_in = {"host_keys": [PENDING_PIN]}
    return {"machines": {**known, **{m: {**table(known, m), **stand_in} for m in members}}}


def _stood_in(raw: Mapping[str, Any], section: str, stand_in: Any, key: str) -> dict[str, Any]:
    tables = raw.get(section)
    if not isinstance(tables, dict):
        return {}
    return {
        section: {
            name: {**t, **stand_in(t)} if isinstance(t, dict) and not t.get(key) else t
            for name, t in tables.items()
        }
    }


def _array(items: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{item}"' for item in items) + "]"
