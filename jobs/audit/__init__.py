"""The audit trail: what is not an entry did not happen, and what is one can be checked."""

from jobs.audit.chain import Verified, verify
from jobs.audit.entry import GENESIS, NOT_OURS, Draft, Entry, Head, Kind, Span, canonical, link
from jobs.audit.line import from_line, to_line

__all__ = [
    "GENESIS",
    "NOT_OURS",
    "Draft",
    "Entry",
    "Head",
    "Kind",
    "Span",
    "Verified",
    "canonical",
    "from_line",
    "link",
    "to_line",
    "verify",
]
