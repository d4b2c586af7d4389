"""A place for anchors, in memory and in a real etcd: what was noted once stands as it was noted."""

from dataclasses import replace

import pytest

from jobs.anchor import Anchor, Server
from jobs.ports import Anchors, DcsUnavailable
from tests.contract.etcd.pens import SECONDS
from tests.fakes.anchors import FakeAnchors
from workers.etcd import Gateway
from workers.etcd.anchors import EtcdAnchors

REDIS = Server(run="a" * 40, replid="b" * 40, offset=12, replid2="c" * 40, second=7)


def head(seq: int, letter: str = "a", **more: object) -> Anchor:
    plain = Anchor(cluster="shop", kind="head", seq=seq, hash=letter * 64, at=seq, redis=REDIS)
    return replace(plain, **more)  # type: ignore[arg-type]


@pytest.fixture(params=["fake", "etcd"])
def place(request: pytest.FixtureRequest, namespace: str) -> Anchors:
    if request.param == "fake":
        return FakeAnchors()
    gateway: Gateway = request.getfixturevalue("gateway")
    return EtcdAnchors(gateway, prefix=f"/{namespace}/", place="etcd main", timeout=SECONDS)


def bare(place: Anchors, cluster: str = "shop") -> list[Anchor]:
    return [replace(one, place="") for one in place.placed(cluster)]


def test_what_is_noted_comes_back(place: Anchors) -> None:
    """Every kind with all its fields, lowest number first, and where each stands."""
    notes = [
        head(2),
        Anchor(cluster="shop", kind="checkpoint", seq=10, hash="d" * 64, at=5, export="e" * 64),
        head(100, redis=None),
        Anchor(
            cluster="shop",
            kind="gap",
            seq=100,
            hash="f" * 64,
            at=9,
            redis=REDIS,
            lost=((101, "1" * 64), (102, "2" * 64)),
            why="é",
        ),
    ]
    for one in reversed(notes):
        place.place(one)
    assert sorted(bare(place), key=lambda a: (a.seq, a.kind)) == sorted(
        notes, key=lambda a: (a.seq, a.kind)
    )
    assert [a.seq for a in place.placed("shop")] == [2, 10, 100, 100]
    assert all(one.place for one in place.placed("shop"))


def test_no_note_takes_anothers_place(place: Anchors) -> None:
    """The same note again changes nothing, not even its instant; another hash stands beside it."""
    place.place(head(3))
    place.place(head(3, at=99))
    place.place(head(3, "b"))
    assert sorted((a.hash[0], a.at) for a in place.placed("shop")) == [("a", 3), ("b", 3)]


def test_old_ones_go_with_a_new_one(place: Anchors) -> None:
    """In one step; and nothing goes where the note stood already."""
    place.place(head(1))
    place.place(head(2))
    place.place(head(2), instead=[head(1)])
    assert [a.seq for a in bare(place)] == [1, 2]
    place.place(head(3), instead=[head(1), head(77)])
    assert [a.seq for a in bare(place)] == [2, 3]


def test_clusters_do_not_see_each_other(place: Anchors) -> None:
    """Not even where one's name begins with the other's."""
    place.place(head(1))
    place.place(head(2, cluster="shop2"))
    place.place(head(3, cluster="shop-"))
    assert [a.seq for a in place.placed("shop")] == [1]
    assert [a.seq for a in place.placed("nobody")] == []


@pytest.mark.parametrize("value", [b"", b"[]", b"{}", b"\xff", b'{"kind":"head"}', b"null"])
def test_a_key_that_is_none_of_ours_is_named(
    gateway: Gateway, namespace: str, value: bytes
) -> None:
    """Somebody wrote into the prefix: which key, and how to look at it."""
    gateway.put(f"/{namespace}/anchors/shop/0-x".encode(), value, timeout=SECONDS)
    place = EtcdAnchors(gateway, prefix=f"/{namespace}/", timeout=SECONDS)
    with pytest.raises(DcsUnavailable, match="etcdctl get"):
        place.placed("shop")


def test_etcd_out_of_reach_is_said() -> None:
    """Nobody listens: both ways raise within their time."""
    place = EtcdAnchors(Gateway(["http://127.0.0.1:9"]), prefix="/pgbaton/", timeout=1)
    with pytest.raises(DcsUnavailable):
        place.placed("shop")
    with pytest.raises(DcsUnavailable):
        place.place(head(1))
