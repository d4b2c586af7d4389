"""The head that Redis notes, held against the trail that was read around it."""

import pytest

from jobs.audit import GENESIS, Head
from jobs.audit.head import moved

NONE = Head()
TEN, ELEVEN, TWELVE = (Head(seq=n, hash=str(n), at=n) for n in (10, 11, 12))


@pytest.mark.parametrize(
    ("before", "newest", "after"),
    [
        (TWELVE, TWELVE, TWELVE),
        (TEN, ELEVEN, ELEVEN),
        (TEN, TEN, TWELVE),
        (TEN, ELEVEN, TWELVE),
        (NONE, Head(hash=GENESIS), NONE),
    ],
)
def test_what_was_appended_meanwhile_is_nothing(before: Head, newest: Head, after: Head) -> None:
    """Entries are read while others are written."""
    assert moved(before, newest, after) is None


@pytest.mark.parametrize(
    ("before", "newest", "after", "said"),
    [
        (TEN, TWELVE, TEN, "notes entry 10"),
        (NONE, TWELVE, NONE, "notes no entry"),
        (TWELVE, TEN, TWELVE, "notes entry 12"),
        (TWELVE, TWELVE, Head(seq=12, hash="x", at=12), "notes another hash"),
    ],
)
def test_a_head_that_is_not_the_newest_is_said(
    before: Head, newest: Head, after: Head, said: str
) -> None:
    """Set back, gone, ahead of what stands there, or of another hash."""
    found = moved(before, newest, after)
    assert found is not None
    assert said in found.text
    assert (found.bad, found.first) == (True, newest.seq + 1)
