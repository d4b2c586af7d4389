"""Who the hook believes to be the webhook when it speaks TLS."""

import datetime as dt
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.contract.hook.node import Node
from tests.contract.hook.receiver import Receiver


def test_only_the_named_authority_is_believed(node: Node, receiver: Receiver) -> None:
    """A certificate that cafile does not vouch for gets no event; with the right cafile it arrives."""
    context, authority = certificate(node.folder)
    receiver.up(tls=context)
    node.urls = [receiver.url.replace("http:", "https:")]
    node.write()
    node.callback()
    node.end()
    node.run("--flush")
    assert (len(node.spooled()), receiver.posts) == (1, [])
    assert "certificate" in node.log()
    node.write(cafile=str(authority))
    node.run("--flush")
    assert (node.spooled(), len(receiver.posts)) == ([], 1)


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Make a certificate for 127.0.0.1 that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "webhook")])
    now = dt.datetime.now(dt.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    authority = folder / "ca.pem"
    authority.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret = folder / "tls.key"
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority, secret)
    return context, authority
