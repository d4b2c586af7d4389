"""The facts of one incident that are worth reading at three in the morning, each in a reply of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from jobs.audit import Kind
from jobs.inventory import parse_target
from jobs.slack.failures import Failure, failures, is_left
from jobs.slack.layout import lasted, named, offset, said, section, word
from jobs.slack.message import Message
from jobs.slack.root import anchored, because, everybody, times_line, took
from jobs.slack.tale import Mark, Tale
from jobs.story import Fact, Story, TargetStory
from jobs.taken_in import LATE

STANDS = 5.0
"""Seconds after which a verdict other than confirmed is told: most pass by themselves."""

MOST = 60
"""Replies in one thread, besides acknowledgements and the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One fact. `key` is the same whenever the thread is made anew; `due` (seconds since 1970) is when
    it may be told, and orders the thread; `loud` where somebody should look."""

    key: str
    due: float
    message: Message
    loud: bool = False


def replies(tale: Tale, *, now: float) -> list[Reply]:
    """Everything that is due by now, in order. What later entries follow is due whatever the clock says."""
    newest = tale.marks[-1].fact.at if tale.marks else now
    due = [one for one in _all(tale) if one.due <= max(now, newest)]
    due.sort(key=lambda one: (one.due, int(one.key.rpartition(":")[2])))
    kept = [one for n, one in enumerate(due) if n < MOST or one.key.startswith(("ack:", "end:"))]
    return kept if len(kept) == len(due) else _shortened(kept)


def pending(tale: Tale, *, now: float) -> bool:
    """True where something becomes due by the mere passing of time."""
    return any(one.due > now for one in _all(tale))


def _all(tale: Tale) -> Iterator[Reply]:
    speak = _Speak(tale.story)
    yield from _verdicts(tale, speak)
    for failure in failures(tale.marks):
        yield speak.of_failure(failure)
    for mark in tale.marks:
        teller = SINGLE.get(mark.fact.kind)
        if teller is not None and not is_left(mark.fact):
            yield teller(speak, mark)


def _shortened(kept: list[Reply]) -> list[Reply]:
    text = "There is more to tell than a thread can hold: the page has every fact."
    last = kept[MOST - 1]
    more = Reply(key="more", due=last.due, message=Message(text=text, blocks=(section([text]),)))
    return [*kept[:MOST], more, *kept[MOST:]]


def _verdicts(tale: Tale, speak: _Speak) -> Iterator[Reply]:
    """Each newly proven leader at once; anything else once it has stood for a while, and is no repetition."""
    marks = [m.fact for m in tale.marks if m.fact.kind in {Kind.VERDICT, Kind.CONCLUDED}]
    told, led = "", tale.story.before
    for fact, later in zip(marks, (*marks[1:], None), strict=False):
        verdict = str(fact.evidence.get("verdict"))
        fresh = f"{verdict} {fact.evidence.get('fence')}"
        if fact.kind != Kind.VERDICT or fresh == told or verdict == "standby":
            continue
        if verdict == "confirmed":
            yield speak.of_proof(fact, again=fact.evidence["member"] == led)
            led = fact.evidence["member"]
        elif later is None or later.at - fact.at >= STANDS:
            yield speak.of_doubt(fact)
        else:
            continue
        told = fresh


@dataclass(frozen=True, slots=True)
class _Speak:
    """Says facts with their distance from the incident's first sign."""

    story: Story

    def of_proof(self, fact: Fact, *, again: bool) -> Reply:
        member, fence = word(fact.evidence["member"]), fact.evidence["fence"]
        under = f"epoch {fence['epoch']}, PostgreSQL timeline {fence['pg_timeline']}"
        notes = [f"Note: {said(note)}" for note in fact.evidence.get("notes", ())][:3]
        led = "is proven to lead again" if again else "is proven to lead"
        return self._reply(fact, "proof", f"*{member} {led}* ({under}).", *notes)

    def of_doubt(self, fact: Fact) -> Reply:
        verdict, reason = fact.evidence["verdict"], said(fact.evidence["reason"])
        text = f"*{DOUBTS.get(verdict, word(verdict))}*: {reason}. Nothing is moved meanwhile."
        return self._reply(fact, "verdict", text, due=fact.at + STANDS)

    def of_failure(self, failure: Failure) -> Reply:
        who = named(failure.targets)
        verb = "does" if len(failure.targets) == 1 else "do"
        lines = [f"*{who} {verb} not follow yet* ({word(failure.way)}): {said(failure.reason)}"]
        if failure.remedy:
            lines.append(f"What to do: {said(failure.remedy)}")
        return self._say(f"fail:{failure.seq}", failure.at, lines, due=failure.due, loud=True)

    def of_alarm(self, mark: Mark) -> Reply:
        evidence = mark.fact.evidence
        lines = [f"*{said(evidence['reason'])}*"]
        if evidence.get("remedy"):
            lines.append(f"What to do: {said(evidence['remedy'])}")
        return self._reply(mark.fact, "alarm", *lines, loud=True)

    def of_takeover(self, mark: Mark) -> Reply:
        fact = mark.fact
        who = named([parse_target(t).told for t in fact.evidence["hosts"]])
        silent = f" after {lasted(fact.seconds)} of silence" if fact.seconds is not None else ""
        return self._reply(
            fact, "taken", f"Another worker takes over from a dead one{silent}: {who}."
        )

    def of_isolation(self, mark: Mark) -> Reply:
        evidence = mark.fact.evidence
        member, leader = word(evidence["member"]), word(evidence["leader"])
        if evidence["outcome"] == "asked":
            text = f"*Isolating {member}*, which accepts writes while {leader} leads."
            return self._reply(mark.fact, "isolating", text)
        did = said("; ".join(map(str, evidence.get("did", ()))))
        return self._reply(mark.fact, "isolated", f"*{member} is isolated*: {did}.")

    def of_pause(self, mark: Mark) -> Reply:
        by, why = word(mark.fact.evidence["by"]), said(mark.fact.evidence["why"])
        until = mark.fact.evidence.get("until")
        ends = f" Until {word(until)}." if until else ""
        return self._reply(mark.fact, "paused", f"*Paused by {by}*: {why}.{ends}")

    def of_resume(self, mark: Mark) -> Reply:
        return self._reply(mark.fact, "resumed", f"*Resumed by {word(mark.fact.evidence['by'])}*.")

    def of_release(self, mark: Mark) -> Reply:
        by = mark.fact.evidence.get("by")
        who = f"Released by {word(by)}" if by else "No longer held"
        return self._reply(mark.fact, "released", f"*{who}*: {said(mark.fact.evidence['reason'])}.")

    def of_inline(self, mark: Mark) -> Reply:
        """What was done by hand, told when the trail knew of it."""
        fact, evidence = mark.fact, mark.fact.evidence
        lines = [f"*By hand*: {said(evidence['text'])} ({said(evidence['source'])})."]
        if fact.recorded - fact.at >= LATE:
            lines.append("Redis was away: its journal was taken in later, the page has each step.")
        return self._reply(fact, "inline", *lines, due=fact.recorded)

    def of_ack(self, mark: Mark) -> Reply:
        by, note = word(mark.fact.evidence["by"]), said(mark.fact.evidence["note"])
        return self._reply(mark.fact, "ack", f":eyes: *Acknowledged by {by}*: {note}")

    def of_lifted(self, mark: Mark) -> Reply:
        evidence = mark.fact.evidence
        who = f"*{word(evidence['by'])} lifted the fence of {word(evidence['host'])}*"
        return self._reply(
            mark.fact, "lifted", f"{who} ({said(evidence['how'])}): {said(evidence['why'])}"
        )

    def of_end(self, mark: Mark) -> Reply:
        lines = [
            f"*Concluded after {lasted(took(self.story))}*: {_outcome(self.story, mark.fact)}."
        ]
        if self.story.cause is not None:
            lines.append(because(self.story.cause))
        lines += _hard_ones(self.story.targets)
        lines += [times_line(self.story), anchored(mark.fact.seq, mark.hash).capitalize()]
        return self._reply(mark.fact, "end", *lines)

    def _reply(
        self, fact: Fact, sort: str, *lines: str, due: float | None = None, loud: bool = False
    ) -> Reply:
        return self._say(f"{sort}:{fact.seq}", fact.at, lines, due=due, loud=loud)

    def _say(
        self, key: str, at: float, lines: Sequence[str], *, due: float | None = None, loud: bool
    ) -> Reply:
        first, *rest = lines
        stamped = f"`{offset(at - self.story.times.detected)}` {first}"
        message = Message(text=first, blocks=(section([stamped, *rest]),))
        return Reply(key=key, due=at if due is None else due, message=message, loud=loud)


