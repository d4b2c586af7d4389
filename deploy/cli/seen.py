"""What an examination found, told to people and to scripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from jobs.audit import Head
from jobs.audit.examine import Examined, examine
from jobs.audit.finding import Finding
from jobs.audit.head import moved

if TYPE_CHECKING:
    from deploy.cli.export import Chain
    from deploy.cli.noted import Asked
    from jobs.anchor import Anchor
    from jobs.sentences import Tone

MOST = 10
"""Findings that are told; a ruined trail has one an entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One trail's examination, and who was asked. `more` is what only where it stands can show: a line
    that is no entry, a head that was moved; `files` what became of the exports that were read along; `head` the newest hash as it was given by hand."""

    found: Examined
    asked: Asked
    more: tuple[Finding, ...] = ()
    files: tuple[str, ...] = ()
    head: str | None = None

    @classmethod
    def of(
        cls, chain: Chain, asked: Asked, more: Sequence[Anchor] = (), *, head: str | None = None
    ) -> Self:
        """Walk a chain once. An anchor by hand also vouches for the entry before a part of a trail."""
        before, first = chain.head and chain.head(), chain.first()
        start = next(
            (a.mark for a in more if first and a.mark == (first.seq - 1, first.prev)), None
        )
        found = examine(
            chain.entries,
            anchors=[*asked.anchors, *more],
            asked=asked.complete,
            start=start,
            head=head,
        )
        files = tuple(part.joins(found.exports) for part in chain.parts)
        besides = tuple(_besides(chain, before, found))
        return cls(found=found, asked=asked, more=besides, files=files, head=head)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of them, those that speak against the trail first."""
        return tuple(
            sorted((*self.found.findings, *self.more), key=lambda one: (not one.bad, one.first))
        )

    @property
    def sound(self) -> bool:
        """True where nothing speaks against the trail."""
        return not any(one.bad for one in self.findings)

    def told(self, name: str) -> Iterator[tuple[Tone, str]]:
        """As lines: the findings, what can still be trusted, and what was not asked."""
        bad = [one for one in self.findings if one.bad]
        if bad:
            yield from self._accused(name, bad)
        else:
            yield "good", f"{name}: {self._row()}, every one follows the one before"
            yield "quiet", f"head {self.found.walk.head}"
        for one in self.findings:
            if not one.bad:
                yield ("plain" if one.doubtful or one.sign == "accepted" else "good"), one.text
        yield from (("plain", text) for text in self.files)
        yield from self._vouched(good=not bad)

    def _row(self) -> str:
        count, first, last = self.found.count, self.found.first, self.found.last
        return f"{count} entries" if first == 1 else f"{count} entries ({first} to {last})"

    def _accused(self, name: str, bad: Sequence[Finding]) -> Iterator[tuple[Tone, str]]:
        worst = bad[0]
        yield "bad", f"{name}: BROKEN: {worst.text}"
        if worst.sign == "head-moved":
            yield "bad", "no entry is bad: it is Redis' note of the newest one"
        else:
            yield "bad", f"the first bad entry {_place(worst)}"
        yield "plain", self._trusted()
        for one in bad[1:MOST]:
            yield "bad", f"also: {one.text}"
        if len(bad) > MOST:
            yield "bad", f"and {len(bad) - MOST} more"
        for remedy in dict.fromkeys(one.remedy for one in bad):
            yield "plain", remedy

    def _trusted(self) -> str:
        proven = self.found.proven
        if proven:
            ranges = ", ".join(f"{a} to {b}" if a < b else f"{a}" for a, b in proven)
            return f"proven by anchors, and as they were written: entries {ranges}; nothing else is"
        walk, row = self.found.walk, self.found.first
        if not walk.entries or any(one.bad and one.first < row for one in self.findings):
            return "nothing in it is proven"
        last = row + walk.entries - 1
        if last == row:
            return f"entry {row} stands at the beginning (hash {walk.head}); no anchor proves it"
        return f"entries {row} to {last} follow each other from the beginning (head {walk.head}); no anchor proves them"

    def _vouched(self, *, good: bool) -> Iterator[tuple[Tone, str]]:
        newest, asked = self.found.agreeing, self.asked
        if newest is not None and good:
            later = self.found.last - newest.seq
            more = f"; {later} newer ones have none yet" if later else ""
            yield "good", f"anchors prove entries up to {newest.seq} ({newest.place}){more}"
        if asked.reason:
            yield "plain", f"anchors not asked: {asked.reason}"
        if self.head and good:
            yield "good", "the head is the one that was given, so all of it is as it was then"
        elif newest is None and good:
            yield "plain", "no anchor proves it: a chain made anew from the middle on would fit too"

    def to_json(self) -> dict[str, Any]:
        """The same for scripts."""
        found, newest = self.found, self.found.agreeing
        worst = next((one for one in self.findings if one.bad), None)
        return {
            "sound": self.sound,
            "entries": found.count,
            "first": found.first,
            "last": found.last,
            "head": found.walk.head,
            "bad": None if worst is None else [worst.first, worst.last],
            "reason": "" if worst is None else worst.text,
            "proven": [list(one) for one in found.proven],
            "anchors": {
                "asked": self.asked.complete,
                "reason": self.asked.reason,
                "held": found.anchors,
                "agreeing": None if newest is None else asdict(newest),
            },
            "findings": [_plain(one) for one in self.findings],
            "files": list(self.files),
        }


def _besides(chain: Chain, before: Head | None, found: Examined) -> Iterator[Finding]:
    if chain.broken:
        place = found.last + 1
        yield Finding(sign="no-entry", first=place, last=place, text=chain.broken[0])
    if before is not None and chain.head is not None and (found.newest[0] or not found.count):
        newest = Head(seq=found.newest[0], hash=found.newest[1])
        strayed = moved(before, newest, chain.head())
        if strayed is not None:
            yield strayed


def _place(finding: Finding) -> str:
    if finding.first == finding.last:
        return f"is {finding.first}"
    return f"lies in {finding.first} to {finding.last}"


def _plain(finding: Finding) -> Mapping[str, object]:
    return {**asdict(finding), "bad": finding.bad, "remedy": finding.remedy}
