"""What the drill's observers read is parsed by pure functions."""

from __future__ import annotations

import base64
import io
import json
from http.client import HTTPConnection
from pathlib import Path
from typing import cast

import pytest

from deploy.lab import layout
from deploy.lab.accounts import Account, account_files
from deploy.lab.drill.history import Leadership
from deploy.lab.drill.hostwatch import journal_fence, journal_phase, news, read_orders
from deploy.lab.drill.leadership import LeaderWatch, step, watched
from deploy.lab.drill.trailwatch import TrailWatch
from deploy.lab.shophost import env_value
from jobs.audit import Entry
from jobs.fence import Fence
from jobs.ports import ReadTrail
from tests.unit.deploy.lab.histories import DRAFTS, ENTRIES, chain


def put(member: str, *, epoch: int) -> dict[str, dict[str, str]]:
    value = base64.b64encode(member.encode()).decode()
    return {"kv": {"value": value, "create_revision": str(epoch)}}


def test_a_leadership_begins_and_ends_with_its_key() -> None:
    """A put begins one, a delete ends it, and a put of the same epoch (a new lease) is no new one."""
    known = step([], put("pg1", epoch=5), at=1.0)
    known = step(known, put("pg1", epoch=5), at=2.0)
    known = step(known, {"type": "DELETE", "kv": {}}, at=3.0)
    known = step(known, put("pg2", epoch=9), at=4.0)
    assert known == [
        Leadership(member="pg1", address="10.77.0.21", epoch=5, since=1.0, until=3.0),
        Leadership(member="pg2", address="10.77.0.22", epoch=9, since=4.0),
    ]


def test_a_neighbour_s_leader_has_an_address_of_its_own() -> None:
    """Its members are called after their machines, and known by other addresses."""
    addresses = layout.NEIGHBOUR_MEMBERS["north"]
    [led] = step([], put("north-pg2", epoch=5), at=1.0, addresses=addresses)
    assert led.address == addresses["north-pg2"]
    beside = {a for machine in layout.MEMBERS for a in layout.neighbours_on(machine)}
    assert len(beside) == 12
    assert not beside & {*layout.ADDRESSES.values(), *layout.LIGHT.values()}


def fence(pg_timeline: int, epoch: int) -> Fence:
    return Fence(system="7", pg_timeline=pg_timeline, epoch=epoch)


def test_a_journal_is_read_while_it_is_not_there_yet(tmp_path: Path) -> None:
    """Its fence, or None."""
    path = tmp_path / "journal"
    assert journal_fence(path) is None
    path.write_text("pgbaton-journal 1\nfence 7/2/36\nphase checked\nend\n")
    assert journal_fence(path) == fence(2, 36)


def test_the_last_whole_block_of_a_journal_counts(tmp_path: Path) -> None:
    """Fences and phases are appended; a block that is cut off is not there yet."""
    path = tmp_path / "journal"
    assert journal_phase(path) is None
    path.write_text("pgbaton-journal 1\nfence 7/2/36\nphase intent\nowed shop\n")
    assert journal_phase(path) is None
    path.write_text(
        path.read_text() + "end\n\npgbaton-journal 1\nfence 7/2/36\nphase written\nend\n"
    )
    assert journal_phase(path) == "written"
    path.write_text(path.read_text() + "\npgbaton-journal 1\nfence 7/3/41\nphase intent\n")
    assert (journal_fence(path), journal_phase(path)) == (fence(2, 36), "written")
    path.write_text(path.read_text() + "end\n")
    assert (journal_fence(path), journal_phase(path)) == (fence(3, 41), "intent")


@pytest.mark.parametrize(
    ("seen", "told", "new"),
    [
        ([], [], []),
        ([], [10, 10, 11], [10, 11]),
        ([10], [10, 10, 10], []),
        ([10], [10, 11, 11, 12], [11, 12]),
        ([10, 11], [12], [12]),
        ([10, 9], [10, 9, 10], [10]),
        ([10, 9, 10], [10, 9, 10], []),
    ],
    ids=["none", "first", "same", "appended", "anew", "to-and-fro", "seen"],
)
def test_what_a_journal_tells_is_seen_once(
    seen: list[int], told: list[int], new: list[int]
) -> None:
    """Blocks are appended, and now and then it begins anew; a fence that went down is not swallowed."""
    fences = [fence(1, epoch) for epoch in seen]
    assert list(news(fences, [str(fence(1, epoch)) for epoch in told])) == [
        fence(1, epoch) for epoch in new
    ]


