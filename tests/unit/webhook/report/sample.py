"""The sample in docs/: `python -m tests.unit.webhook.report.sample` writes it anew from a recorded drill."""

from __future__ import annotations

from pathlib import Path

from jobs.audit import Head
from tests.unit.jobs.story.drills import drill, story_of
from webhook.report import Context, markdown

DRILL = "kill-leader-machine-4"
PLACE = Path(__file__).resolve().parents[4] / "docs" / "post-mortem.md"


def sample() -> str:
    """The post-mortem that pgbaton writes a minute after that drill's incident."""
    story, entries = story_of(DRILL), drill(DRILL).entries
    newest = entries[-1]
    head = Head(seq=newest.seq, hash=newest.hash, at=newest.at)
    now = (story.times.concluded or story.times.opened) + 60
    return markdown(story, Context(now=now, entries=entries, head=head))


if __name__ == "__main__":
    PLACE.write_text(sample(), encoding="utf-8")
