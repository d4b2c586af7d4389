"""The user of an application acts against us, or the disk does, between two steps of a swap."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from deploy.remote import plain_script
from jobs.fence import Fence
from jobs.remote import HOLDS, Journal, Outcome, Phase, SwapReply
from tests.contract.hosts.machine import ACCOUNTS, write
from tests.contract.hosts.test_files_refused import refused
from tests.contract.hosts.worlds import RealWorld, Shop, fence, line, names, shop, shop_at
from tests.contract.hosts.wounds import interfered
from workers.ssh import SshHands, load_key

HELD = fence(10)
"""What a host holds already."""


def by(script: str, app: Shop, to: bytes, at: Fence) -> SwapReply:
    """The answer of another script to a swap."""
    real = app.world
    assert isinstance(real, RealWorld)
    with SshHands(key=load_key(real.machine.key_file), script=script) as hands:
        reply = hands.swap(real.host, app.request(to, at), timeout=20)
    assert isinstance(reply, SwapReply), reply
    return reply


def test_a_file_of_root_below_a_users_folder_is_refused(real: RealWorld) -> None:
    """Root's own folder in it does not help: its user could put another one in that one's place."""
    folder = real.machine.folder("shop") / "conf"
    folder.mkdir(mode=0o755)
    write(folder / ".env", line(b"a"), owner="root", mode=0o600)
    refused(
        shop_at(real, folder / ".env"),
        because="that others may write",
        remedy="give the file",
    )


def test_a_file_of_root_below_a_folder_that_all_may_write_needs_a_sticky_bit(
    real: RealWorld,
) -> None:
    """With it, as in /tmp, nobody can take away what is root's; without it anybody can."""
    above = real.machine.folder("root")
    (above / "conf").mkdir(mode=0o755)
    write(above / "conf" / ".env", line(b"a"), owner="root", mode=0o600)
    app = shop_at(real, above / "conf" / ".env")
    above.chmod(0o777)
    refused(app, because="that others may write", remedy="to root alone")
    above.chmod(0o1777)
    assert app.move(b"b", HELD).outcome == Outcome.CHANGED


def test_one_file_under_two_names_is_refused(real: RealWorld) -> None:
    """Each new file would be the other one's leftover."""
    path = real.machine.file(line(b"a"))
    link = real.machine.folder() / ".env"
    link.symlink_to(path)
    refused(shop_at(real, path, link), because="the file of another path", remedy="name it once")


@pytest.mark.parametrize(
    "planted", ["ln -s {secret} {path}", "mkfifo {path}"], ids=["link", "pipe"]
)
def test_what_a_user_puts_in_his_files_place_is_not_backed_up(
    real: RealWorld, planted: str
) -> None:
    """Neither somebody else's file is copied, nor does anybody wait for ever."""
    secret = real.machine.file(b"root's alone\n", owner="root", mode=0o600)
    app = shop(real)
    exchange = f"rm -f {app.paths[0]}; {planted.format(secret=secret, path=app.paths[0])}"
    reply = by(interfered("keep_backup", exchange), app, b"b", HELD)
    assert reply.outcome in {Outcome.FAILED, Outcome.FILE_CHANGED}
    backup = real.machine.state / real.cluster / "backup"
    assert all(b"root's alone" not in kept.read_bytes() for kept in backup.iterdir())


def test_a_stage_that_lies_about_its_file_is_not_believed(real: RealWorld) -> None:
    """Its user may have had a hand in it."""
    app = shop(real)
    other = Path(app.paths[0]).with_name("other")
    other.touch()
    lying = plain_script().replace('say staged "$tmp"', 'say staged "./other"')
    assert lying != plain_script()
    reply = by(lying, app, b"b", HELD)
    assert (reply.outcome, reply.fence) == (Outcome.FAILED, None)
    assert "answered 'staged ./other'" in reply.reason
    assert app.contents() == [line(b"a")]
    assert other.exists()


