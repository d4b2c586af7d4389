"""The protocol between worker and host, lines of words; a text counts only with its last line, `end`."""

from jobs.wire.replies import BadReplyError, decode_read, decode_swap, torn
from jobs.wire.requests import Request, encode, verb_of
from jobs.wire.words import VERSION, quote, unquote

__all__ = [
    "VERSION",
    "BadReplyError",
    "Request",
    "decode_read",
    "decode_swap",
    "encode",
    "quote",
    "torn",
    "unquote",
    "verb_of",
]
