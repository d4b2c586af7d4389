"""What stream and re-read tell, in any order and mixture, comes out once and in order."""

from hypothesis import given
from hypothesis import strategies as st

from jobs.claims import LeaderKey
from workers.etcd.register import Change, Reading, Register


def _leader(epoch: int | None) -> LeaderKey | None:
    return LeaderKey(member=f"pg{epoch}", epoch=epoch, lease=1) if epoch else None


def _reading(revision: int, epoch: int | None) -> Reading:
    return revision, _leader(epoch)


def _begun(*, at: int = 1) -> tuple[Register, list[Change]]:
    told: list[Change] = []
    register = Register(told.append)
    register.reset({"shop": _reading(at, None)})
    return register, told


HISTORY = st.lists(st.booleans(), min_size=1, max_size=12)
ORDER = st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=60)


@given(held=HISTORY, order=ORDER)
def test_every_source_in_any_order_tells_each_leadership_at_most_once(
    held: list[bool], order: list[tuple[int, bool]]
) -> None:
    """Whatever arrives late or twice, what is told has growing revisions and no repetition."""
    # At revision n + 2 the key is put (epoch n + 2) or gone.
    history = [_reading(n + 2, n + 2 if taken else None) for n, taken in enumerate(held)]
    register, told = _begun()
    for at, by_stream in order:
        reading = history[at % len(history)]
        if by_stream:
            register.streamed("shop", reading)
        else:
            register.reread({"shop": reading})
    revisions = [change.revision for change in told]
    assert revisions == sorted(set(revisions))
    epochs = [change.leader.epoch if change.leader else None for change in told]
    assert all(one != other for one, other in zip([None, *epochs], epochs, strict=False))


@given(held=HISTORY, order=ORDER)
def test_in_the_end_it_knows_the_newest_that_anyone_told(
    held: list[bool], order: list[tuple[int, bool]]
) -> None:
    """Order does not matter: the newest revision wins."""
    history = [_reading(n + 2, n + 2 if taken else None) for n, taken in enumerate(held)]
    register, _ = _begun()
    readings = [history[at % len(history)] for at, _ in order]
    for reading, (_, by_stream) in zip(readings, order, strict=True):
        if by_stream:
            register.streamed("shop", reading)
        else:
            register.reread({"shop": reading})
    assert register.leaders()["shop"] == max([_reading(1, None), *readings], key=lambda r: r[0])[1]


def test_the_stream_owes_what_a_read_told_first() -> None:
    """A stream that stays silent about it is dead; one that tells it later is only late."""
    register, _ = _begun()
    register.reread({"shop": _reading(5, 4)})
    assert register.owing()
    register.streamed("shop", _reading(4, 4))
    assert not register.owing()


def test_older_events_do_not_pay_the_debt() -> None:
    """What the stream told before the change proves nothing about now."""
    register, _ = _begun()
    register.streamed("shop", _reading(3, 3))
    register.reread({"shop": _reading(9, 8)})
    register.streamed("shop", _reading(3, 3))
    assert register.owing()


def test_a_new_stream_owes_nothing() -> None:
    """It begins after what was read, and cannot tell it."""
    register, _ = _begun()
    register.reread({"shop": _reading(5, 4)})
    register.forgive()
    assert not register.owing()


def test_what_stays_is_owed_by_nobody() -> None:
    """Reading the same again is no news, however etcd's revision grew meanwhile."""
    register, told = _begun()
    register.streamed("shop", _reading(4, 4))
    for revision in (5, 60, 700):
        register.reread({"shop": _reading(revision, 4)})
    assert not register.owing()
    assert len(told) == 1


def test_going_back_is_noticed_between_reads_only() -> None:
    """The stream may be ahead of a read that is under way; a read behind a read is a restore."""
    register, _ = _begun(at=5)
    register.streamed("shop", _reading(9, 9))
    assert not register.went_back({"shop": _reading(6, None)})
    register.reread({"shop": _reading(9, 9)})
    assert register.went_back({"shop": _reading(8, None)})


def test_a_read_behind_what_the_stream_had_told_before_it_is_a_restore() -> None:
    """etcd may be restored before the next read: what the stream told until then was newer. What it tells
    while a read is under way says nothing."""
    register, _ = _begun(at=5)
    asked = register.newest()
    register.streamed("shop", _reading(28, 28))
    assert (asked, register.newest()) == (5, 28)
    assert not register.went_back({"shop": _reading(13, None)}, newest=asked)
    assert register.went_back({"shop": _reading(13, None)}, newest=28)
    assert not register.went_back({"shop": _reading(28, 28)}, newest=28)
    register.reset({"shop": _reading(13, None)})
    assert register.newest() == 13


def test_after_a_reset_lower_revisions_are_news_again() -> None:
    """A restored etcd counts from where it was."""
    register, told = _begun(at=500)
    register.reset({"shop": _reading(3, None)})
    register.streamed("shop", _reading(4, 4))
    assert [change.revision for change in told] == [4]


def test_clusters_do_not_mix() -> None:
    """One cluster's revision says nothing about another's."""
    told: list[Change] = []
    register = Register(told.append)
    register.reset({"shop": _reading(1, None), "crm": _reading(1, None)})
    register.streamed("shop", _reading(9, 9))
    register.streamed("crm", _reading(4, 4))
    assert [change.cluster for change in told] == ["shop", "crm"]
