"""HAProxy accepts what deploy renders without a warning, also where addresses are IPv6 and Patroni speaks TLS."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.contract.certificates import Authority
from tests.contract.mux.haproxy import Mux
from tests.contract.mux.patroni import Patroni


def complaints(mux: Mux, text: str | None = None) -> str:
    """What `haproxy -c` says of the file; empty where it is content."""
    config = mux.folder / "checked.cfg"
    config.write_text(text or mux.text)
    done = subprocess.run(
        [str(mux.program), "-c", "-f", str(config)], capture_output=True, text=True, timeout=30
    )
    said = done.stdout + done.stderr
    return said if done.returncode or "warning" in said.lower() else ""


def test_it_is_content(idle_mux: Mux) -> None:
    """Exit code 0, and not one warning."""
    assert complaints(idle_mux) == ""


def test_it_can_be_discontent(idle_mux: Mux) -> None:
    """The check above can fail."""
    assert "WARNING" in complaints(idle_mux, idle_mux.text.replace("timeout client 10s\n", "\n"))


@pytest.mark.parametrize(
    "ground",
    [
        {"listen": ("0.0.0.0", "::")},
        {"listen": ("0.0.0.0",)},
        {"listen": ("::1",)},
        {"log": "/dev/log local0"},
        {"networks": ("10.0.0.0/8", "2001:db8::/32")},
    ],
    ids=str,
)
def test_whatever_ground_it_stands_on(idle_mux: Mux, ground: dict[str, Any]) -> None:
    """Listening everywhere, on IPv4 or IPv6 alone, logging to syslog, with networks named."""
    idle_mux.set(**ground)
    assert complaints(idle_mux) == ""


@pytest.mark.parametrize("machine", ["2001:db8::21", "localhost"])
def test_whatever_address_the_member_has(idle_mux: Mux, machine: str) -> None:
    """IPv6 in brackets, and a name that resolves."""
    idle_mux.machine = machine
    assert complaints(idle_mux) == ""


@contextmanager
def patroni_with_tls(authority: Authority, *, asks: ssl.VerifyMode) -> Iterator[Patroni]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority.ca)
    pair = authority.issue("rest")
    context.load_cert_chain(pair.cert, pair.key)
    context.verify_mode = asks
    patroni = Patroni(context=context)
    patroni.up()
    try:
        yield patroni
    finally:
        patroni.down()


@pytest.mark.parametrize("asks", [ssl.CERT_NONE, ssl.CERT_REQUIRED])
def test_patroni_may_speak_tls(idle_mux: Mux, authority: Authority, asks: ssl.VerifyMode) -> None:
    """The health check arrives in plain HTTP, and the mux speaks TLS for it, with a certificate where asked."""
    pair = authority.issue("mux")
    both = idle_mux.folder / "mux.pem"
    both.write_bytes(pair.cert.read_bytes() + pair.key.read_bytes())
    idle_mux.set(rest_ca=str(authority.ca), rest_cert=str(both) if asks else None)
    assert complaints(idle_mux) == ""
    with patroni_with_tls(authority, asks=asks) as patroni:
        idle_mux.rest = patroni.port
        idle_mux.start()
        idle_mux.leads()
        assert idle_mux.hello(b"GET /primary HTTP/1.0\r\n\r\n") == b"H"
        assert "GET /primary" in patroni.asked


def test_a_patroni_with_a_foreign_certificate_is_not_believed(
    idle_mux: Mux, authority: Authority, tmp_path: Path
) -> None:
    """Nobody gets to PostgreSQL on its word."""
    idle_mux.set(rest_ca=str(Authority(tmp_path, name="another").ca))
    with patroni_with_tls(authority, asks=ssl.CERT_NONE) as patroni:
        idle_mux.rest = patroni.port
        idle_mux.start()
        idle_mux.refuses()
        assert patroni.asked == []
