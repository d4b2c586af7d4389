"""What a worker asks of a host, as bytes."""

from __future__ import annotations

from collections.abc import Iterator

from jobs.remote import AppSwap, FileSwap, LiftRequest, ReadRequest, SwapRequest
from jobs.wire.words import VERSION, address_words, command_word, fence_word, quote, sha, word

Request = ReadRequest | SwapRequest | LiftRequest


def encode(request: Request, *, wait: float = 10, state: str | None = None) -> bytes:
    """A request as the script reads it. `wait`: seconds the host may wait for another swap's lock.
    `state`: where the host keeps its journals, obeyed in plain mode only.

    ValueError for what could not be read back (control characters in a path or a command).
    """
    lines = [
        VERSION,
        f"verb {verb_of(request)}",
        f"cluster {word(request.cluster)}",
        f"wait {wait:.1f}",
    ]
    if state is not None:
        lines.append(f"state {word(state)}")
    match request:
        case ReadRequest():
            lines += [f"file {word(path)}" for path in request.paths]
        case SwapRequest():
            lines += _swap_lines(request)
        case LiftRequest():
            lines += [f"fence {fence_word(request.expected)}"] if request.expected else []
    return "\n".join([*lines, "end", ""]).encode("ascii")


def verb_of(request: Request) -> str:
    """What the script is told to do."""
    match request:
        case ReadRequest():
            return "read"
        case SwapRequest():
            return "swap"
        case LiftRequest():
            return "lift"


def _swap_lines(request: SwapRequest) -> Iterator[str]:
    yield f"fence {fence_word(request.fence)}"
    for address in request.avoid:
        yield f"avoid {address_words(address)}"
    if request.force:
        yield "force"
    for app in request.apps:
        yield from _app_lines(app)


def _app_lines(app: AppSwap) -> Iterator[str]:
    limits = f"{app.after_timeout:.3f} {app.restart_timeout:.3f} {app.check_timeout:.3f}"
    yield f"app {word(app.key)} {limits} {address_words(app.leader)}"
    for file in app.files:
        yield from _file_lines(file)
    for command in app.after:
        yield f"after {command_word(command)}"
    for service in app.services:
        yield f"service {word(service.manager)}:{word(service.name)}"
    if app.check is not None:
        yield f"check {command_word(app.check)}"


def _file_lines(file: FileSwap) -> Iterator[str]:
    yield f"file {word(file.path)} {sha(file.before)} {sha(file.after) if file.after else '-'} {len(file.splices)}"
    for splice in file.splices:
        yield f"splice {splice.offset} {splice.length} {quote(splice.replacement)}"
