"""What is wrong with a site's keys, or will be soon: one row each, for `keys show` and the doctor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from cryptography import x509

from deploy.keyring.authority import belongs, certificates, names_of, signed_by, signing
from deploy.keyring.halves import halves
from deploy.keyring.keyring import Keyring, MissingKeyError
from deploy.keyring.leaf import Leaf
from deploy.keyring.wanted import Wanted, wanted
from jobs.inventory import Inventory

State = Literal[
    "ok", "soon", "expired", "missing", "foreign", "names", "unpaired", "unreadable", "unannounced"
]
What = Literal["ca", "certificate", "ssh", "host", "sender", "secret"]

SOON = dt.timedelta(days=30)
"""How long before its end a certificate is called out; a short-lived one in its last third."""
MAKE = "pgbaton keys make"
ANNOUNCE = "pgbaton keys make --write puts the public half into the inventory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiry:
    """One key or certificate. `until` where it ends; `note` says more; `remedy` is empty where all is well."""

    what: What
    whose: str
    state: State = "ok"
    until: dt.datetime | None = None
    left: dt.timedelta | None = None
    note: str = ""
    remedy: str = ""

    @property
    def wrong(self) -> bool:
        return self.state != "ok"

    @property
    def days(self) -> int | None:
        """Whole days left; negative where it has ended."""
        return None if self.left is None else self.left.days


def expiries(
    keyring: Keyring, inventory: Inventory, now: dt.datetime, *, soon: dt.timedelta = SOON
) -> tuple[Expiry, ...]:
    """Every key that the inventory asks for, as it stands in the folder. Raises CannotPlace."""
    asked = wanted(inventory)
    return (
        *_authorities(keyring, now, soon),
        *(_leaf(keyring, leaf, now, soon) for leaf in asked.leaves),
        *_keys(keyring, inventory, asked),
        *_secrets(keyring, asked),
    )


def _authorities(keyring: Keyring, now: dt.datetime, soon: dt.timedelta) -> Iterator[Expiry]:
    try:
        bundle, key = keyring.ca(), keyring.ca_key()
        signs, trusted = signing(bundle, key), certificates(bundle)
    except MissingKeyError:
        yield Expiry(what="ca", whose="pgbaton", state="missing", remedy=MAKE)
        return
    except ValueError:
        remedy = "put back the files that belong here"
        yield Expiry(what="ca", whose="pgbaton", state="unreadable", remedy=remedy)
        return
    if signs is None:
        remedy = "put back the ca.key that belongs to ca.pem"
        yield Expiry(what="ca", whose="pgbaton", state="unpaired", remedy=remedy)
    for cert in trusted:
        note = "signs" if signs is not None and cert == signs.cert else "is trusted, does not sign"
        remedy = "pgbaton keys rotate ca"
        yield _dated("ca", _common_name(cert), cert, now, soon * 3, note=note, remedy=remedy)


def _leaf(keyring: Keyring, leaf: Leaf, now: dt.datetime, soon: dt.timedelta) -> Expiry:
    try:
        pair = keyring.certificate(leaf.name, leaf.purpose)
        cert, own = certificates(pair.cert)[0], certificates(keyring.ca())
        paired = belongs(cert, pair.key)
    except MissingKeyError:
        return Expiry(what="certificate", whose=leaf.stem, state="missing", remedy=MAKE)
    except (ValueError, IndexError):
        return _again(leaf, "unreadable", "is no certificate, or has no key")
    if not paired:
        return _again(leaf, "unpaired", "the key beside it is another one's")
    if not signed_by(cert, own):
        return _again(leaf, "foreign", "no CA of ca.pem signed it")
    lacking = [host for host in leaf.hosts if host not in names_of(cert)]
    if lacking:
        return _again(leaf, "names", f"does not prove {', '.join(lacking)}")
    return _dated("certificate", leaf.stem, cert, now, soon, remedy=_renewal(leaf))


def _again(leaf: Leaf, state: State, note: str) -> Expiry:
    return Expiry(
        what="certificate", whose=leaf.stem, state=state, note=note, remedy=_renewal(leaf)
    )


def _renewal(leaf: Leaf) -> str:
    return f"pgbaton keys renew {leaf.stem}, then push"


def _dated(
    what: What,
    whose: str,
    cert: x509.Certificate,
    now: dt.datetime,
    soon: dt.timedelta,
    *,
    remedy: str,
    note: str = "",
) -> Expiry:
    until, begun = cert.not_valid_after_utc, cert.not_valid_before_utc
    left = until - now
    state: State = "expired" if left <= dt.timedelta() else "ok"
    if state == "ok" and left <= min(soon, (until - begun) / 3):
        state = "soon"
    return Expiry(
        what=what,
        whose=whose,
        state=state,
        until=until,
        left=left,
        note=note,
        remedy=remedy if state != "ok" else "",
    )


def _keys(keyring: Keyring, inventory: Inventory, asked: Wanted) -> Iterator[Expiry]:
    """SSH keys, host keys and senders' keys have no end, but must be there and be told."""
    untold = {(half.section, half.name) for half in halves(inventory, asked, keyring)}
    yield from (_key(keyring, "ssh", name, f"ssh/{name}") for name in ("push", "worker"))
    for name in dict.fromkeys((*asked.hosts, *inventory.hosts, *inventory.machines)):
        if name in asked.hosts or keyring.holds(f"ssh/hosts/{name}"):
            told = not {("hosts", name), ("machines", name)} & untold
            yield _key(keyring, "host", name, f"ssh/hosts/{name}", told=told)
    made = (name for name in inventory.senders if keyring.holds(f"senders/{name}.pem"))
    for name in dict.fromkeys((*asked.senders, *made)):
        told = ("senders", name) not in untold
        yield _key(keyring, "sender", name, f"senders/{name}.pem", told=told)


def _key(keyring: Keyring, what: What, whose: str, name: str, *, told: bool = True) -> Expiry:
    if not keyring.holds(name):
        return Expiry(what=what, whose=whose, state="missing", remedy=MAKE)
    if not told:
        return Expiry(what=what, whose=whose, state="unannounced", remedy=ANNOUNCE)
    return Expiry(what=what, whose=whose, note=_turn(keyring, name))


def _turn(keyring: Keyring, name: str) -> str:
    public = f"{name.removesuffix('.pem')}.pub"
    if keyring.holds(f"next/{public}"):
        return "rotates: the next key is announced"
    return "rotates: the former key is still trusted" if keyring.holds(f"old/{public}") else ""


def _secrets(keyring: Keyring, asked: Wanted) -> Iterator[Expiry]:
    names = (*asked.passwords, *asked.shared, *(["alert-key"] if asked.alerts else []))
    for name in names:
        state: State = "ok" if keyring.has(name) else "missing"
        yield Expiry(what="secret", whose=name, state=state, remedy="" if state == "ok" else MAKE)


def _common_name(cert: x509.Certificate) -> str:
    found = cert.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(found[0].value) if found else cert.subject.rfc4514_string()