def test_a_command_that_stops_what_started_it_is_ended(real: RealWorld) -> None:
    """Else it would keep its host's lock from the next failover."""
    app = shop(real, after=("kill -STOP $PPID; exec sleep 60",), after_timeout=0.5)
    began = time.monotonic()
    assert app.move(b"b", HELD).outcome == Outcome.FAILED
    assert time.monotonic() - began < 9


def test_a_user_keeps_his_own_group_where_his_file_has_another(real: RealWorld) -> None:
    """By it alone he may reach the folder; commands have it too."""
    above = real.machine.folder("root", mode=0o750)
    os.chown(above, 0, ACCOUNTS["shop"])
    folder = above / "app"
    folder.mkdir()
    path = folder / ".env"
    write(path, line(b"a"), owner="shop", mode=0o640)
    os.chown(folder, ACCOUNTS["shop"], ACCOUNTS["shop"])
    os.chown(path, ACCOUNTS["shop"], ACCOUNTS["stranger"])
    app = Shop(real, shop(real, files=0, after=("id -G",)).app, (str(path),))
    assert app.move(b"b", HELD).outcome == Outcome.CHANGED
    said = real.log(lines=2).splitlines()[-1]
    assert {*said.split()} == {str(ACCOUNTS["shop"]), str(ACCOUNTS["stranger"])}


def test_a_file_of_roots_group_gives_its_commands_none_of_it(real: RealWorld) -> None:
    """They have their user's own; the file keeps its group."""
    app = shop(real, after=("id -G",))
    os.chown(app.paths[0], ACCOUNTS["shop"], 0)
    assert app.move(b"b", HELD).outcome == Outcome.CHANGED
    assert Path(app.paths[0]).stat().st_gid == 0
    said = real.log(lines=2).splitlines()[-1]
    assert said == str(ACCOUNTS["shop"])


def test_a_path_too_long_for_a_backups_name_has_one_all_the_same(real: RealWorld) -> None:
    """Named by a checksum then."""
    folder = real.machine.folder()
    for _ in range(2):
        folder = folder / ("x" * 200)
        folder.mkdir()
        os.chown(folder, ACCOUNTS["shop"], ACCOUNTS["shop"])
    write(folder / ".env", line(b"a"), owner="shop", mode=0o640)
    assert shop_at(real, folder / ".env").move(b"b", HELD).outcome == Outcome.CHANGED
    [kept] = (real.machine.state / real.cluster / "backup").iterdir()
    assert (kept.read_bytes(), len(kept.name)) == (line(b"a"), 64)


def test_a_fence_that_stands_is_told_though_it_may_not_be_on_disk(real: RealWorld) -> None:
    """The block was written before the disk failed: it counts, so it must not be told as refused."""
    app = shop(real)
    app.move(b"b", HELD)
    reply = by(f"sync() {{ return 1; }}\n{plain_script()}", app, b"c", fence(11))
    assert (reply.outcome, reply.fence, reply.phase) == (Outcome.FAILED, fence(11), Phase.INTENT)
    assert app.journal() == Journal(phase=Phase.INTENT, fence=fence(11))
    assert names(Path(app.paths[0]).parent) == [".env"]
    assert app.move(b"c", fence(11)).outcome in HOLDS
    assert real.restarts(app.app.services[0]) == 2


def test_what_is_told_as_held_is_on_disk(real: RealWorld) -> None:
    """A fence that could not be brought there is, before anybody relies on it."""
    app, mark = shop(real), real.machine.folder(mode=0o777) / "synced"
    app.move(b"a", HELD)
    failing = f"sync() {{ return 1; }}\n{plain_script()}"
    telling = f'sync() {{ echo "$@" >>{mark}; command sync "$@"; }}\n{plain_script()}'
    assert by(failing, app, b"a", fence(11)).outcome == Outcome.FAILED
    assert by(failing, app, b"a", fence(11)).outcome == Outcome.FAILED
    assert by(telling, app, b"a", fence(11)).outcome == Outcome.HELD
    assert "/journal" in mark.read_text()
