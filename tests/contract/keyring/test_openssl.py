"""What OpenSSL itself says of our certificates."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.keyring.conftest import Site

SERVER, CLIENT = "TLS Web Server Authentication", "TLS Web Client Authentication"
USES = {
    "etcd1.etcd": {SERVER, CLIENT},
    "pg1.patroni": {SERVER, CLIENT},
    "pg1.postgresql": {SERVER},
    "control1.redis": {SERVER},
    "control1.web": {SERVER},
    "pgbaton.client": {CLIENT},
}


@pytest.fixture(scope="session")
def openssl(require: Callable[[str], Path]) -> Callable[..., str]:
    program = require("openssl")

    def run(*arguments: str | Path) -> str:
        done = subprocess.run(
            [program, *map(str, arguments)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.mark.parametrize("stem", USES)
def test_openssl_verifies_each_for_its_purpose(
    openssl: Callable[..., str], site: Site, stem: str
) -> None:
    """The chain holds under the strictest rules, for every use that the certificate is for."""
    cert = site.folder / f"certificates/{stem}.pem"
    for use in USES[stem]:
        purpose = "sslserver" if use == SERVER else "sslclient"
        said = openssl(
            "verify", "-x509_strict", "-purpose", purpose, "-CAfile", site.folder / "ca.pem", cert
        )
        assert said == f"{cert}: OK\n"


@pytest.mark.parametrize("stem", USES)
def test_usages_are_those_and_no_others(openssl: Callable[..., str], site: Site, stem: str) -> None:
    """A server's certificate is no client's, and a leaf signs nothing."""
    text = openssl("x509", "-noout", "-text", "-in", site.folder / f"certificates/{stem}.pem")
    assert set(_after(text, "X509v3 Extended Key Usage").split(", ")) == USES[stem]
    assert _after(text, "X509v3 Basic Constraints: critical") == "CA:FALSE"
    assert _after(text, "X509v3 Key Usage: critical") == "Digital Signature"
    assert "id-ecPublicKey" in text
    assert "prime256v1" in text


@pytest.mark.parametrize("stem", USES)
def test_nobody_has_a_common_name(openssl: Callable[..., str], site: Site, stem: str) -> None:
    """etcd's JSON gateway turns clients away that have one."""
    cert = site.folder / f"certificates/{stem}.pem"
    subject = openssl("x509", "-noout", "-subject", "-nameopt", "RFC2253", "-in", cert)
    assert subject == f"subject=OU={stem},O=pgbaton\n"


def test_a_machine_proves_its_name_and_addresses(openssl: Callable[..., str], site: Site) -> None:
    """Name, address, and what it is called by itself; and the name in front of it."""
    of = {
        "pg1.postgresql": {"DNS:pg1", "IP Address:127.0.0.21"},
        "control1.web": {"DNS:control1", "DNS:hooks.example.net", "IP Address:127.0.0.41"},
    }
    itself = {"DNS:localhost", "IP Address:127.0.0.1", "IP Address:0:0:0:0:0:0:0:1"}
    for stem, own in of.items():
        text = openssl("x509", "-noout", "-text", "-in", site.folder / f"certificates/{stem}.pem")
        assert set(_after(text, "X509v3 Subject Alternative Name").split(", ")) == own | itself


def test_the_ca_signs_leaves_only(openssl: Callable[..., str], site: Site) -> None:
    """It is a CA, of leaves and of no other CA, and good for nothing else."""
    text = openssl("x509", "-noout", "-text", "-in", site.folder / "ca.pem")
    assert _after(text, "X509v3 Basic Constraints: critical") == "CA:TRUE, pathlen:0"
    assert _after(text, "X509v3 Key Usage: critical") == "Certificate Sign, CRL Sign"


def test_openssl_reads_a_senders_key(openssl: Callable[..., str], site: Site) -> None:
    """The hook signs with it."""
    said = openssl("pkey", "-noout", "-text_pub", "-in", site.folder / "senders/pg1.pem")
    assert said.startswith("ED25519 Public-Key")


def _after(text: str, title: str) -> str:
    found = re.search(rf"{title}:? *\n *(.*)", text)
    assert found is not None, text
    return found[1].strip()
