"""Certificates as values: made, signed, and looked at; no file is touched here.

ECDSA P-256, because etcd 3.4, PostgreSQL 15, HAProxy 2.6, Redis 7 and OpenSSL 1.1.1 all take it. No
leaf has a common name: etcd's JSON gateway, which Patroni and our own processes use, turns clients
away that have one, and everybody else reads the alternative names.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from deploy.keyring.leaf import Leaf
from deploy.keyring.spelling import UnusableKeyError, load_pem

SKEW = dt.timedelta(hours=1)
"""How far behind a machine's clock may be and still believe a certificate that is new."""
_USAGE = {
    "server": ExtendedKeyUsageOID.SERVER_AUTH,
    "client": ExtendedKeyUsageOID.CLIENT_AUTH,
}


class NoAuthorityError(Exception):
    """No CA of ours can sign; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A CA that signs."""

    cert: x509.Certificate
    key: EllipticCurvePrivateKey

    def issue(self, leaf: Leaf, key: str, *, now: dt.datetime, days: int) -> str:
        """The certificate, PEM, of one private key; it does not outlive its CA. Raises NoAuthorityError."""
        public, last = _private(key).public_key(), self.cert.not_valid_after_utc
        if last <= now:
            raise NoAuthorityError(
                f"the CA has ended on {last:%Y-%m-%d}, and can sign no more: "
                "pgbaton keys rotate ca, then pgbaton keys switch ca, then push"
            )
        ends = min(now + dt.timedelta(days=days), last)
        builder = _begun(public, now=now, ends=ends)
        builder = builder.subject_name(
            _subject((NameOID.ORGANIZATIONAL_UNIT_NAME, leaf.stem[:64]))
        ).issuer_name(self.cert.subject)
        uses = x509.ExtendedKeyUsage([_USAGE[use] for use in leaf.uses])
        own = self.cert.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        builder = (
            builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(uses, critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own), critical=False
            )
        )
        if leaf.hosts:
            names = x509.SubjectAlternativeName(list(map(_alternative, leaf.hosts)))
            builder = builder.add_extension(names, critical=False)
        return pem(builder.sign(self.key, hashes.SHA256()))


def new_key() -> str:
    """A private key, PEM (PKCS#8)."""
    key = generate_private_key(SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def new_ca(key: str, *, now: dt.datetime, days: int) -> str:
    """A CA's own certificate, PEM. Its name holds a part of its key, so that no two are called alike."""
    private = _private(key)
    identifier = x509.SubjectKeyIdentifier.from_public_key(private.public_key())
    name = _subject((NameOID.COMMON_NAME, f"pgbaton CA {identifier.digest.hex()[:8]}"))
    builder = _begun(private.public_key(), now=now, ends=now + dt.timedelta(days=days))
    builder = (
        builder.subject_name(name)
        .issuer_name(name)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
    )
    return pem(builder.sign(private, hashes.SHA256()))


def signing(bundle: str, key: str) -> Authority | None:
    """The CA of a bundle that this key belongs to; None where none does."""
    private = _private(key)
    own = (cert for cert in certificates(bundle) if _fits(cert, private))
    cert = next(own, None)
    return None if cert is None else Authority(cert=cert, key=private)


def certificates(bundle: str) -> list[x509.Certificate]:
    """Those of a PEM bundle, in its order; none where it is empty. UnusableKeyError where it is none."""
    try:
        return x509.load_pem_x509_certificates(bundle.encode()) if bundle.strip() else []
    except ValueError:
        raise UnusableKeyError("is no certificate") from None


def signed_by(cert: x509.Certificate, authorities: Iterable[x509.Certificate]) -> bool:
    """Whether one of them really signed it."""
    return any(_signed(cert, authority) for authority in authorities)


def belongs(cert: x509.Certificate, key: str) -> bool:
    """Whether a private key is a certificate's own."""
    return _fits(cert, _private(key))


def names_of(cert: x509.Certificate) -> tuple[str, ...]:
    """Every name and address that it proves, spelt as a leaf's hosts are."""
    try:
        found = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    addresses = map(str, found.get_values_for_type(x509.IPAddress))
    return (*found.get_values_for_type(x509.DNSName), *addresses)


def pem(cert: x509.Certificate) -> str:
    return cert.public_bytes(Encoding.PEM).decode()


def _private(key: str) -> EllipticCurvePrivateKey:
    found = load_pem(key)
    if not isinstance(found, EllipticCurvePrivateKey):
        raise UnusableKeyError("is no ECDSA key")
    return found


def _fits(cert: x509.Certificate, key: EllipticCurvePrivateKey) -> bool:
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return cert.public_key().public_bytes(*form) == key.public_key().public_bytes(*form)


def _signed(cert: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        cert.verify_directly_issued_by(authority)
    except Exception:  # noqa: BLE001 - a foreign name, a foreign signature or a foreign kind of key: not signed
        return False
    return True


def _begun(
    public: EllipticCurvePublicKey, *, now: dt.datetime, ends: dt.datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _subject(part: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    owner = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "pgbaton")
    return x509.Name([owner, x509.NameAttribute(*part)])


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
