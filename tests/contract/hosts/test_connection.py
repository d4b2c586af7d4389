"""Connections that do not come about, hang or die: an answer in time, with what to do."""

import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from deploy.remote import plain_script
from jobs.inventory import Host
from jobs.remote import HostFailure, Outcome, ReadReply, ReadRequest
from tests.contract.hosts.machine import Machine
from tests.contract.hosts.outages import end_sessions, reached_in, stopped, stopped_sessions
from tests.contract.hosts.worlds import RealWorld, fence, shop
from workers.ssh import BadKeyError, SshHands, load_key
from workers.ssh.hand import REACHED_WITHIN
from workers.ssh.opening import OPEN_WITHIN

NOTHING = ReadRequest(cluster="shop", paths=())
LIMIT = 1.5  # seconds given to operations that must not succeed
GRACE = 4.0  # seconds that an answer may come late on a busy machine


def failure(hands: SshHands, host: Host, *, kind: str, timeout: float = LIMIT) -> HostFailure:
    """The read fails as said, in time, and says what to do."""
    began = time.monotonic()
    reply = hands.read(host, NOTHING, timeout=timeout)
    assert time.monotonic() - began < timeout + GRACE
    assert isinstance(reply, HostFailure), reply
    assert (reply.kind, bool(reply.remedy)) == (kind, True), reply
    return reply


@contextmanager
def listener(*says: bytes) -> Iterator[int]:
    """A port that accepts, says something at most, and then hangs."""
    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    held.append(server.accept()[0])
                    for word in says:
                        held[-1].sendall(word)

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    for sock in held:
        sock.close()


@pytest.mark.parametrize("says", [(), (b"SSH-2.0-hanging\r\n",)], ids=["silent", "greets"])
def test_a_host_that_accepts_and_then_hangs(
    machine: Machine, hands: SshHands, says: tuple[bytes, ...]
) -> None:
    """Nothing comes after the connection, or after the greeting: a timeout, in time."""
    with listener(*says) as port:
        failure(hands, machine.host(port=port), kind="timeout")


def test_a_port_that_nobody_listens_on(machine: Machine, hands: SshHands) -> None:
    """Refused twice, and said so well before the time is over."""
    with socket.socket() as mute:  # nobody else is given its port meanwhile
        mute.bind(("127.0.0.1", 0))
        host = machine.host(port=mute.getsockname()[1])
        began = time.monotonic()
        reply = failure(hands, host, kind="unreachable", timeout=20)
    assert time.monotonic() - began < 10
    assert reply.retry


def test_a_name_that_does_not_resolve(machine: Machine, hands: SshHands) -> None:
    """Named with the host, not as a traceback."""
    reply = failure(
        hands, machine.host(address="no-such-host.invalid"), kind="unreachable", timeout=10
    )
    assert "no-such-host.invalid" in reply.reason


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "localhost"])
def test_addresses_of_every_kind(machine: Machine, hands: SshHands, address: str) -> None:
    """IPv4, IPv6 and a name."""
    assert isinstance(hands.read(machine.host(address=address), NOTHING, timeout=10), ReadReply)


def test_an_unknown_host_key_is_refused(machine: Machine, hands: SshHands, tmp_path: Path) -> None:
    """The remedy shows how to look at the key and what to pin; nobody retries that by himself."""
    other = _public_key(tmp_path / "other", "ed25519")
    reply = failure(hands, machine.host(host_keys=(other,)), kind="host-key", timeout=10)
    assert machine.host_key in reply.remedy
    assert not reply.retry


def test_a_host_key_of_another_type_is_not_negotiated(
    machine: Machine, hands: SshHands, tmp_path: Path
) -> None:
    """Only the pinned types are asked for, so the host has none to offer."""
    other = _public_key(tmp_path / "other", "ecdsa")
    reply = failure(hands, machine.host(host_keys=(other,)), kind="host-key", timeout=10)
    assert "ssh-keyscan" in reply.remedy


def test_a_second_pinned_key_lets_keys_rotate(
    machine: Machine, hands: SshHands, tmp_path: Path
) -> None:
    """Old and new key side by side."""
    keys = (_public_key(tmp_path / "other", "ed25519"), machine.host_key)
    assert isinstance(hands.read(machine.host(host_keys=keys), NOTHING, timeout=10), ReadReply)


def test_a_host_key_that_is_none_is_named(machine: Machine, hands: SshHands) -> None:
    """A typo in the inventory is no traceback."""
    failure(hands, machine.host(host_keys=("ssh-ed25519 garbage",)), kind="host-key")


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_our_key_may_be_of_any_usual_type(machine: Machine, tmp_path: Path, kind: str) -> None:
    """Each logs in once its public half is with the host."""
    public = _public_key(tmp_path / "key", kind)
    (machine.root / "authorized_keys_deploy").write_text(public + "\n")
    with SshHands(key=load_key(tmp_path / "key"), script=plain_script()) as hands:
        assert isinstance(hands.read(machine.host("deploy"), NOTHING, timeout=10), ReadReply)
    (machine.root / "authorized_keys_deploy").unlink()


