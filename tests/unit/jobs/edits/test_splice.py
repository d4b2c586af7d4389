import pytest

from jobs.edits.splice import Splice, apply, difference, in_bytes


def splice(offset: int, length: int, replacement: bytes = b"x") -> Splice:
    return Splice(offset=offset, length=length, replacement=replacement)


def test_splices_replace_insert_and_remove() -> None:
    """A replacement may be longer, shorter or nothing, and offsets count the original's bytes."""
    assert apply(b"abcdef", [splice(0, 1, b"AA"), splice(2, 2, b""), splice(6, 0)]) == b"AAbefx"


@pytest.mark.parametrize(
    "splices",
    [
        [splice(2, 1), splice(0, 1)],
        [splice(0, 2), splice(1, 1)],
        [splice(1, 0), splice(1, 1)],
        [splice(3, 1)],
        [splice(-1, 1)],
        [splice(2, -1)],
    ],
    ids=["unsorted", "overlapping", "same offset", "behind the end", "before it", "negative"],
)
def test_doubtful_splices_are_refused(splices: list[Splice]) -> None:
    """What could be applied in two ways, or outside the file, is applied in none."""
    with pytest.raises(ValueError, match="must be sorted"):
        apply(b"abc", splices)


def test_a_password_between_two_changes_does_not_travel() -> None:
    """Host and port change in one value, and what stands between them is in no splice."""
    old = "host=10.0.0.1 password=abcdefg port=5432"
    parts = list(
        difference(old, start=0, end=len(old), new="host=10.0.0.2 password=abcdefg port=6")
    )
    assert parts == [(12, 13, "2"), (36, 40, "6")]


def test_offsets_are_bytes_after_a_mark() -> None:
    """Characters of several bytes and a byte order mark before them are counted as bytes."""
    text = "é=ü"
    (only,) = in_bytes(text, list(difference(text, start=2, end=3, new="öö")), base=3)
    assert (only.offset, only.length, only.replacement) == (6, 2, "öö".encode())


def test_touching_parts_become_one() -> None:
    """No two splices share an offset, so the order of their replacements is never in doubt."""
    assert in_bytes("ab", [(2, 2, "c"), (1, 2, "B")], base=0) == (splice(1, 1, b"Bc"),)
