"""A recorded drill's thread as text, for docs/slack.md: `python -m tests.unit.jobs.slack.looks` renews it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from jobs.audit import Entry, Kind
from jobs.slack.layout import Site
from jobs.slack.reading import read
from jobs.slack.tale import Hearing
from jobs.slack.thread import Thread, thread_of
from tests.parts import ROOT
from tests.unit.jobs.story.drills import Drill, drill

PAGE = ROOT / "docs" / "slack.md"
BLOCK = re.compile(r"(<!-- looks -->\n)(.*?)(<!-- end of looks -->\n)", re.DOTALL)
DRILL = "stale-member-4"
SITE = Site(url="https://pgbaton.example.com")


def looks() -> str:
    """The section's text: the root while somebody should look, then the whole thread at its end."""
    one = drill(DRILL)
    alarm = next(e for e in one.entries if e.facts["kind"] == Kind.ALARM)
    meanwhile, afterwards = _thread(one, upto=alarm.seq), _thread(one, upto=one.entries[-1].seq)
    lines = [
        "While two members take writes, the first message says:",
        "",
        *_indented(read(meanwhile.root)),
        "",
        "Afterwards the thread reads:",
        "",
        *_indented(_whole(afterwards)),
    ]
    return "\n".join([*lines, ""])


def renewed(text: str) -> str:
    """The page with the section as it should be."""
    return BLOCK.sub(lambda found: f"{found[1]}{looks()}{found[3]}", text)


def _thread(one: Drill, *, upto: int) -> Thread:
    hearing = Hearing.of(one.incident)
    entries: Sequence[Entry] = [e for e in one.entries if e.seq <= upto]
    for entry in entries:
        hearing.take(entry)
    tale = hearing.told()
    assert tale is not None
    return thread_of(tale, SITE, now=entries[-1].at / 1e6)


def _whole(thread: Thread) -> Iterator[str]:
    yield from read(thread.root)
    for reply in thread.replies:
        first, *rest = read(reply.message)
        yield ""
        yield f"    ↳ {first}"
        yield from (f"      {line}" for line in rest)


def _indented(lines: Iterator[str] | Sequence[str]) -> Iterator[str]:
    return (f"    {line}".rstrip() for line in lines)


def main(page: Path = PAGE) -> None:
    page.write_text(renewed(page.read_text()))


if __name__ == "__main__":
    main()
