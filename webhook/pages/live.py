"""The stream that a live page holds open: it only says that something is new; the page fetches what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import Flask, Response, abort, g, request

from webhook.pages.desk import Desk
from webhook.pages.pulse import Pulse, View

BEAT, BETWEEN = 5.0, 0.1
"""Seconds between two signs of life, and between the two halves of one."""

LONGEST = 600.0
"""Seconds after which a stream ends; the browser opens another."""

AGAIN = 2_000
"""Milliseconds after which a browser opens its stream again."""


def add_live(app: Flask, desk: Desk) -> None:
    """/live?cluster=…, once for each cluster that the page shows; none for all of them."""
    ports = desk.ports
    pulse = Pulse(
        trail=ports.ledger, most=ports.viewers, every=ports.every, monotonic=ports.monotonic
    )
    app.extensions["pulse"] = pulse
    app.add_url_rule("/live", "live", lambda: _live(desk, pulse))


def _live(desk: Desk, pulse: Pulse) -> Response:
    asked = request.args.get("cluster")
    clusters = tuple(desk.inventory.clusters) if asked is None else (asked,)
    if asked is not None and not asked.isprintable():
        abort(404)
    if not pulse.enter(clusters):
        answer = Response("All live places are taken.\n", status=503, mimetype="text/plain")
        answer.headers["Retry-After"] = "10"
        return answer
    ends = _end(desk)
    answer = Response(
        _Stream(_events(desk, pulse, clusters, ends=ends), pulse, clusters),
        mimetype="text/event-stream",
    )
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def _end(desk: Desk) -> float:
    """When the stream ends, monotonic: before the session does."""
    left: float = min(LONGEST, max(0.0, g.until - desk.ports.now()))
    return desk.ports.monotonic() + left


class _Stream:
    """Gives the place back exactly once, even where the answer was never begun: a generator that was
    not started runs no `finally`."""

    def __init__(self, events: Iterator[str], pulse: Pulse, clusters: Sequence[str]) -> None:
        self._events, self._pulse, self._clusters = events, pulse, clusters
        self._open = True

    def __iter__(self) -> Iterator[str]:
        return self._events

    def close(self) -> None:
        if self._open:
            self._open = False
            self._pulse.leave(self._clusters)


def _events(desk: Desk, pulse: Pulse, clusters: Sequence[str], *, ends: float) -> Iterator[str]:
    seen: View | None = None
    yield f"retry: {AGAIN}\n\n"
    while desk.ports.monotonic() < ends:
        now = pulse.wait(clusters, seen, seconds=BEAT)
        if now == seen or (seen is None and not now):
            yield from _beat(pulse, clusters, now)
        elif now:
            yield f"event: heads\ndata: {'.'.join(map(str, now))}\n\n"
        else:
            yield "event: blind\ndata: Redis cannot be asked\n\n"
        seen = now


def _beat(pulse: Pulse, clusters: Sequence[str], seen: View) -> Iterator[str]:
    """A comment, in two halves: where the viewer is gone, the first one is answered with a reset, and
    only the next write fails for it and gives the place back."""
    yield ":"
    pulse.wait(clusters, seen, seconds=BETWEEN)
    yield " beat\n\n"
