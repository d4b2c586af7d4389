"""Slack in memory: without it, a test of what is told would need a server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from jobs.ports import Barred, Later, Lost, Posted, Told, Unfit
from jobs.slack.message import Message
from tests.fakes.hosts import WorkerDied

GONE = Lost(kind="message-not-found", reason="message_not_found")
CLOSED = Lost(kind="edit-window-closed", reason="edit_window_closed")


@dataclass(slots=True, kw_only=True)
class Said:
    """A message as it stands: `contents` are all it ever held, the newest last."""

    ts: str
    key: str
    thread: str | None
    contents: list[Message]

    @property
    def message(self) -> Message:
        return self.contents[-1]

    @property
    def edited(self) -> bool:
        return len(self.contents) > 1


@dataclass(slots=True)
class FakeMessenger:
    """A `Messenger` one can look at and hurt. `said` is what stands, in order; `calls` counts what was
    asked by verb. `now` gives the seconds that a `ts` begins with.

    While `answer` is set, every call gets it and nothing happens. `upcoming` are such answers for the
    next calls, one each. `lose_answers(n)`: the next n messages are kept, but their answer is lost.
    `die_after(k)`: the process dies right after the k-th post or edit from now on.
    """

    now: Callable[[], float] = lambda: 1_700_000_000.0
    said: list[Said] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=dict)
    answer: Later | Barred | None = None
    upcoming: list[Later | Lost | Barred | Unfit] = field(default_factory=list)
    window_closed: bool = False
    _lose: int = 0
    _left: int | None = None
    _last: float = 0.0

    def post(
        self, message: Message, *, key: str, thread: str | None = None
    ) -> Posted | Later | Lost | Barred | Unfit:
        if (refusal := self._refusal("post")) is not None:
            return refusal
        if thread is not None and self.find(thread) is None:
            return GONE
        one = Said(ts=self._ts(), key=key, thread=thread, contents=[message])
        self.said.append(one)
        return self._answered(one)

    def edit(
        self, ts: str, message: Message, *, key: str
    ) -> Posted | Later | Lost | Barred | Unfit:
        if (refusal := self._refusal("edit")) is not None:
            return refusal
        one = self.find(ts)
        if one is None:
            return GONE
        if self.window_closed:
            return CLOSED
        one.contents.append(message)
        one.key = key
        return self._answered(one)

    def written(
        self, *, thread: str | None = None, since: float = 0
    ) -> Mapping[str, str] | Later | Lost | Barred:
        refusal = self._refusal("written")
        if refusal is not None and not isinstance(refusal, Unfit):
            return refusal
        if thread is not None and not self.thread(thread):
            return GONE
        found = (
            self.thread(thread)
            if thread is not None
            else [one for one in self.said if one.thread is None and float(one.ts) >= since]
        )
        return {one.key: one.ts for one in reversed(found)}

    def find(self, ts: str) -> Said | None:
        """The message of this name."""
        return next((one for one in self.said if one.ts == ts), None)

    def thread(self, ts: str) -> list[Said]:
        """A root and its replies, in order."""
        return [one for one in self.said if ts in {one.ts, one.thread}]

    @property
    def roots(self) -> list[Said]:
        return [one for one in self.said if one.thread is None]

    @property
    def texts(self) -> list[str]:
        """What notifications said, in order, as it stands now."""
        return [one.message.text for one in self.said]

    def break_down(self, seconds: float = 1.0) -> None:
        """From now on nothing answers."""
        self.answer = Later(seconds=seconds, reason="slack.com cannot be reached")

    def limit(self, seconds: float, *, times: int = 1) -> None:
        """The next calls are told to come back later."""
        answer = Later(seconds=seconds, reason="slack.com answers 429: too many messages")
        self.upcoming += [answer] * times

    def bar(self, reason: str = "token_revoked", remedy: str = "make a new token") -> None:
        """From now on a person must mend something."""
        self.answer = Barred(reason=reason, remedy=remedy)

    def recover(self) -> None:
        self.answer, self.window_closed, self._lose = None, False, 0
        self.upcoming.clear()

    def lose_answers(self, count: int = 1) -> None:
        self._lose = count

    def die_after(self, effects: int) -> None:
        self._left = effects

    def live(self) -> None:
        """A new process: nobody dies any more."""
        self._left = None

    def delete(self, ts: str) -> None:
        """A person deletes a message."""
        self.said = [one for one in self.said if one.ts != ts]

    def _refusal(self, verb: str) -> Later | Lost | Barred | Unfit | None:
        self.calls[verb] = self.calls.get(verb, 0) + 1
        if self.answer is not None:
            return self.answer
        return self.upcoming.pop(0) if self.upcoming else None

    def _answered(self, one: Said) -> Posted | Later:
        if self._left is not None:
            self._left -= 1
            if self._left == 0:
                raise WorkerDied
        if self._lose:
            self._lose -= 1
            return Later(seconds=1.0, reason="slack.com gives no answer", doubtful=True)
        return Posted(ts=one.ts)

    def _ts(self) -> str:
        self._last = max(self.now(), self._last + 0.0001)
        return f"{self._last:.6f}"


@dataclass(slots=True)
class FakeCrier:
    """A `Crier` one can look at; while `answer` is set, every call gets it and nothing is said."""

    said: list[Message] = field(default_factory=list)
    answer: Later | Barred | Unfit | None = None

    def post(self, message: Message) -> Told | Later | Barred | Unfit:
        if self.answer is not None:
            return self.answer
        self.said.append(message)
        return Told()
