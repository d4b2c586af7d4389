"""What every Messenger keeps, in memory and over HTTP against the double."""

import pytest

from jobs.ports import Barred, Later, Lost, Posted
from jobs.slack.message import Message
from tests.contract.slack.double import Double
from tests.contract.slack.rooms import FakeRoom, RealRoom, Room

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*shop*: pg1 → pg2"}}
CARD = Message(text="shop fails over", blocks=(SECTION,), colour="#d4a72c")
PLAIN = Message(text="shop is over", blocks=(SECTION,))


@pytest.fixture(params=["fake", "real"])
def room(request: pytest.FixtureRequest) -> Room:
    """An empty channel."""
    if request.param == "fake":
        return FakeRoom()
    double: Double = request.getfixturevalue("double")
    return RealRoom(double)


def _posted(room: Room, key: str, text: str = "", thread: str | None = None) -> str:
    found = room.messenger.post(Message(text=text or key), key=key, thread=thread)
    assert isinstance(found, Posted), found
    return found.ts


def test_a_message_stands_by_its_name(room: Room) -> None:
    """With a colour and without, each under a ts of its own that grows."""
    found = [room.messenger.post(CARD, key="a"), room.messenger.post(PLAIN, key="b")]
    assert all(isinstance(one, Posted) for one in found)
    first, second = (one.ts for one in found if isinstance(one, Posted))
    assert float(first) < float(second)
    assert room.texts == ["shop fails over", "shop is over"]


def test_a_reply_stands_in_its_thread(room: Room) -> None:
    """Not in the channel, and not in another thread."""
    one, two = _posted(room, "one"), _posted(room, "two")
    _posted(room, "1a", thread=one)
    _posted(room, "2a", thread=two)
    _posted(room, "1b", thread=one)
    assert room.thread(one) == ["one", "1a", "1b"]
    assert room.thread(two) == ["two", "2a"]


def test_an_edit_takes_the_messages_place(room: Room) -> None:
    """Same ts, other content, from coloured to plain and back."""
    ts = _posted(room, "a")
    for message in (CARD, PLAIN, Message(text="bare")):
        assert room.messenger.edit(ts, message, key="a") == Posted(ts=ts)
        assert room.texts == [message.text]


def test_what_was_written_is_found_by_its_key(room: Room) -> None:
    """Of a thread with its root; of the channel without replies, and since an instant only."""
    old, new = _posted(room, "old"), _posted(room, "new")
    reply = _posted(room, "reply", thread=old)
    room.messenger.edit(old, CARD, key="old")
    assert room.messenger.written() == {"old": old, "new": new}
    assert room.messenger.written(thread=old) == {"old": old, "reply": reply}
    assert room.messenger.written(thread=new) == {"new": new}
    assert room.messenger.written(since=float(new)) == {"new": new}


def test_of_two_with_one_key_the_older_counts(room: Room) -> None:
    """A doubled message is one, and it is always the same one."""
    first = _posted(room, "twice")
    _posted(room, "twice")
    assert room.messenger.written() == {"twice": first}


def test_nothing_is_written_in_an_empty_channel(room: Room) -> None:
    """No message is no failure."""
    assert room.messenger.written() == {}


def test_what_was_deleted_is_lost(room: Room) -> None:
    """To edit, to answer, and to read; and answering leaves no stray in the channel."""
    ts = _posted(room, "gone")
    room.delete(ts)
    for found in (
        room.messenger.edit(ts, CARD, key="gone"),
        room.messenger.post(CARD, key="reply", thread=ts),
        room.messenger.written(thread=ts),
    ):
        assert isinstance(found, Lost)
        assert found.kind == "message-not-found"
    assert room.texts == []


def test_a_closed_window_is_told(room: Room) -> None:
    """The message stands as it was, and its thread takes answers all the same."""
    ts = _posted(room, "a")
    room.close_window()
    found = room.messenger.edit(ts, CARD, key="a")
    assert isinstance(found, Lost)
    assert found.kind == "edit-window-closed"
    _posted(room, "b", thread=ts)
    assert room.thread(ts) == ["a", "b"]


@pytest.mark.parametrize("how", ["archive", "revoke"])
def test_what_a_person_must_mend_bars_all_writing(room: Room, how: str) -> None:
    """With what would mend it; afterwards it goes on."""
    ts = _posted(room, "a")
    getattr(room, how)()
    for found in (room.messenger.post(CARD, key="b"), room.messenger.edit(ts, CARD, key="a")):
        assert isinstance(found, Barred)
        assert found.remedy
    room.recover()
    _posted(room, "b")
    assert room.texts == ["a", "b"]


def test_an_outage_is_for_later_and_certain(room: Room) -> None:
    """Nobody listens: nothing was posted, edited or read, and it may be asked again."""
    ts = _posted(room, "a")
    room.break_down()
    for found in (
        room.messenger.post(CARD, key="b"),
        room.messenger.edit(ts, CARD, key="a"),
        room.messenger.written(),
    ):
        assert isinstance(found, Later)
        assert not found.doubtful
    room.recover()
    _posted(room, "b")
    assert room.texts == ["a", "b"]


def test_a_rate_limit_says_how_long(room: Room) -> None:
    """In seconds, and nothing was posted."""
    room.limit(600)
    found = room.messenger.post(CARD, key="a")
    assert isinstance(found, Later)
    assert (540 <= found.seconds <= 600, found.doubtful) == (True, False)
    assert room.texts == []


def test_a_lost_answer_is_doubtful_and_the_message_is_found(room: Room) -> None:
    """It stands; whoever reads back by key does not post it twice."""
    root = _posted(room, "root")
    room.lose_answer()
    found = room.messenger.post(CARD, key="a", thread=root)
    assert isinstance(found, Later)
    assert found.doubtful
    written = room.messenger.written(thread=root)
    assert isinstance(written, dict)
    assert sorted(written) == ["a", "root"]
    assert len(room.thread(root)) == 2
