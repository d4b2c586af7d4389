"""Entries and records as a script is told of them: JSON's own types, and nothing that needs explaining there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jobs.audit import Draft
from jobs.state import HostRecord, dump


def plain_drafts(drafts: Sequence[Draft]) -> list[dict[str, str]]:
    """Each entry's id and body, and its incident's where it belongs to one."""
    return [_draft(one) for one in drafts]


def _draft(one: Draft) -> dict[str, str]:
    plain = {"id": one.id, "body": one.body()}
    return plain if one.incident is None else {**plain, "incident": one.incident}


def plain_records(records: Mapping[str, HostRecord]) -> list[dict[str, object]]:
    """Each target's record, with what decides between two of them."""
    return [
        {"host": host, "epoch": record.epoch, "attempt": record.attempt, "text": dump(record)}
        for host, record in records.items()
    ]
