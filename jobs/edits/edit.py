"""Without this file nobody could say which bytes of a settings file must change, or why none may.

An edit is proved before it is handed out: the spliced text is read again, and must say what was
wanted and nothing else anew.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from jobs.edits import dotenv_file, ini_file, json_file, toml_file
from jobs.edits.document import Document, address, document, says
from jobs.edits.draft import Change, Draft
from jobs.edits.slot import Grammar, Obstacle, Path, Refusal, Slot
from jobs.edits.splice import Splice, apply, difference, in_bytes

__all__ = ["Change", "Edit", "Format", "Refusal", "edit", "values"]

Format = Literal["dotenv", "ini", "json", "toml", "yaml"]

_GRAMMARS: Mapping[Format, Grammar] = {
    "dotenv": dotenv_file,
    "ini": ini_file,
    "json": json_file,
    "toml": toml_file,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What to do to a file's bytes; both tuples are empty if it is right already."""

    splices: tuple[Splice, ...]
    changes: tuple[Change, ...]


def edit(format: Format, content: bytes, wanted: Mapping[str, str]) -> Edit | Refusal:  # noqa: A002
    """The splices that make the file say what is wanted, in every place where a key stands.

    Keys: `DB_HOST` (dotenv), `section.key` (ini), dotted paths with list indexes (json, toml,
    yaml), each with an optional `:host` or other keyword inside a connection string.
    """
    before = document(_grammar(format), content)
    if isinstance(before, Refusal):
        return before
    draft = Draft(before=before)
    refusal = next(filter(None, (draft.want(key, new) for key, new in wanted.items())), None)
    splices = refusal or _splices(draft)
    if isinstance(splices, Refusal):
        return splices
    doubt = _doubt(draft, apply(content, splices), wanted)
    return doubt or Edit(splices=splices, changes=tuple(draft.changes))


def values(
    format: Format,  # noqa: A002
    content: bytes,
    keys: Collection[str],
) -> Mapping[str, str | None] | Refusal:
    """What the file effectively says, unmasked: None for a missing key; references unresolved."""
    found = document(_grammar(format), content)
    if isinstance(found, Refusal):
        return found
    answers: dict[str, str | None] = {}
    for key in keys:
        answer = _answer(found, key)
        if isinstance(answer, Refusal):
            return answer
        answers[key] = answer
    return answers


def _grammar(format: Format) -> Grammar:  # noqa: A002
    if format == "yaml":
        from jobs.edits import yaml_file  # its parser is 2 MB, for whoever manages such a file

        return yaml_file
    return _GRAMMARS[format]


def _answer(found: Document, key: str) -> str | Refusal | None:
    where = address(found.grammar, key)
    return where if isinstance(where, Refusal) else says(found, where)


def _splices(draft: Draft) -> tuple[Splice, ...] | Refusal:
    text = draft.before.text
    parts = [
        part
        for start, end, raw in draft.parts()
        for part in difference(text, start=start, end=end, new=raw)
    ]
    tail = ""
    for path, new in draft.appended.items():
        written = draft.before.grammar.append(text + tail, path, new)
        if isinstance(written, Obstacle):
            return Refusal(key=".".join(path), reason=written.reason, remedy=written.remedy)
        tail += written
    if tail:
        parts.append((len(text), len(text), tail))
    return in_bytes(text, parts, base=draft.before.base)


def _doubt(draft: Draft, content: bytes, wanted: Mapping[str, str]) -> Refusal | None:
    """A refusal unless the new content says what was wanted, and otherwise what it said before."""
    after = document(draft.before.grammar, content)
    if isinstance(after, Refusal):
        return _unproved(after.key, f"the edited file would not be read: {after.reason}")
    second = Draft(before=after)
    for key, new in wanted.items():
        again = second.want(key, new)
        if again or second.changes:
            why = again.reason if again else "another place or reader has it differently"
            return _unproved(key, f"the edited file would not say the wanted value: {why}")
    if _meaning(after.slots) != _expected(draft):
        return _unproved("", "the edited file would say something else about another key")
    return None


def _meaning(slots: tuple[Slot, ...]) -> list[tuple[Path, str | None]]:
    return [(slot.path, slot.value) for slot in slots]


def _expected(draft: Draft) -> list[tuple[Path, str | None]]:
    kept = [
        (slot.path, draft.written[slot].value if slot in draft.written else slot.value)
        for slot in draft.before.slots
    ]
    return [*kept, *draft.appended.items()]


def _unproved(key: str, reason: str) -> Refusal:
    return Refusal(
        key=key,
        reason=reason,
        remedy="write the value in the plain style of the format, on a line of its own",
    )
