"""A page that people wrote, with places that the bench fills: a marker too few or too many is told before anything is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The lines of a family's markers, counted from 0; what lies between them is the bench's."""

    family: str
    begins: int
    ends: int


def begin(family: str) -> str:
    """The line that begins a family's place."""
    return f"<!-- {family}: made by ./dev bench {family} --doc -->"


def end(family: str) -> str:
    """The line that ends it."""
    return f"<!-- end of {family} -->"


def mistakes(page: str, families: Sequence[str]) -> list[str]:
    """All that keeps these families from being written there, each with what to do."""
    lines = _lines(page)
    wrong = [one for family in families for one in _wrong(lines, family)]
    return wrong or list(_crossed([_place(lines, family) for family in families]))


def filled(page: str, texts: Mapping[str, str]) -> str:
    """The page with each family's text in its place; there are no `mistakes` with these families."""
    for family, text in texts.items():
        lines = _lines(page)
        place = _place(lines, family)
        between = ["", *text.split("\n"), ""]
        page = "\n".join([*lines[: place.begins + 1], *between, *lines[place.ends :]])
    return page


def empty(page: str, family: str) -> bool:
    """True where nothing stands in its place yet."""
    lines = _lines(page)
    place = _place(lines, family)
    return not "".join(lines[place.begins + 1 : place.ends]).strip()


def _lines(page: str) -> list[str]:
    return page.split("\n")


def _at(lines: Sequence[str], marker: str) -> list[int]:
    return [number for number, line in enumerate(lines) if line.strip() == marker]


def _place(lines: Sequence[str], family: str) -> Place:
    (begins,), (ends,) = _at(lines, begin(family)), _at(lines, end(family))
    return Place(family=family, begins=begins, ends=ends)


def _wrong(lines: Sequence[str], family: str) -> Iterator[str]:
    found = {marker: _at(lines, marker) for marker in (begin(family), end(family))}
    if not any(found.values()):
        yield f"there is no place for {family}: write these two lines where its numbers belong: {' and '.join(found)}"
        return
    for marker, at in found.items():
        if not at:
            yield f"one of the two markers of {family} is missing: write the line {marker}"
        elif len(at) > 1:
            yield f"{marker} stands in lines {_told(at)}: leave one of them"
    begins, ends = found.values()
    if len(begins) == len(ends) == 1 and ends < begins:
        yield f"the place of {family} ends before it begins, in lines {_told([*ends, *begins])}: put them in order"


def _told(at: Sequence[int]) -> str:
    return " and ".join(str(number + 1) for number in at)


def _crossed(places: Sequence[Place]) -> Iterator[str]:
    for one in places:
        for other in places:
            if one.begins < other.begins < one.ends:
                yield (
                    f"the place of {other.family} begins within that of {one.family}, in line "
                    f"{other.begins + 1}: end the one before the other begins"
                )
