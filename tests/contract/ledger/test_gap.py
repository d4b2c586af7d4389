"""A real primary and its replica: what a failover loses is a gap, what somebody takes away is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from jobs.audit import Draft, Kind
from jobs.audit.examine import Examined, examine
from tests.contract.ledger.server import RedisServer, on_a_port
from tests.contract.ledger.values import CLUSTER
from tests.fakes.anchors import FakeAnchors
from tests.waiting import until
from workers.anchoring import Anchoring
from workers.redis import Redis, RedisLedger

DIGEST = "0123456789ab"


@dataclass(slots=True)
class Pair:
    """A primary, its replica, a place for anchors, and a chronicle that looks when told to."""

    primary: RedisServer
    replica: RedisServer
    place: FakeAnchors = field(default_factory=FakeAnchors)

    def says(self, server: RedisServer, *names: str) -> None:
        drafts = [Draft(id=name, kind=Kind.ALARM) for name in names]
        self.ledger(server).append(CLUSTER, drafts)

    def ledger(self, server: RedisServer) -> RedisLedger:
        return RedisLedger(server.client(), inventory=DIGEST)

    def looks(self, server: RedisServer, times: int = 2) -> Anchoring:
        """A chronicle that was just started."""
        anchoring = Anchoring(self.ledger(server), {CLUSTER: self.place})
        for _ in range(times):
            anchoring.tick()
        return anchoring

    def cut_off(self) -> None:
        """The replica hears nothing any more, while the primary goes on."""
        self.replica.client().config_set("masterauth", "wrong")  # a new link is refused
        client = self.primary.client()
        client.execute_command("CLIENT", "KILL", "TYPE", "replica")  # type: ignore[no-untyped-call]
        until(lambda: _link(self.replica.client()) == "down")

    def promote(self) -> None:
        """The primary dies, the replica takes over."""
        self.primary.stop()
        self.replica.client().execute_command("REPLICAOF", "NO", "ONE")  # type: ignore[no-untyped-call]

    def examined(self, server: RedisServer) -> Examined:
        anchors = self.place.placed(CLUSTER)
        return examine(self.ledger(server).entries(CLUSTER), anchors=anchors, asked=True)

    def kinds(self, server: RedisServer) -> list[str]:
        return [e.facts["kind"] for e in self.ledger(server).entries(CLUSTER)]


@pytest.fixture
def pair(redis_program: Path, tmp_path: Path) -> Iterator[Pair]:
    with ExitStack() as stack:
        primary = on_a_port(redis_program, tmp_path / "0", "--repl-diskless-sync-delay", "0")
        replica = on_a_port(
            redis_program,
            tmp_path / "1",
            "--replicaof",
            "127.0.0.1",
            str(primary.port),
        )
        for server in (primary, replica):
            stack.callback(server.stop)
            server.start()
        until(lambda: _link(replica.client()) == "up")
        yield Pair(primary, replica)


def _link(client: Redis) -> Any:
    return client.info("replication").get("master_link_status")


def _received(pair: Pair) -> bool:
    offset = pair.primary.client().info("replication")["master_repl_offset"]
    return bool(pair.replica.client().info("replication")["slave_repl_offset"] >= offset)


def test_a_promotion_that_lost_the_end_is_one_gap(pair: Pair) -> None:
    """Redis proves it, whether the trail went on before anybody looked or not; verify calls it a gap."""
    pair.says(pair.primary, "a", "b")
    pair.looks(pair.primary)
    until(lambda: _received(pair))
    pair.cut_off()
    pair.says(pair.primary, "c", "d")
    pair.looks(pair.primary)
    pair.promote()
    assert pair.kinds(pair.replica) == ["alarm", "alarm"]
    pair.says(pair.replica, "x", "y", "z")
    for _ in range(3):
        assert pair.looks(pair.replica).failing == {}
    assert pair.kinds(pair.replica) == [*["alarm"] * 5, "trail-gap"]
    found = pair.examined(pair.replica)
    assert (found.sound, [one.sign for one in found.findings]) == (True, ["gap"])
    assert "failed over" in found.findings[0].text


def test_a_promotion_that_lost_nothing_is_nothing(pair: Pair) -> None:
    """A failover alone is no reason for an entry."""
    pair.says(pair.primary, "a", "b")
    pair.looks(pair.primary)
    until(lambda: _received(pair))
    pair.promote()
    assert pair.looks(pair.replica).failing == {}
    assert pair.kinds(pair.replica) == ["alarm", "alarm"]
    assert pair.examined(pair.replica).sound


def test_what_the_replica_had_was_taken_away(pair: Pair) -> None:
    """Somebody cuts the end off and then has the replica promoted: its history reaches further than
    the entry that is gone, so there is no gap."""
    pair.says(pair.primary, "a", "b", "c")
    pair.looks(pair.primary)
    _take_away(pair.primary.client(), 3)
    until(lambda: _received(pair))
    pair.promote()
    assert "audit verify" in pair.looks(pair.replica).failing[CLUSTER]
    assert "trail-gap" not in pair.kinds(pair.replica)
    assert pair.examined(pair.replica).findings[0].sign == "ends-early"


def test_a_promotion_can_be_staged_and_proves_nothing(own: RedisServer) -> None:
    """One server alone, told to follow somebody and then to lead again: its second history ends
    behind the entry that was taken away."""
    pair = Pair(own, own)
    pair.says(own, "a", "b")
    pair.looks(own)
    client = own.client()
    _take_away(client, 2)
    client.execute_command("REPLICAOF", "127.0.0.1", "9")  # type: ignore[no-untyped-call]
    client.execute_command("REPLICAOF", "NO", "ONE")  # type: ignore[no-untyped-call]
    assert "audit verify" in pair.looks(own).failing[CLUSTER]
    assert pair.kinds(own) == ["alarm"]


def test_a_restart_loses_nothing(own: RedisServer) -> None:
    """Killed and started again, with `appendfsync always`: another run, the same trail, no entry."""
    pair = Pair(own, own)
    pair.says(own, "a", "b")
    pair.looks(own)
    own.stop()
    own.start()
    assert pair.looks(own).failing == {}
    assert pair.kinds(own) == ["alarm", "alarm"]
    assert pair.examined(own).sound


def test_an_old_copy_is_called_one(own: RedisServer) -> None:
    """Redis started from yesterday's files: no gap is made of it, and verify says what is missing."""
    pair = Pair(own, own)
    pair.says(own, "a", "b")
    copy = _files(own.folder)
    pair.says(own, "c", "d")
    pair.looks(own)
    own.stop()
    _restore(own.folder, copy)
    own.start()
    assert pair.kinds(own) == ["alarm", "alarm"]
    assert "audit verify" in pair.looks(own).failing[CLUSTER]
    found = pair.examined(own)
    assert (found.findings[0].sign, found.bad) == ("ends-early", (3, 4))
    assert "trail-gap" not in pair.kinds(own)


