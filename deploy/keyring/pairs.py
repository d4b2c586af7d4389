"""Keys without an end: they must be there, their halves must fit, and who checks them must be told."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.keyring import spelling
from deploy.keyring.halves import halves
from deploy.keyring.keyring import Keyring, MissingKeyError, SshKey
from deploy.keyring.row import MAKE, Expiry, State
from deploy.keyring.turning import Kind, Turning
from deploy.keyring.wanted import Wanted
from jobs.inventory import Inventory

_ANNOUNCE = "pgbaton keys make --write puts the public half into the inventory"
_PUT_BACK = "put back the file that belongs here"


def key_rows(keyring: Keyring, inventory: Inventory, asked: Wanted) -> Iterator[Expiry]:
    """SSH keys, host keys and senders' keys."""
    untold = {(half.section, half.name) for half in halves(inventory, asked, keyring)}
    yield from (_row(keyring, "ssh", name) for name in ("push", "worker"))
    for name in dict.fromkeys((*asked.hosts, *inventory.hosts, *inventory.machines)):
        if name in asked.hosts or keyring.holds(f"ssh/hosts/{name}"):
            told = not {("hosts", name), ("machines", name)} & untold
            yield _row(keyring, "host", name, told=told)
    made = (name for name in inventory.senders if keyring.holds(f"senders/{name}.pem"))
    for name in dict.fromkeys((*asked.senders, *made)):
        yield _row(keyring, "sender", name, told=("senders", name) not in untold)


def secret_rows(keyring: Keyring, asked: Wanted) -> Iterator[Expiry]:
    """Passwords, of which nothing can be said but that they are there and not empty."""
    for name in (*asked.passwords, *asked.shared, *(["alert-key"] if asked.alerts else [])):
        yield _secret(keyring, name)


def _secret(keyring: Keyring, name: str) -> Expiry:
    try:
        keyring.secret(name)
    except MissingKeyError:
        if keyring.has(name):
            return Expiry(what="secret", whose=name, state="unreadable", remedy=_PUT_BACK)
        return Expiry(what="secret", whose=name, state="missing", remedy=MAKE)
    return Expiry(what="secret", whose=name)


def _row(keyring: Keyring, kind: Kind, name: str, *, told: bool = True) -> Expiry:
    key = Turning(kind=kind, name=name)
    state = _state(keyring, key)
    if state == "ok" and not told:
        state = "unannounced"
    remedy = {
        "ok": "",
        "missing": MAKE,
        "unannounced": _ANNOUNCE,
        "unpaired": f"pgbaton keys switch {key.words}, if it was cut; else put back what belongs here",
    }.get(state, _PUT_BACK)
    return Expiry(what=kind, whose=name, state=state, note=_turn(keyring, key), remedy=remedy)


def _state(keyring: Keyring, key: Turning) -> State:
    """Whether its files are there, and belong to one another."""
    try:
        return "ok" if len(_publics(keyring, key)) == 1 else "unpaired"
    except MissingKeyError:
        return "missing"
    except spelling.UnusableKeyError:
        return "unreadable"


def _publics(keyring: Keyring, key: Turning) -> set[str]:
    """The public half as each of its files has it."""
    if key.kind == "sender":
        own = keyring.sender(key.name)
        return {own.public, spelling.public(own.whsk), spelling.pem_public(own.pem)}
    pair = keyring.host_key(key.name) if key.kind == "host" else _login(keyring, key)
    return {pair.public, spelling.ssh_public(pair.private)}


def _login(keyring: Keyring, key: Turning) -> SshKey:
    return keyring.ssh("push" if key.name == "push" else "worker")


def _turn(keyring: Keyring, key: Turning) -> str:
    if keyring.holds(f"next/{key.public}"):
        return "rotates: the next key is announced"
    return "rotates: the former key is still trusted" if keyring.holds(f"old/{key.public}") else ""
