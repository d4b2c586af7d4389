"""What Redis notes as a trail's head, held against the trail: from a false one on, nothing would follow."""

from __future__ import annotations

from jobs.audit.entry import Head
from jobs.audit.finding import Finding


def moved(before: Head, newest: Head, after: Head) -> Finding | None:
    """Whether the head is not the newest entry. It was read `before` the entries and `after` them: what
    is appended meanwhile is none."""
    if before.seq <= newest.seq < after.seq or (newest.seq, newest.hash) == (after.seq, after.hash):
        return None
    noted = f"entry {after.seq}" if after.seq else "no entry"
    if after.seq == newest.seq:
        noted = "another hash"
    text = f"Redis notes {noted} as the head, but the trail ends with entry {newest.seq} ({newest.hash}):"
    text = f"{text} nothing could follow it"
    return Finding(sign="head-moved", first=newest.seq + 1, last=newest.seq + 1, text=text)