def test_a_made_up_gap_is_called_a_lie(own: RedisServer) -> None:
    """Somebody with Redis alone cuts the end off and writes a perfect gap entry through our own script:
    the note in etcd is missing."""
    pair = Pair(own, own)
    pair.says(own, "a", "b")
    pair.looks(own)
    lost = pair.place.placed(CLUSTER)[-1]
    _take_away(own.client(), 2)
    evidence = {"after": 1, "anchored": 2, "lost": [list(lost.mark)], "reason": "Redis failed over"}
    lie = Draft(id="lie", kind=Kind.GAP, evidence=evidence)
    pair.ledger(own).append(CLUSTER, [lie])
    pair.looks(own)
    found = pair.examined(own)
    assert {one.sign for one in found.findings} == {"gap-unproven", "recomputed"}
    assert not found.sound


def _take_away(client: Any, seq: int) -> None:
    """Delete the newest entry and wind the head back, as somebody does who knows the keys."""
    trail, before = f"pgbaton:trail:{CLUSTER}", f"{seq - 1}-0"
    [(_, kept)] = client.xrange(trail, before, before)
    client.xdel(trail, f"{seq}-0")
    client.execute_command("XSETID", trail, before)
    known = {name: kept[name.encode()] for name in ("seq", "hash", "at")}
    client.hset(f"pgbaton:head:{CLUSTER}", mapping=known)


def _files(folder: Path) -> dict[Path, bytes]:
    return {p: p.read_bytes() for p in (folder / "appendonlydir").iterdir()}


def _restore(folder: Path, files: dict[Path, bytes]) -> None:
    for path in (folder / "appendonlydir").iterdir():
        path.unlink()
    for path, content in files.items():
        path.write_bytes(content)
