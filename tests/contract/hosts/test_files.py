"""Files that are more than plain files in plain folders: everything about them but the value stays."""

import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from jobs.remote import AppSwap, Outcome, Phase, SwapReply
from tests.contract.hosts.machine import ACCOUNTS, Machine, write
from tests.contract.hosts.worlds import RealWorld, fence, line, names, shop_at
from tests.contract.hosts.wounds import interfered, interfered_before_rename
from workers.ssh import SshHands, load_key


@pytest.mark.parametrize(
    ("owner", "mode"), [("shop", 0o640), ("stranger", 0o600), ("shop", 0o440), ("root", 0o644)]
)
def test_owner_group_and_mode_are_kept(real: RealWorld, owner: str, mode: int) -> None:
    """Another owner, a file its owner may only read, a file of root's."""
    path = real.machine.file(line(b"a"), owner=owner, mode=mode)
    assert shop_at(real, path).move(b"b", fence(10)).outcome == Outcome.CHANGED
    stat = path.stat()
    assert (stat.st_uid, stat.st_mode & 0o7777) == (ACCOUNTS.get(owner, 0), mode)
    assert path.read_bytes() == line(b"b")
    assert names(path.parent) == [".env"]


def test_a_group_that_is_not_the_owners_own_is_kept(real: RealWorld) -> None:
    """shop:stranger stays shop:stranger."""
    path = real.machine.file(line(b"a"))
    os.chown(path, ACCOUNTS["shop"], ACCOUNTS["stranger"])
    assert shop_at(real, path).move(b"b", fence(10)).outcome == Outcome.CHANGED
    assert (path.stat().st_uid, path.stat().st_gid) == (ACCOUNTS["shop"], ACCOUNTS["stranger"])


def test_an_acl_and_an_extended_attribute_are_kept(real: RealWorld) -> None:
    """What getfacl and getfattr say is the same afterwards."""
    path = real.machine.file(line(b"a"))
    subprocess.run(
        ["setfacl", "-m", f"u:{ACCOUNTS['stranger']}:r", str(path)], check=True, timeout=10
    )
    os.setxattr(path, "user.note", b"kept")
    before = _acl(path)
    assert shop_at(real, path).move(b"b", fence(10)).outcome == Outcome.CHANGED
    assert _acl(path) == before
    assert str(ACCOUNTS["stranger"]) in before
    assert os.getxattr(path, "user.note") == b"kept"


def _acl(path: Path) -> str:
    command = ["getfacl", "--numeric", "--omit-header", "--absolute-names", str(path)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=10).stdout


def test_a_symlink_stays_one(real: RealWorld) -> None:
    """The file it leads to is replaced, not the link; commands run where the inventory points."""
    target = real.machine.file(line(b"a"))
    link = real.machine.folder() / ".env"
    link.symlink_to(target)
    app = shop_at(real, link)
    mark = real.machine.folder(mode=0o777) / "cwd"
    app = replace(app, app=replace(app.app, after=(f"pwd >{mark}",)))
    assert app.move(b"b", fence(10)).outcome == Outcome.CHANGED
    assert link.is_symlink()
    assert target.read_bytes() == line(b"b")
    assert mark.read_text().strip() == str(link.parent)


def test_planted_links_under_guessed_names_are_never_followed(real: RealWorld) -> None:
    """The measured attack: .env.pgbaton -> a file of root's."""
    victim = real.machine.file(b"root's\n", owner="root", mode=0o600)
    path = real.machine.file(line(b"a"))
    for name in (".env.pgbaton", ".env.tmp", "..env.pgbaton-0000000000", ".env.new", ".env~"):
        (path.parent / name).symlink_to(victim)
    assert shop_at(real, path).move(b"b", fence(10)).outcome == Outcome.CHANGED
    assert victim.read_bytes() == b"root's\n"
    assert victim.stat().st_uid == 0
    assert not path.is_symlink()


