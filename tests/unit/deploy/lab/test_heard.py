"""What the intake's bench counts and demands, without a server."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest

from deploy.lab.bench.heard import shown
from deploy.lab.bench.heard.counted import queue_faults, trail_faults
from deploy.lab.bench.heard.post import Post, Posted
from deploy.lab.bench.heard.volley import Volley, status_of
from deploy.lab.bench.heard.ways import FLOOD, Shot, Way, demand_answers, flood_pace
from deploy.lab.machine import LabError
from jobs.audit import GENESIS, Entry, Kind, canonical, link
from jobs.inventory import Inventory, load_inventory
from jobs.names import CONCLUDE, RESPOND
from jobs.signatures import Message, VerifyKeys, public_key, verify

ANSWER = b"HTTP/1.1 202 ACCEPTED\r\nServer: x\r\nContent-Length: 4\r\nDate: y\r\n\r\nabcd"
CLUSTERS = ["c0", "c1", "c2", "c3"]


def test_an_answer_counts_once_it_is_whole() -> None:
    """However the bytes arrive, and however the length's name is spelled."""
    assert [status_of(ANSWER[:n]) for n in range(len(ANSWER))] == [None] * len(ANSWER)
    assert status_of(ANSWER) == 202
    assert status_of(ANSWER.replace(b"Content-Length", b"content-length")) == 202


def _parted(one: Posted) -> tuple[dict[str, str], bytes]:
    head, _, body = one.request.partition(b"\r\n\r\n")
    first, *fields = head.decode().split("\r\n")
    assert first == "POST /events HTTP/1.1"
    return dict(field.split(": ", 1) for field in fields), body


def test_events_are_distinct_and_signed_and_their_clusters_take_turns() -> None:
    """Four events, two of each cluster; whoever comes next speaks of clusters that nobody told of yet."""
    post = Post(clusters=CLUSTERS)
    posted = post.events(4, each=2, now=1_800_000_000.9)
    assert [one.cluster for one in posted] == ["c0", "c1", "c0", "c1"]
    assert {one.cluster for one in post.events(2, each=1, now=1.0)} == {"c2", "c3"}
    assert len({one.id for one in posted}) == 4
    keys = VerifyKeys(public=(public_key(post.own.public),))
    for one in posted:
        fields, body = _parted(one)
        assert int(fields["Content-Length"]) == len(body)
        assert json.loads(body)["id"] == fields["webhook-id"] == one.id
        assert json.loads(body)["subject"] == one.cluster
        message = Message(id=one.id, timestamp="1800000000", body=body)
        assert verify(message, fields["webhook-signature"], keys)


def test_a_forged_event_is_signed_by_nobody_known() -> None:
    """It is well-formed in all else."""
    post = Post(clusters=CLUSTERS)
    [forged] = post.forged(1, now=1.0)
    fields, body = _parted(Posted("c0", "x", forged))
    message = Message(id=fields["webhook-id"], timestamp="1", body=body)
    signature = fields["webhook-signature"]
    assert not verify(message, signature, VerifyKeys(public=(public_key(post.own.public),)))
    assert verify(message, signature, VerifyKeys(public=(public_key(post.stranger.public),)))


def test_the_inventory_lets_the_sender_speak_of_all_of_them() -> None:
    """And without a limit that would be met."""
    post = Post(clusters=CLUSTERS)
    loaded = load_inventory(post.inventory(redis=7))
    assert isinstance(loaded, Inventory), loaded
    assert loaded.redis.url == "redis://127.0.0.1:7/0"
    assert list(loaded.senders["db1"].clusters) == CLUSTERS
    assert loaded.senders["db1"].per_minute > 1_000_000


def _trail(*ids: str) -> Sequence[Entry]:
    entries, prev = list[Entry](), GENESIS
    for seq, id_ in enumerate(ids, start=1):
        body = canonical({"kind": Kind.EVENT, "evidence": {"id": id_}})
        hash_ = link(prev=prev, seq=seq, at=seq, body=body)
        entries.append(Entry(seq=seq, at=seq, body=body, prev=prev, hash=hash_))
        prev = hash_
    return entries


