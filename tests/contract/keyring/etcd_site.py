"""Three etcd members, laid down from a keyring as `push` does it, and clients that never pause."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509

from deploy.keyring import Keyring
from jobs.ports import DcsUnavailable
from tests.contract import ports
from tests.contract.certificates import Pair
from tests.contract.etcd.server import Cluster, Member, Secured
from workers.etcd import Gateway
from workers.tls import Tls

NAMES = {"etcd1": "127.0.0.1", "etcd2": "127.0.0.2", "etcd3": "127.0.0.3"}
DEADLINE = 1.0
"""Seconds for one question."""


@dataclass(slots=True, kw_only=True)
class EtcdSite:
    """The members, each with a folder of files as its machine would have it."""

    keyring: Keyring
    folder: Path
    cluster: Cluster = field(init=False)

    def __post_init__(self) -> None:
        free = ports.free(2 * len(NAMES))
        peers = [f"https://{a}:{p}" for a, p in zip(NAMES.values(), free, strict=False)]
        together = ",".join(f"{n}={p}" for n, p in zip(NAMES, peers, strict=True))
        clients = [f"https://{a}:{p}" for a, p in zip(NAMES.values(), free[3:], strict=True)]
        self.cluster = Cluster(
            members=[
                self._member(name, peer, client, together)
                for name, peer, client in zip(NAMES, peers, clients, strict=True)
            ]
        )
        for name in NAMES:
            self.lay(name, "etcd")
        self.lay("pgbaton", "client")

    def push(self) -> None:
        """Everything to everybody, one etcd member after the other: it reads its certificate at each
        handshake, but whom it trusts only at its start."""
        self.lay("pgbaton", "client")
        for member in self.cluster.members:
            if self.lay(member.name, "etcd"):
                assert member.process is not None
                member.process.terminate()
                member.process.wait(20)
                member.start()
            self.cluster.wait()

    def lay(self, name: str, purpose: str) -> bool:
        """One machine's files, each put whole, as `push` puts them; True where those that it trusts have changed."""
        files = self.folder / f"{name}.files"
        files.mkdir(exist_ok=True)
        own = self.keyring.certificate(name, purpose)  # type: ignore[arg-type]
        before = (files / "ca.pem").read_text() if (files / "ca.pem").exists() else None
        for path, text in (
            (files / "ca.pem", self.keyring.ca()),
            (files / "own.key", own.key),
            (files / "own.pem", own.cert),
        ):
            part = path.with_suffix(".part")
            part.write_text(text)
            part.replace(path)
        return before not in {None, self.keyring.ca()}

    def served(self) -> list[int]:
        """The serial numbers of the certificates that the members show."""
        return [self._shown(member.client) for member in self.cluster.members]

    def issued(self) -> list[int]:
        """Those of the certificates that the keyring holds for them."""
        own = (self.keyring.certificate(name, "etcd").cert for name in NAMES)
        return [x509.load_pem_x509_certificate(cert.encode()).serial_number for cert in own]

    def _shown(self, url: str) -> int:
        place = urlsplit(url)
        context = self.tls().context()
        with (
            socket.create_connection((place.hostname, place.port), timeout=20) as plain,
            context.wrap_socket(plain, server_hostname=place.hostname) as secure,
        ):
            shown = secure.getpeercert(binary_form=True)
        assert shown is not None
        return x509.load_der_x509_certificate(shown).serial_number

    def tls(self) -> Tls:
        """What a process of ours has at its start."""
        files = self.folder / "pgbaton.files"
        return Tls(ca=files / "ca.pem", cert=files / "own.pem", key=files / "own.key")

    def _member(self, name: str, peer: str, client: str, together: str) -> Member:
        files = self.folder / f"{name}.files"
        own, key, ca = (str(files / name) for name in ("own.pem", "own.key", "ca.pem"))
        among = ("--peer-cert-file", own, "--peer-key-file", key, "--peer-client-cert-auth")
        return Member(
            program=Path("etcd"),
            folder=self.folder,
            name=name,
            client=client,
            peer=peer,
            members=together,
            secured=Secured(pair=Pair(cert=Path(own), key=Path(key)), ca=Path(ca)),
            options=(*among, "--peer-trusted-ca-file", ca),
        )


@dataclass(slots=True)
class Traffic:
    """Reads and writes without a pause; each is tried until it succeeds, and how long that took is kept."""

    site: EtcdSite
    fresh: bool
    took: list[float] = field(default_factory=list)
    retried: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        gateway = self._gateway()
        while not self.ended.is_set():
            began = time.monotonic()
            for act in (self._read, self._write):
                gateway = self._gateway() if self.fresh else gateway
                while not self._done(act, gateway) and not self.ended.is_set():
                    self.retried += 1
                    time.sleep(0.02)
            self.took.append(time.monotonic() - began)

    def _gateway(self) -> Gateway:
        return Gateway(self.site.cluster.endpoints, tls=self.site.tls())

    def _done(self, act: Callable[[Gateway], object], gateway: Gateway) -> bool:
        try:
            act(gateway)
        except DcsUnavailable:
            return False
        return True

    def _read(self, gateway: Gateway) -> None:
        gateway.range({"key": "L3Rlc3QvYQ=="}, timeout=DEADLINE)

    def _write(self, gateway: Gateway) -> None:
        gateway.put(b"/test/a", b"1", timeout=DEADLINE)


@contextmanager
def traffic(site: EtcdSite) -> Iterator[tuple[Traffic, Traffic]]:
    """A process that runs on, and one that begins anew for each question."""
    both = (Traffic(site, fresh=False), Traffic(site, fresh=True))
    threads = [threading.Thread(target=one.run) for one in both]
    for thread in threads:
        thread.start()
    try:
        yield both
    finally:
        for one in both:
            one.ended.set()
        for thread in threads:
            thread.join()
