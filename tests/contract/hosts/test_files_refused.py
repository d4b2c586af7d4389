"""Files that cannot be replaced: said clearly, with a remedy, before anything changed."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from jobs.remote import HOLDS, FileFault, Outcome, ReadRequest, SwapReply
from tests.contract.hosts.machine import ACCOUNTS, write
from tests.contract.hosts.worlds import RealWorld, Shop, fence, line, names, shop, shop_at


def refused(app: Shop, *, because: str, remedy: str) -> SwapReply:
    """The swap fails as said, nothing changed anywhere, nothing is left beside."""
    before = [Path(p).read_bytes() for p in app.paths]
    beside = [names(Path(p).parent) for p in app.paths]
    reply = app.move(b"b", fence(10))
    assert (reply.outcome, reply.fence) == (Outcome.FAILED, None), reply
    assert because in reply.reason
    assert remedy in reply.remedy
    assert [Path(p).read_bytes() for p in app.paths] == before
    assert [names(Path(p).parent) for p in app.paths] == beside
    assert app.world.restarts(app.app.services[0]) == 0
    return reply


def test_a_users_link_to_a_file_of_root_is_refused(real: RealWorld) -> None:
    """An application may not lead us to /etc by a link of its own, neither to read nor to write."""
    target = real.machine.file(line(b"a"), owner="root", mode=0o600)
    target.parent.chmod(0o755)
    link = real.machine.folder() / ".env"
    link.symlink_to(target)
    os.lchown(link, ACCOUNTS["shop"], ACCOUNTS["shop"])
    app = shop_at(real, link)
    assert [type(f) for f in app.read().files] == [FileFault]
    refused(app, because="belongs to root", remedy="give the file to its application")


def test_a_file_of_root_in_a_users_folder_is_refused(real: RealWorld) -> None:
    """Root must not work in a folder where somebody else can exchange the names."""
    path = real.machine.folder("shop") / ".env"
    write(path, line(b"a"), owner="root", mode=0o644)
    refused(shop_at(real, path), because="that others may write", remedy="give the file")


def test_a_bind_mounted_file_is_refused(real: RealWorld) -> None:
    """A rename cannot replace a mount point."""
    source, target = real.machine.file(line(b"a")), real.machine.file(line(b"x"))
    real.machine.inside("mount", "--bind", str(source), str(target))
    app = shop_at(real, target)
    state = app.states()[0]
    assert state.content == line(b"a")
    request = app.request(b"b", fence(10))
    file = replace(
        request.apps[0].files[0],
        before=state.sha256,
        splices=(replace(request.apps[0].files[0].splices[0], offset=8, length=1),),
    )
    reply = app.send(replace(request, apps=(replace(request.apps[0], files=(file,)),)))
    assert reply.outcome == Outcome.FAILED
    assert "mount point" in reply.reason
    assert source.read_bytes() == line(b"a")
    assert reply.remedy


def test_an_immutable_file_is_refused_and_so_is_its_neighbour(real: RealWorld) -> None:
    """Of two files one cannot be replaced: neither is."""
    first, second = real.machine.file(line(b"a")), real.machine.file(line(b"a"))
    with _immutable(second):
        refused(shop_at(real, first, second), because="immutable", remedy="chattr -i")


def test_a_file_in_an_immutable_folder_is_refused(real: RealWorld) -> None:
    """Nothing can be written beside it."""
    path = real.machine.file(line(b"a"))
    with _immutable(path.parent):
        refused(shop_at(real, path), because="not permitted", remedy="chattr -i")


@contextmanager
def _immutable(path: Path) -> Iterator[None]:
    subprocess.run(["chattr", "+i", str(path)], check=True, timeout=10)
    try:
        yield
    finally:
        subprocess.run(["chattr", "-i", str(path)], check=True, timeout=10)


def test_a_folder_its_owner_may_not_write_is_refused(real: RealWorld) -> None:
    """File work runs as the file's owner, so root's rights do not help."""
    path = real.machine.file(line(b"a"))
    path.parent.chmod(0o555)
    refused(shop_at(real, path), because="ermission denied", remedy="let the file's owner write")


def test_a_read_only_file_system_is_refused(real: RealWorld) -> None:
    """Said before anything changed."""
    path = real.machine.file(line(b"a"))
    real.machine.inside("mount", "--bind", str(path.parent), str(path.parent))
    real.machine.inside("mount", "-o", "remount,bind,ro", str(path.parent))
    refused(shop_at(real, path), because="ead-only file system", remedy="writable")


def test_a_result_that_was_not_planned_changes_nothing(real: RealWorld) -> None:
    """Splices that lead elsewhere in the second file leave the first one alone, too."""
    app = shop(real, files=2)
    request = app.request(b"b", fence(10))
    first, second = request.apps[0].files
    wrong = replace(second, after="0" * 64)
    reply = app.send(replace(request, apps=(replace(request.apps[0], files=(first, wrong)),)))
    assert reply.outcome == Outcome.FAILED, reply
    assert "not what was planned" in reply.reason
    assert app.contents() == [line(b"a"), line(b"a")]
    assert app.move(b"b", fence(10)).outcome in HOLDS
    assert real.restarts(app.app.services[0]) == 1


def test_a_full_disk_changes_nothing(real: RealWorld) -> None:
    """The new bytes are all on disk before the first rename, or nothing happens."""
    folder, other = real.machine.folder(), real.machine.file(line(b"a"))
    real.machine.inside("mount", "-t", "tmpfs", "-o", "size=64k,mode=755", "tmpfs", str(folder))
    path = folder / ".env"
    content = line(b"a") + b"#" * 6000
    real.machine.inside(
        "sh", "-c", f"cat >{path}; chown -R 4002:4002 {folder}", text=content.decode()
    )
    real.machine.inside("sh", "-c", f"cat /dev/zero >{folder}/filler 2>/dev/null || :")
    app = shop_at(real, other)
    state = replace(app, paths=(str(path),)).states()[0]
    request = app.request(b"b", fence(10))
    file = replace(
        request.apps[0].files[0],
        path=str(path),
        before=state.sha256,
        after=None,
    )
    both = replace(request.apps[0], files=(*request.apps[0].files, file))
    reply = app.send(replace(request, apps=(both,)))
    assert (reply.outcome, reply.fence) == (Outcome.FAILED, None), reply
    assert "room" in reply.remedy
    assert other.read_bytes() == line(b"a")
    left = real.machine.inside("ls", "-A", str(folder)).stdout.split()
    assert sorted(left) == [".env", "filler"]
    assert names(other.parent) == [".env"]


@pytest.mark.parametrize(
    ("make", "because"),
    [
        (lambda p: p.mkdir(), "no regular file"),
        (os.mkfifo, "no regular file"),
        (lambda p: p.symlink_to("nowhere"), "does not exist"),
        (lambda p: p.write_bytes(b"x" * 1_100_000), "larger than"),
        (lambda p: None, "does not exist"),
    ],
    ids=["folder", "fifo", "dangling", "huge", "missing"],
)
def test_what_is_no_readable_file_is_named(real: RealWorld, make: object, because: str) -> None:
    """A fault with a remedy, and no endless wait for a FIFO."""
    path = real.machine.folder() / ".env"
    assert callable(make)
    make(path)
    reply = real.hand.read(
        real.host, ReadRequest(cluster=real.cluster, paths=(str(path),)), timeout=10
    )
    assert not hasattr(reply, "kind"), reply
    fault = reply.files[0]
    assert isinstance(fault, FileFault)
    assert because in fault.reason
    assert fault.remedy
