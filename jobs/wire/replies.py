"""What a host answers, from bytes to values; anything else is a BadReplyError."""

from __future__ import annotations

import binascii
import hashlib
from base64 import b64decode
from collections.abc import Iterator

from jobs.fence import Fence, parse_fence
from jobs.remote import FileFault, FileState, Journal, Outcome, Phase, ReadReply, SwapReply
from jobs.wire.words import VERSION, sha, unquote


class BadReplyError(ValueError):
    """What came back is not this protocol, or was cut off."""


def decode_read(data: bytes) -> ReadReply:
    """The answer to a read; BadReplyError where it is none."""
    lines = _Lines(data, verb="read")
    fence, journal = None, None
    files: list[FileState | FileFault] = []
    for name, rest in lines:
        match name:
            case "fence":
                fence = _parsed_fence(rest)
            case "journal":
                journal = _journal(rest)
            case "file":
                files.append(_file_state(rest))
            case "fault":
                files.append(
                    FileFault(
                        path=unquote(rest), reason=lines.next("reason"), remedy=lines.next("remedy")
                    )
                )
            case _:
                raise BadReplyError(f"unknown line {name!r}")
    return ReadReply(fence=fence, journal=journal, files=tuple(files))


def decode_swap(data: bytes, *, verb: str = "swap") -> SwapReply:
    """The answer to a swap or a lift; BadReplyError where it is none."""
    fields: dict[str, str] = {}
    restarted, seconds = [], []
    for name, rest in _Lines(data, verb=verb):
        match name:
            case "restarted":
                restarted.append(unquote(rest))
            case "seconds":
                stage, _, value = rest.partition(" ")
                seconds.append((stage, _number(value)))
            case "outcome" | "fence" | "phase" | "reason" | "remedy":
                fields[name] = rest
            case _:
                raise BadReplyError(f"unknown line {name!r}")
    return SwapReply(
        outcome=_outcome(fields.get("outcome", "")),
        fence=_parsed_fence(fields.get("fence", "-")),
        phase=_phase(fields["phase"]) if fields.get("phase", "-") != "-" else None,
        reason=fields.get("reason", ""),
        remedy=fields.get("remedy", ""),
        restarted=tuple(restarted),
        seconds=tuple(seconds),
    )


class _Lines:
    """The lines between greeting and `end`, as (first word, the rest). What a login shell's start
    files printed before the greeting is passed over."""

    def __init__(self, data: bytes, *, verb: str) -> None:
        lines = data.decode("utf-8", "surrogateescape").removesuffix("\n").split("\n")
        if f"{VERSION} {verb}" not in lines:
            raise BadReplyError(f"the answer has no line {VERSION!r} {verb!r}")
        if lines[-1] != "end":
            raise BadReplyError("the answer was cut off")
        self._rest = iter(lines[lines.index(f"{VERSION} {verb}") + 1 : -1])

    def __iter__(self) -> Iterator[tuple[str, str]]:
        for line in self._rest:
            name, _, rest = line.partition(" ")
            yield name, rest

    def next(self, name: str) -> str:
        """The rest of the next line, which must begin with `name`."""
        found, _, rest = next(self._rest, "").partition(" ")
        if found != name:
            raise BadReplyError(f"expected a line {name!r}")
        return rest


def _file_state(rest: str) -> FileState:
    path, digest, content = (*rest.split(" "), "", "")[:3]
    try:
        raw = b64decode(content, validate=True)
        return FileState(path=unquote(path), sha256=sha(digest), content=raw)
    except (ValueError, binascii.Error) as error:
        raise BadReplyError(f"a file's line is broken: {path}") from error


def torn(state: FileState) -> bool:
    """True where content and checksum are not of the same bytes: somebody wrote meanwhile.
    Only for plain mode; in hardened mode the content is blanked."""
    return hashlib.sha256(state.content).hexdigest() != state.sha256


def _journal(rest: str) -> Journal | None:
    if rest == "-":
        return None
    phase, _, fence = rest.partition(" ")
    held = _parsed_fence(fence)
    if held is None:
        raise BadReplyError("a journal without a fence")
    return Journal(phase=_phase(phase), fence=held)


def _parsed_fence(text: str) -> Fence | None:
    if text == "-":
        return None
    fence = parse_fence(text)
    if fence is None:
        raise BadReplyError(f"{text!r} is no fence")
    return fence


def _phase(text: str) -> Phase:
    try:
        return Phase(text)
    except ValueError as error:
        raise BadReplyError(f"{text!r} is no phase") from error


def _outcome(text: str) -> Outcome:
    try:
        return Outcome(text)
    except ValueError as error:
        raise BadReplyError(f"{text!r} is no outcome") from error


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise BadReplyError(f"{text!r} is no number") from error