@pytest.mark.parametrize("moment", ["commit_files", "keep_backup"])
def test_a_release_switched_during_the_swap_is_never_written_silently(
    real: RealWorld, moment: str
) -> None:
    """current -> releases/2 in the middle: the answer is file-changed, and the next swap is right."""
    home = real.machine.folder()
    for number in "12":
        release = home / "releases" / number
        release.mkdir(parents=True)
        write(release / ".env", line(b"a"), owner="shop", mode=0o640)
    for folder in (home, *home.glob("releases"), *home.glob("releases/*")):
        os.chown(folder, ACCOUNTS["shop"], ACCOUNTS["shop"])
    (home / "current").symlink_to("releases/1")
    app = shop_at(real, home / "current/.env")
    switch = f"ln -sfn releases/2 {home}/current"
    with SshHands(key=load_key(real.machine.key_file), script=interfered(moment, switch)) as hands:
        reply = hands.swap(real.host, app.request(b"b", fence(10)), timeout=20)
    assert isinstance(reply, SwapReply)
    assert reply.outcome == Outcome.FILE_CHANGED, reply
    assert (home / "releases/2/.env").read_bytes() == line(b"a")
    again = app.move(b"b", fence(10))
    assert (again.outcome, again.phase) == (Outcome.RESUMED, Phase.CHECKED)
    assert (home / "releases/2/.env").read_bytes() == line(b"b")
    assert real.restarts(app.app.services[0]) == 1
    assert not list(home.rglob("*pgbaton*"))


def test_a_file_changed_right_before_the_rename_is_left_alone(real: RealWorld) -> None:
    """Somebody saves in his editor while the new bytes are prepared."""
    path = real.machine.file(line(b"a"))
    app = shop_at(real, path)
    script = interfered_before_rename(f"echo DB_HOST=somebody >{path}")
    with SshHands(key=load_key(real.machine.key_file), script=script) as hands:
        reply = hands.swap(real.host, app.request(b"b", fence(10)), timeout=20)
    assert isinstance(reply, SwapReply)
    assert reply.outcome == Outcome.FILE_CHANGED
    assert path.read_bytes() == b"DB_HOST=somebody\n"
    assert names(path.parent) == [".env"]


@pytest.mark.parametrize(
    "name",
    ["my shop.env", 'quo\'te "$(touch x)".env', "umläut-ß.env", "-n.env", "a;b|c.env", "a\\b.env"],
)
def test_odd_names_are_only_names(real: RealWorld, name: str) -> None:
    """Spaces, quotes, shell signs, UTF-8."""
    path = real.machine.file(line(b"a"), name=name)
    assert shop_at(real, path).move(b"b", fence(10)).outcome == Outcome.CHANGED
    assert path.read_bytes() == line(b"b")
    assert names(path.parent) == [name]


def test_one_backup_is_kept_where_only_root_reads(real: RealWorld) -> None:
    """The bytes before the last change, in the state folder, not beside the file."""
    path = real.machine.file(line(b"a"))
    app = shop_at(real, path)
    app.move(b"b", fence(10))
    app.move(b"c", fence(11))
    backups = list((real.machine.state / real.cluster / "backup").iterdir())
    assert [b.read_bytes() for b in backups] == [line(b"b")]
    assert [b.stat().st_mode & 0o7777 for b in backups] == [0o600]
    assert re.sub("%", "/", backups[0].name) == str(path)


def test_every_byte_that_is_not_the_value_stays(real: RealWorld) -> None:
    """NUL, CRLF, a BOM, no final newline, backslashes and percent signs."""
    rest = b"\r\n\x00\xff\\0101 %b %s \xef\xbb\xbf$(x)`y`\\"
    path = real.machine.file(b"DB_HOST=a\n" + rest)
    assert shop_at(real, path).move(rb"10.0.0.2\n%d\0101", fence(10)).outcome == Outcome.CHANGED
    assert path.read_bytes() == b"DB_HOST=" + rb"10.0.0.2\n%d\0101" + b"\n" + rest


def test_an_application_may_manage_its_own_files_without_root(
    machine: Machine, hands: SshHands
) -> None:
    """become = "none": journals in the login's home, and nothing of anybody else's can be swapped."""
    own = RealWorld(machine, hands, machine.host("shop", become="none"))
    with own.listener:
        plain = AppSwap(leader=own.leader, files=(), after=("id -u >who",))
        app = replace(shop_at(own, machine.file(line(b"a"))), app=plain)
        assert app.move(b"b", fence(10)).outcome == Outcome.CHANGED
        assert Path(app.paths[0]).with_name("who").read_text() == f"{ACCOUNTS['shop']}\n"
        assert (machine.root / "homes/shop/.local/state/pgbaton" / own.cluster / "journal").exists()
        other = shop_at(own, machine.file(line(b"a"), owner="stranger", mode=0o666))
        reply = other.move(b"b", fence(11))
        assert reply.outcome == Outcome.FAILED
        assert "belongs to user" in reply.reason
