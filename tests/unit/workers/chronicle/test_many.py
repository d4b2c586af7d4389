"""Many open incidents end in a digest, not in an hour of backlog; many clusters at rest cost nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from jobs.audit import Entry
from jobs.slack.digest import Digest
from jobs.slack.layout import GREEN, RED, Block
from jobs.slack.limits import mistakes
from jobs.slack.progress import Progress
from jobs.slack.reading import read
from tests.fakes.ledger import FakeLedger
from tests.unit.workers.chronicle.crowd import Crowd
from workers.chronicle.books import Books, Item
from workers.chronicle.digests import DigestBook
from workers.chronicle.poster import Poster

TWELVE = [f"c{n}" for n in range(1, 13)]


def roots(crowd: Crowd) -> list[str]:
    return [one.key.partition("@")[0] for one in crowd.slack.roots]


def digest(crowd: Crowd) -> str:
    [one] = [o for o in crowd.slack.roots if o.key.startswith("digest-")]
    return "\n".join(read(one.message))


def test_twelve_at_once_are_five_threads_and_a_digest() -> None:
    """The oldest have their own; the digest names the seven others, and is red while one is open."""
    crowd = Crowd(TWELVE)
    for cluster in TWELVE:
        crowd.opens(cluster)
        crowd.clock.pass_by(0.01)
    crowd.run(15)
    assert sorted(roots(crowd)) == ["c1-1", "c2-1", "c3-1", "c4-1", "c5-1", "digest-c6-1"]
    said = digest(crowd)
    assert "[red]\n7 further incidents: 7 open, 0 concluded" in said
    assert all(f"c{n}: pg1 led until now" in said for n in range(6, 13))
    assert not [m for one in crowd.slack.said for m in mistakes(one.message, key=one.key)]


def test_the_digest_is_edited_until_all_of_it_is_over() -> None:
    """Outcomes stand in it; threads that end give their place to whoever is still open."""
    crowd = Crowd(TWELVE)
    for cluster in TWELVE:
        crowd.opens(cluster)
        crowd.clock.pass_by(0.01)
    crowd.run(15)
    for cluster in TWELVE[5:10]:
        crowd.ends(cluster)
    crowd.run(10)
    assert "7 further incidents: 2 open, 5 concluded" in digest(crowd)
    for cluster in TWELVE[:5]:
        crowd.ends(cluster)
    crowd.run(40)
    assert roots(crowd)[-2:] == ["c11-1", "c12-1"]
    for cluster in TWELVE[10:]:
        crowd.ends(cluster)
    crowd.run(40)
    [one] = [o for o in crowd.slack.roots if o.key.startswith("digest-")]
    assert one.message.colour == GREEN
    assert {o.message.colour for o in crowd.slack.roots} == {GREEN}
    keys = [o.key for o in crowd.slack.said]
    assert len(keys) == len(set(keys))


def test_what_piled_up_while_slack_was_away_is_no_backlog() -> None:
    """Twelve came and went: open ones first, then as many as there are threads, the others as a line."""
    crowd = Crowd(TWELVE)
    crowd.slack.break_down()
    for cluster in TWELVE:
        crowd.opens(cluster)
        crowd.run(5)
        if cluster != "c9":
            crowd.ends(cluster)
        crowd.run(5)
    crowd.slack.recover()
    crowd.run(150)
    assert sorted(roots(crowd)) == [f"c{n}-1" for n in (1, 2, 3, 4, 5, 9)] + ["digest-c6-1"]
    assert "6 further incidents: 0 open, 6 concluded" in digest(crowd)
    assert len(crowd.slack.said) < 25


def test_a_digest_outlives_its_process() -> None:
    """Another process edits the same message."""
    crowd = Crowd(TWELVE)
    for cluster in TWELVE:
        crowd.opens(cluster)
        crowd.clock.pass_by(0.01)
    crowd.run(15)
    crowd.poster = crowd.fresh()
    for cluster in TWELVE[5:]:
        crowd.ends(cluster)
    crowd.run(30)
    assert "7 further incidents: 0 open, 7 concluded" in digest(crowd)
    assert len(roots(crowd)) == 6


def test_roots_go_before_replies() -> None:
    """Whoever waits for a first message does not wait for another incident's details."""
    crowd = Crowd(TWELVE[:4])
    for cluster in TWELVE[:4]:
        crowd.opens(cluster)
        crowd.ends(cluster)
    crowd.run(30)
    threads = [one.thread is None for one in crowd.slack.said]
    assert threads == [True] * 4 + [False] * 8