def _outcome(story: Story, fact: Fact) -> str:
    if fact.evidence.get("verdict") == "standby":
        return "the whole cluster follows another one"
    if not story.targets:
        return f"{word(story.member)} leads, and nothing had to be moved"
    return f"{everybody(story)} {word(story.member)}"


def _hard_ones(targets: Sequence[TargetStory]) -> Iterator[str]:
    """Who needed more than one try."""
    hard = [f"{one.told} ({one.attempts} tries)" for one in targets if one.failures]
    if hard:
        yield f"Not at once: {named(hard)}."


DOUBTS = {
    "not-yet": "Nobody is proven to lead yet",
    "contradicted": "The leader key and its holder contradict each other",
    "unknown": "Nobody can tell who leads",
}

SINGLE: Mapping[Kind, Callable[[_Speak, Mark], Reply]] = {
    Kind.ALARM: _Speak.of_alarm,
    Kind.ISOLATION: _Speak.of_isolation,
    Kind.TAKEN_OVER: _Speak.of_takeover,
    Kind.PAUSED: _Speak.of_pause,
    Kind.RESUMED: _Speak.of_resume,
    Kind.RELEASED: _Speak.of_release,
    Kind.ACKNOWLEDGED: _Speak.of_ack,
    Kind.JOURNAL: _Speak.of_inline,
    Kind.FENCE_LIFTED: _Speak.of_lifted,
    Kind.CONCLUDED: _Speak.of_end,
}