def test_a_key_the_host_does_not_know(machine: Machine, tmp_path: Path) -> None:
    """Refused for good, and the remedy names the file on the host."""
    _public_key(tmp_path / "key", "ed25519")
    with SshHands(key=load_key(tmp_path / "key"), script=plain_script()) as hands:
        reply = failure(hands, machine.host("deploy"), kind="login", timeout=10)
    assert "authorized_keys" in reply.remedy


def test_a_file_that_is_no_key_is_named(tmp_path: Path) -> None:
    """A missing one too."""
    (tmp_path / "key").write_text("hello")
    for name in ("key", "missing"):
        with pytest.raises(BadKeyError, match=name):
            load_key(tmp_path / name)


def test_a_user_who_may_not_sudo(machine: Machine, hands: SshHands) -> None:
    """What sudo said, and what to do."""
    reply = failure(hands, machine.host("stranger"), kind="script", timeout=10)
    assert "sudo" in reply.reason
    assert "sudo" in reply.remedy


def test_a_dead_warm_connection_is_replaced_once(real: RealWorld) -> None:
    """The host's sshd ended it: the next read and the next swap do not notice."""
    app = shop(real)
    app.read()
    end_sessions(real.machine)
    app.read()
    end_sessions(real.machine)
    assert app.move(b"b", fence(10)).outcome == Outcome.CHANGED
    assert real.restarts(app.app.services[0]) == 1


def test_a_warm_connection_whose_host_hangs(real: RealWorld) -> None:
    """SIGSTOP for its sshd: a timeout in time, and afterwards all is well again."""
    hands = real.hand
    assert isinstance(hands, SshHands)
    assert isinstance(hands.read(real.host, NOTHING, timeout=10), ReadReply)
    with stopped(real.machine), stopped_sessions(real.machine):
        failure(hands, real.host, kind="timeout")
    assert isinstance(hands.read(real.host, NOTHING, timeout=10), ReadReply)


def test_a_host_that_hangs_is_named_long_before_its_swap_could_end(real: RealWorld) -> None:
    """A swap may take minutes; whoever takes no command within seconds is out of reach."""
    app = shop(real)
    app.read()
    began = time.monotonic()
    with stopped(real.machine), stopped_sessions(real.machine):
        reply = real.hand.swap(real.host, app.request(b"b", fence(10)), timeout=120)
    assert isinstance(reply, HostFailure)
    assert reply.kind == "timeout"
    assert time.monotonic() - began < REACHED_WITHIN + GRACE


def test_a_dead_warm_connection_delays_nothing(real: RealWorld) -> None:
    """Nobody answers on it any more, as after a host's loss: a new one is made beside it at once, and
    what is asked next goes over that."""
    app = shop(real)
    app.read()
    with stopped_sessions(real.machine):
        raced = reached_in(real, app.request(b"b", fence(10)))
        app.read()
    assert raced < OPEN_WITHIN
    assert real.restarts(app.app.services[0]) == 1


def test_a_script_that_hangs_ends_with_the_operations_time(machine: Machine) -> None:
    """The deadline holds for the running command too."""
    with SshHands(key=load_key(machine.key_file), script="sleep 20\n") as hands:
        failure(hands, machine.host(), kind="timeout")


def test_a_script_that_speaks_otherwise_is_named(machine: Machine) -> None:
    """Its stderr is quoted, bounded; its stdout is not."""
    noise = "echo secret; echo $$ not found >&2; head -c 100000 /dev/zero | tr '\\0' x >&2\n"
    with SshHands(key=load_key(machine.key_file), script=noise) as hands:
        reply = failure(hands, machine.host(), kind="script", timeout=10)
    assert "not found" in reply.reason
    assert "secret" not in reply.reason
    assert len(reply.reason) < 500


def test_a_truncated_request_is_never_acted_on(machine: Machine) -> None:
    """Without its last line a swap is no swap."""
    text = f"pgbaton 1\nverb swap\ncluster shop\nwait 1.0\nfence {fence(10)}\n"
    command = ["sh", "-c", plain_script(), "pgbaton-remote", "swap"]
    done = subprocess.run(
        command, input=text.encode(), capture_output=True, timeout=10, check=False
    )
    assert (done.returncode, done.stdout) == (65, b"")
    assert b"cut off" in done.stderr


def _public_key(path: Path, kind: str) -> str:
    command = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(path)]
    subprocess.run(command, check=True, timeout=30)
    return " ".join(path.with_suffix(".pub").read_text().split()[:2])
