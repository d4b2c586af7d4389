"""How far a thread has been posted, and what comes next: level, not edge, so that a crash leaves no gap and no double."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from jobs.slack.layout import section
from jobs.slack.message import Message
from jobs.slack.replies import Reply
from jobs.slack.thread import Thread, digest_of

GONE = "An earlier message about this was deleted; the replies below it are not repeated, the page has them."
FROZEN = "Slack no longer lets the first message be edited: how it stands is said here from now on."


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What is known to stand of what opened at `of` (seconds since 1970, 0 before that is known). `root` is the first message's name, the `number`-th that was tried;
    `keys` the replies; `shown` which content the root has. `doubt` is the key of a post that may
    stand although nobody heard so: it is looked for before anything else is posted. `digest` names
    the digest that tells this incident instead. `frozen`: no edits any more, `said` the colour told
    since; `dumb`: Slack takes no root of this."""

    of: int = 0
    root: str | None = None
    number: int = 1
    keys: tuple[str, ...] = ()
    shown: str = ""
    doubt: str | None = None
    digest: str | None = None
    frozen: bool = False
    said: str = ""
    dumb: bool = False

    @property
    def note(self) -> str:
        """What the root says about itself."""
        return GONE if self.number > 1 else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A message to post below `thread`, or, without one, as a root."""

    key: str
    message: Message
    thread: str | None = None


def root_key(thread: Thread, number: int) -> str:
    """The name of a thread's root; incidents are counted anew where Redis was lost, so its instant
    belongs to it."""
    again = "" if number == 1 else f"#{number}"
    return f"{thread.incident}@{int(thread.opened)}{again}"


def reply_key(thread: Thread, key: str) -> str:
    """The name of a reply."""
    return f"{root_key(thread, 1)}/{key}"


def next_post(known: Progress, thread: Thread) -> Post | None:
    """What to post next: the root, then the replies in order; None where all stands."""
    if known.dumb or known.digest is not None:
        return None
    if known.root is None:
        return Post(key=root_key(thread, known.number), message=thread.root)
    reply = next((one for one in thread.replies if one.key not in known.keys), None)
    if reply is None:
        reply = _instead_of_edits(known, thread)
    if reply is None:
        return None
    return Post(key=reply_key(thread, reply.key), message=reply.message, thread=known.root)


def next_edit(known: Progress, thread: Thread) -> Message | None:
    """What the root should say by now, where it says something else."""
    stands = known.root is not None and not known.frozen and known.doubt is None
    return thread.root if stands and known.shown != digest_of(thread.root) else None


def finished(known: Progress, thread: Thread) -> bool:
    """True where everything stands that there is to tell so far."""
    told = next_post(known, thread) is None and next_edit(known, thread) is None
    return told and known.doubt is None


def _instead_of_edits(known: Progress, thread: Thread) -> Reply | None:
    """Where the root is frozen: that it is, and then each further colour."""
    if not known.frozen or known.said == thread.colour:
        return None
    if known.said and thread.over:
        return None  # the conclusion is a reply by itself
    lines = [thread.root.text] if known.said else [FROZEN, thread.root.text]
    message = Message(text=thread.root.text, blocks=(section(lines),))
    return Reply(key=f"state:{thread.last}", due=0, message=message)


def stood(known: Progress, thread: Thread, post: Post, ts: str) -> Progress:
    """A post stands, under this name."""
    if post.thread is None:
        return replace(known, root=ts, shown=digest_of(post.message), doubt=None)
    key = post.key.removeprefix(reply_key(thread, ""))
    said = thread.colour if key.startswith("state:") else known.said
    return replace(known, keys=(*known.keys, key), said=said, doubt=None)


def lost_root(known: Progress) -> Progress:
    """Somebody deleted the root: a new one takes its place."""
    return replace(known, root=None, number=known.number + 1, shown="", doubt=None, frozen=False)


def read_back(known: Progress, thread: Thread, found: Mapping[str, str]) -> Progress:
    """What Slack itself says stands, of the root's channel or of its thread."""
    if known.root is None:
        ts = found.get(root_key(thread, known.number))
        return replace(known, root=ts, shown="", doubt=None if ts is None else FULL)
    begin = reply_key(thread, "")
    there = [key.removeprefix(begin) for key in found if key.startswith(begin)]
    keys = tuple(dict.fromkeys((*known.keys, *there)))
    return replace(known, keys=keys, doubt=None)


FULL = "*"
"""The doubt about a whole thread: its root was found, its replies are not known."""


def to_json(known: Progress) -> dict[str, Any]:
    """The fields that say something."""
    usual = asdict(Progress())
    return {name: value for name, value in asdict(known).items() if value != usual[name]}


def from_json(raw: Mapping[str, Any]) -> Progress:
    """Read what `to_json` wrote; TypeError where it is none of that."""
    return Progress(**{**raw, "keys": tuple(raw.get("keys", ()))})