@pytest.mark.parametrize(
    "kept", [("a",), ("a", "b", "b"), ("a", "c"), ()], ids=["lost", "twice", "another", "nothing"]
)
def test_an_event_that_is_not_there_once_is_told(kept: tuple[str, ...]) -> None:
    """Lost, doubled, or somebody else's."""
    [fault] = trail_faults({"c": ["a", "b"]}, {"c": _trail(*kept)})
    assert fault.startswith("c's trail has")


def test_a_broken_chain_is_told() -> None:
    """All events are there, and one entry was changed."""
    first, second = _trail("a", "b")
    assert not list(trail_faults({"c": ["a", "b"]}, {"c": [first, second]}))
    [fault] = trail_faults({"c": ["a", "b"]}, {"c": [first, replace(second, at=9)]})
    assert "breaks at entry" in fault


@pytest.mark.parametrize(
    "jobs", [[], [(RESPOND, "c")] * 2, [(CONCLUDE, "c")]], ids=["none", "two", "another job"]
)
def test_a_cluster_without_one_respond_is_told(jobs: Sequence[tuple[str, str]]) -> None:
    """One is what its events asked for, however many there were."""
    assert len(list(queue_faults(["c"], jobs))) == 1
    assert not list(queue_faults(["c"], [(RESPOND, "c"), (RESPOND, "d")]))


def test_an_answer_that_was_not_wanted_ends_the_bench() -> None:
    """What is refused in haste would be the fastest."""
    demand_answers(Way.USUAL, Counter({202: 3}))
    demand_answers(Way.REFUSED, Counter({401: 3}))
    for way, answers in (
        (Way.USUAL, {202: 3, 503: 1}),
        (Way.REFUSED, {202: 3}),
        (Way.BARE, {404: 1}),
    ):
        with pytest.raises(LabError, match=str(way)):
            demand_answers(way, answers)


def test_a_flood_that_was_none_ends_the_bench() -> None:
    """Without a pace, believed, or not answered."""
    whole = {"offered": 2 * FLOOD, "seconds": 2.0, "answers": {"401": FLOOD}}
    assert flood_pace(whole) == FLOOD / 2
    odds: Sequence[Mapping[str, object]] = (
        {"answers": {}},
        {"offered": FLOOD},
        {"answers": {"401": FLOOD, "202": 1}},
        {"answers": {"401": FLOOD, "none": 3}},
    )
    for odd in odds:
        with pytest.raises(LabError, match="flood"):
            flood_pace({**whole, **odd})


def _shots(rate: Callable[[Way], float]) -> Sequence[Shot]:
    return [
        Shot(
            way=way,
            volley=Volley(seconds=3 / rate(way), waits=(0.001, 0.002, 0.004), answers=Counter()),
            web=0.0005,
            redis=0.0003,
            forged=FLOOD,
        )
        for way in Way
        for _ in range(3)
    ]


def test_rates_are_held_against_the_bare_view_and_the_quiet_hour() -> None:
    """Each row by its own limit, whichever way round."""
    rates = {Way.BARE: 1000.0, Way.USUAL: 400.0, Way.FIRST: 299.0, Way.FLOODED: 200.0}
    rows = {row.name: row for row in shown.rows(_shots(lambda way: rates.get(way, 1.0)))}
    assert {name: row.held for name, row in rows.items()} == {
        "intake-rate": True,
        "intake-rate-first": False,
        "intake-flooded": True,
    }
    assert rows["intake-flooded"].beside == pytest.approx(400.0)


def test_every_wait_is_kept() -> None:
    """The p99 of requests counts, not that of whole volleys."""
    groups = shown.groups(_shots(lambda _: 100.0))
    waits = groups[1].series
    assert {len(one.values) for one in waits} == {9}
    assert {one.unit for one in waits} == {"ms"}
    assert waits[0].median == pytest.approx(2.0)


def test_what_bounds_it_is_told() -> None:
    """By the processor's time of each process, and with the flood that there was."""
    pace, bounds = shown.notes(_shots(lambda _: 100.0))
    assert f"{FLOOD} times a second" in pace
    assert "2000 events a second" in bounds
    assert "one Redis 3333" in bounds