def test_a_hundred_open_incidents_fit_a_message() -> None:
    """However long their reasons are."""
    names = [f"cluster-with-a-rather-long-name-{n}" for n in range(100)]
    crowd = Crowd(names)
    for cluster in names:
        crowd.opens(cluster)
    crowd.run(10)
    [one] = [o for o in crowd.slack.roots if o.key.startswith("digest-")]
    assert one.message.colour == RED
    assert " more · each of them" in "\n".join(read(one.message))
    assert not mistakes(one.message, key=one.key)


@dataclass(slots=True)
class Shut(FakeLedger):
    """A ledger of which no entry may be read."""

    def entries(self, cluster: str, *, after: int = 0, upto: int | None = None) -> Iterator[Entry]:
        raise AssertionError(cluster)


def test_a_thousand_clusters_at_rest_are_one_question() -> None:
    """Their heads are asked for at once, and no entry is read again."""
    names = [f"c{n}" for n in range(1000)]
    crowd = Crowd(names)
    crowd.ledger = Shut(clock=crowd.clock)
    crowd.poster = crowd.fresh()
    crowd.run(5)
    assert set(crowd.ledger.effects) == {"lease", "remember"}
    assert crowd.slack.calls == {}


def test_a_digest_is_drawn_anew_only_where_an_incident_moved() -> None:
    """It may stay open for long after a storm, and is looked at twice a second."""
    crowd = Crowd(TWELVE)
    for cluster in TWELVE:
        crowd.opens(cluster)
    books = crowd.poster.books
    crowd.run(1)
    told = tuple((cluster, f"{cluster}-1") for cluster in TWELVE)
    book = DigestBook(memory=crowd.ledger, name="digest", most=5)
    book.digest = Digest(key="digest-c1-1", opened=0.0, told=told)
    book.progress = {book.digest.key: Progress()}
    [first], [again] = list(book.items(books)), list(book.items(books))
    assert again.thread is first.thread
    crowd.ends("c3")
    crowd.run(1)
    [moved] = book.items(books)
    assert "11 open, 1 concluded" in moved.thread.root.text
    book.digest = Digest(key="digest-c1-1", opened=0.0, told=told[:3])
    [fewer] = book.items(books)
    assert "2 open, 1 concluded" in fewer.thread.root.text


class Looked(tuple[Block, ...]):
    """Blocks that note how often they were looked at."""

    __slots__ = ()
    times = 0

    def __iter__(self) -> Iterator[Block]:
        Looked.times += 1
        return super().__iter__()


@dataclass(slots=True, kw_only=True)
class Still(Books):
    """Books of which nothing but one thread is known."""

    item: Item

    def items(self) -> Iterator[Item]:
        yield self.item


def test_what_was_told_is_not_looked_at_again() -> None:
    """After a storm hundreds of incidents stay for minutes; a thread that changes is told all the same."""
    crowd = Crowd(["c1"])
    crowd.opens("c1")
    crowd.ends("c1")
    crowd.run(10)
    [told] = [i for i in crowd.poster.books.items() if i.thread.incident == "c1-1"]
    root = replace(told.thread.root, blocks=Looked(told.thread.root.blocks))
    books = Still(
        ledger=crowd.ledger, clock=crowd.clock, holder="one", name="slack:C0", clusters=["c1"],
        item=Item(thread=replace(told.thread, root=root), book=told.book),
    )  # fmt: skip
    poster = Poster(books=books, messenger=crowd.slack)
    poster.tick()
    before = Looked.times
    for _ in range(5):
        poster.tick()
    assert 0 < before == Looked.times
    said = len(crowd.slack.roots)
    other = replace(told.thread.root, text="another word")
    books.item = Item(thread=replace(told.thread, root=other), book=told.book)
    crowd.clock.pass_by(5)
    poster.tick()
    assert [one.message.text for one in crowd.slack.roots] == ["another word"] * said
