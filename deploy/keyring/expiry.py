"""What is wrong with a site's keys, or will be soon: one row each, for `keys show` and the doctor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from cryptography import x509

from deploy.keyring.authority import belongs, certificates, names_of, signed_by, signing
from deploy.keyring.keyring import Keyring, MissingKeyError
from deploy.keyring.leaf import Leaf
from deploy.keyring.pairs import key_rows, secret_rows
from deploy.keyring.row import MAKE, Expiry, State, What
from deploy.keyring.wanted import wanted
from jobs.inventory import Inventory

SOON = dt.timedelta(days=30)
"""A month: time for a push in working hours."""


def expiries(
    keyring: Keyring, inventory: Inventory, now: dt.datetime, *, soon: dt.timedelta | None = None
) -> tuple[Expiry, ...]:
    """Every key that the inventory asks for, as it stands in the folder. Raises CannotPlace.

    `soon`: so long before its end one is called out; else a certificate SOON or, where it is a
    short-lived one, in its last third, and a CA thrice as early.
    """
    asked = wanted(inventory)
    return (
        *_authorities(keyring, now, soon),
        *(_leaf(keyring, leaf, now, soon) for leaf in asked.leaves),
        *key_rows(keyring, inventory, asked),
        *secret_rows(keyring, asked),
    )


def _authorities(keyring: Keyring, now: dt.datetime, soon: dt.timedelta | None) -> Iterator[Expiry]:
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
        yield _dated("ca", _common_name(cert), cert, now, soon, note=note, remedy=remedy)


def _leaf(keyring: Keyring, leaf: Leaf, now: dt.datetime, soon: dt.timedelta | None) -> Expiry:
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
    soon: dt.timedelta | None,
    *,
    remedy: str,
    note: str = "",
) -> Expiry:
    until, begun = cert.not_valid_after_utc, cert.not_valid_before_utc
    left = until - now
    state: State = "expired" if left <= dt.timedelta() else "ok"
    early = SOON * 3 if what == "ca" else SOON
    if begun > now:
        state, note = (
            "early",
            f"nobody believes it before {begun:%Y-%m-%d %H:%M} UTC: is a clock wrong?",
        )
    if state == "ok" and left <= (soon or min(early, (until - begun) / 3)):
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


def _common_name(cert: x509.Certificate) -> str:
    found = cert.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(found[0].value) if found else cert.subject.rfc4514_string()