def test_a_half_written_order_is_left_out(tmp_path: Path) -> None:
    """The history is read while it grows."""
    line = {"id": "o", "host": "shop1", "sent": 1.0, "ended": 1.1, "result": "failed"}
    path = tmp_path / "orders.jsonl"
    path.write_text(json.dumps(line) + "\n" + json.dumps(line)[:20])
    assert [order.id for order in read_orders(path)] == ["o"]


def test_the_env_file_is_read_as_the_shop_reads_it(tmp_path: Path) -> None:
    """A key's value, and None without one."""
    path = tmp_path / ".env"
    path.write_text("APP_NAME=x\nDB_HOST=10.77.0.22\n")
    assert env_value(path, "DB_HOST") == "10.77.0.22"
    assert env_value(path, "DB_PORT") is None


def test_accounts_copy_no_password(tmp_path: Path) -> None:
    """shadow holds a star for everybody, whatever the real one held."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    (tmp_path / "etc/group").write_text("root:x:0:\n")
    (tmp_path / "etc/shadow").write_text("root:$6$hash:1::::::\n")
    deploy = Account(name="deploy", number=7001, home="/srv/deploy", login="/bin/sh")
    files = account_files(tmp_path, (deploy,), sudoer="deploy", etc=tmp_path / "etc")
    shadow = files["/etc/shadow"].read_text().splitlines()
    assert [line.split(":")[:2] for line in shadow] == [["root", "*"], ["deploy", "*"]]
    assert "deploy:x:7001:7001" in files["/etc/passwd"].read_text()
    assert (files["/etc/sudoers.d"] / "deploy").stat().st_mode & 0o777 == 0o440


class Trail:
    """A trail that a test writes, and cuts off."""

    def __init__(self, *entries: Entry) -> None:
        self.held = list(entries)

    def entries(self, _cluster: str, *, after: int = 0, upto: int | None = None) -> list[Entry]:
        return [e for e in self.held if after < e.seq and (upto is None or e.seq <= upto)]


def test_a_trail_that_lost_its_newest_entries_is_read_on_from_what_is_left() -> None:
    """What was lost is set apart, what came in its place is told, and nothing is told twice."""
    told: list[Entry] = []
    trail = Trail(*ENTRIES[:7])
    watch = TrailWatch(trail=cast("ReadTrail", trail), told=told.append)
    watch.read()
    trail.held = [*ENTRIES[:5], *chain(DRAFTS[:5] + DRAFTS[7:])[5:]]
    watch.read()
    watch.read()
    assert watch.entries == trail.held
    assert watch.lost == list(ENTRIES[5:7])
    assert told == [*ENTRIES[:7], *trail.held[5:]]


def test_a_restored_etcd_begins_anew() -> None:
    """Whoever led is over, and a lower revision is taken."""
    watch = LeaderWatch(connections=(), changed=lambda _: None)
    watch.take({"kv": {**put("pg1", epoch=50)["kv"], "mod_revision": "50"}}, at=1.0)
    watch.restart()
    watch.take({"kv": {**put("pg2", epoch=9)["kv"], "mod_revision": "9"}}, at=2.0)
    assert [(one.member, one.until is None) for one in watch.leaderships] == [
        ("pg1", False),
        ("pg2", True),
    ]


class Restored:
    """An etcd whose revisions go back before it takes a connection."""

    def __init__(self) -> None:
        self.revision, self.asked = 50, ""

    def connect(self) -> None:
        self.revision = 0

    def request(self, _method: str, _path: str, body: str) -> None:
        self.asked = json.loads(body)["create_request"]["start_revision"]

    def getresponse(self) -> io.BytesIO:
        return io.BytesIO()


def test_a_watch_asks_where_to_begin_once_etcd_is_there() -> None:
    """Who would begin at a revision of before the restore would hear nothing for ever."""
    etcd = Restored()
    connection = cast("HTTPConnection", etcd)
    assert list(watched(lambda: connection, "/leader", after=lambda: etcd.revision)) == []
    assert etcd.asked == "1"
