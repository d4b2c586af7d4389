"""Why something was not done on a machine, in the operator's words, and what lifts it."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.push.script import Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """`asked` tells a machine that answered "no" from one that could not be asked."""

    machine: str
    reason: str
    remedy: str
    asked: bool = True


_AGAIN = "push again: it goes on where this one ended"
_WORDS: dict[str, tuple[str, str]] = {
    "folder": ("{subject} is a directory there", "move it away on the machine, then push again"),
    "parent": ("no file can be put at {subject}: {words}", "correct what stands in its way there"),
    "owner": (
        "{subject} cannot be given to its owner: {words}",
        "the account is missing there: push --install installs the package that brings it",
    ),
    "full": (
        "{subject} cannot be written: {words}",
        f"free space or make it writable there; nothing was renamed; {_AGAIN}",
    ),
    "state": ("push's own folder {subject} {words}", "see the disk of the machine"),
    "cut": ("the request for {subject} arrived in part", _AGAIN),
    "busy": ("a command of an earlier push is still at work", "wait until it has ended, then push"),
    "settle": ("{subject} was not done: {words}", "see journalctl -n 50 on the machine"),
    "masked": (
        "{subject} is masked there, and should run",
        "systemctl unmask {subject} on the machine, then push again; or take it out of the inventory",
    ),
    "unit": ("{subject}: {words}", "see journalctl -u {subject} on the machine, then push again"),
    "guard": (
        "{subject}, which would put files back if they lock us out, could not be set up: {words}",
        "it needs systemd-run there; nothing was changed",
    ),
    "undone": (
        "its former files are back already: nobody had logged in anew in time",
        "push again",
    ),
    "program": ("pgbaton's program was not installed: {words}", "mend that, then push again"),
    "packages": (
        "packages were not installed: {words}",
        "mend apt on the machine, then push again",
    ),
    "foreign": ("{subject} was put there by nobody we know", "remove it by hand"),
    "held": (
        "another push is at work: {words}",
        "wait for it, or end it; its end frees the machine",
    ),
}


def faulted(machine: str, line: str) -> Trouble:
    """From the script's own line, `fault KIND SUBJECT WORDS`."""
    _, kind, subject, words = [*line.split(" ", 3), "", "", ""][:4]
    if kind == "held":
        words = f"{subject} {words}".strip()
    reason, remedy = _WORDS.get(kind, (line, _AGAIN))
    said = {"subject": subject, "words": words.strip() or "no word of why"}
    return Trouble(machine=machine, reason=reason.format(**said), remedy=remedy.format(**said))


def speechless(machine: str, user: str, verb: Verb, errors: str) -> Trouble:
    """The script itself did not run: who spoke instead?"""
    words = " ".join(errors.split())[:300]
    if "sudo" in words:
        return Trouble(
            machine=machine,
            reason=f"{user} may not become root there: {words}",
            remedy=f"let {user} run sudo without a password (a line of sudoers: "
            f"{user} ALL=(root) NOPASSWD: ALL), or write [deploy] user",
            asked=False,
        )
    if not words:
        return Trouble(
            machine=machine,
            reason=f"the connection or the command `{verb}` ended before its answer",
            remedy=f"see whether the machine or its sshd went down; {_AGAIN}",
            asked=False,
        )
    return Trouble(
        machine=machine,
        reason=f"`{verb}` gave no answer: {words}",
        remedy="it needs a POSIX shell, coreutils, util-linux, systemd and curl there",
        asked=False,
    )
