"""A worker that remembers a host's files swaps without a look before, and is never wrong for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from jobs.audit import Kind
from jobs.inventory import Host
from jobs.lastread import LastReads
from jobs.remote import (
    FileFault,
    FileState,
    HostFailure,
    ReadReply,
    ReadRequest,
    SwapReply,
    SwapRequest,
)
from tests.fakes.hosts import FakeHosts
from tests.world import ENV, INVENTORY, World, make_world

HARDENED = INVENTORY.replace("[hosts.web2]", 'mode = "hardened"\n[hosts.web2]')


@dataclass(slots=True)
class Asked(FakeHosts):
    """Counts how often each host was read."""

    reads: Counter[str] = field(default_factory=Counter)

    def read(self, host: Host, request: ReadRequest, *, timeout: float) -> ReadReply | HostFailure:
        self.reads[host.address] += 1
        return super(Asked, self).read(host, request, timeout=timeout)


def remembering(text: str = INVENTORY) -> tuple[World, Asked]:
    """A settled world whose worker remembers, with nothing counted yet."""
    world, hosts = make_world(text), Asked()
    hosts.hosts = world.hosts.hosts
    world.hosts, world.reads = hosts, LastReads()
    world.settle()
    hosts.reads.clear()
    return world, hosts


def move(world: World, member: str) -> None:
    world.fail_over(member)
    world.settle()


def test_the_next_failovers_ask_no_host() -> None:
    """Again and again: what the worker did itself it need not read."""
    world, hosts = remembering()
    for number, member in enumerate(("pg2", "pg3", "pg2", "pg1"), start=1):
        move(world, member)
        assert {world.env(h) for h in ("web1", "web2")} == {
            f"APP=shop\nDB_HOST=10.0.0.{member[-1]}\nDB_PORT=5432\n"
        }
        assert world.restarts("web1") == number
    assert not hosts.reads


def test_what_another_worker_did_is_known_too() -> None:
    """It moved the hosts meanwhile; what it made of the files follows from the leader."""
    world, hosts = remembering()
    mine, world.reads = world.reads, LastReads()
    move(world, "pg2")
    hosts.reads.clear()
    world.reads = mine
    move(world, "pg3")
    assert "DB_HOST=10.0.0.3\n" in world.env("web1")
    assert not hosts.reads


def test_a_file_that_was_edited_by_hand_is_read() -> None:
    """The host compares; the edit stays, and one restart is enough."""
    world, hosts = remembering()
    file = world.hosts.at("10.0.1.1")
    file.files[ENV] = file.files[ENV].replace(b"APP=shop", b"APP=other")
    move(world, "pg2")
    assert world.env("web1") == "APP=other\nDB_HOST=10.0.0.2\nDB_PORT=5432\n"
    assert world.restarts("web1") == 1
    assert hosts.reads == {"10.0.1.1": 1}
    move(world, "pg3")
    assert hosts.reads == {"10.0.1.1": 1}


def test_a_hardened_host_is_always_read() -> None:
    """It shows no whole file, so nothing follows from what it showed."""
    world, hosts = remembering(HARDENED)
    move(world, "pg2")
    assert hosts.reads == {"10.0.1.1": 1}


def test_a_host_that_does_not_hold_the_last_leadership_is_read() -> None:
    """It was away when the others moved: nobody knows what became of it."""
    world, hosts = remembering()
    away = HostFailure(kind="unreachable", reason="no route", remedy="start it")
    world.hosts.at("10.0.1.1").down = away
    move(world, "pg2")
    world.hosts.at("10.0.1.1").down = None
    hosts.reads.clear()
    world.live_on(seconds=120)
    assert "DB_HOST=10.0.0.2\n" in world.env("web1")
    move(world, "pg3")
    assert "DB_HOST=10.0.0.3\n" in world.env("web1")


def test_the_entry_says_when_the_swap_went_out() -> None:
    """In seconds from the host's begin, and never after its end."""
    world, _ = remembering()
    move(world, "pg2")
    ends = [e.facts for e in world.ledger.entries("shop") if e.facts["kind"] == Kind.HOST]
    assert all(0 <= e["evidence"]["sent"] <= e["seconds"] for e in ends)


@dataclass(slots=True)
class Overtaken(Asked):
    """Another leader is elected right before the first swap's last look."""

    act: Callable[[], object] | None = None

    def swap(
        self,
        host: Host,
        request: SwapRequest,
        *,
        timeout: float,
        confirm: Callable[[], bool] | None = None,
    ) -> SwapReply | HostFailure:
        act, self.act = self.act, None
        if act is not None:
            act()
        return super(Overtaken, self).swap(host, request, timeout=timeout, confirm=confirm)


def test_a_leader_that_changes_right_before_the_swap_gets_none() -> None:
    """The last look counts, memory or not: nothing is sent, and the newer leader has both hosts."""
    world, asked = remembering()
    hosts = Overtaken(hosts=asked.hosts, act=lambda: world.fail_over("pg3"))
    world.hosts = hosts
    move(world, "pg2")
    assert all("DB_HOST=10.0.0.3\n" in world.env(h) for h in ("web1", "web2"))
    [first, *_] = world.told(Kind.SUPERSEDED)
    assert first["sent"] is None
    assert [world.restarts(h) for h in ("web1", "web2")] == [1, 1]


def read(*contents: bytes) -> ReadReply:
    files = tuple(FileState(path=f"/{n}", sha256="", content=c) for n, c in enumerate(contents))
    return ReadReply(fence=None, journal=None, files=files)


def test_the_oldest_is_forgotten_when_memory_is_full() -> None:
    """By the bytes of the files; one that is too large for it all is not kept."""
    reads = LastReads(most=10)
    for name, size in (("web1", 4), ("web2", 4), ("web1", 5), ("web3", 4)):
        reads.keep("shop", name, read(b"x" * size))
    assert [reads.recall("shop", f"web{n}") is not None for n in (1, 2, 3)] == [True, False, True]
    reads.keep("shop", "web1", read(b"x" * 11))
    assert [reads.recall("shop", f"web{n}") for n in (1, 2, 3)] == [None, None, None]


@pytest.mark.parametrize("before", [False, True])
def test_a_file_that_cannot_be_read_is_not_remembered(*, before: bool) -> None:
    """Nor is what was known of it before."""
    reads, fault = LastReads(), FileFault(path="/0", reason="is gone", remedy="create it")
    if before:
        reads.keep("shop", "web1", read(b"x"))
    reads.keep("shop", "web1", replace(read(b"x"), files=(fault,)))
    assert reads.recall("shop", "web1") is None
