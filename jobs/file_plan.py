"""What changes in a host's files for one leader: pure, and the first hindrance is named with its remedy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jobs.blocked import Blocked
from jobs.edits.edit import Edit, Refusal, edit, values
from jobs.inventory import File
from jobs.remote import FileFault, FileState
from jobs.templates import Values, fill


def edit_files(
    wanted: Sequence[File],
    have: Mapping[str, FileState | FileFault],
    to: Values,
    *,
    hardened: bool,
) -> list[tuple[File, Edit]] | Blocked:
    """Each managed file with what changes in it; Blocked names the first hindrance."""
    edited: list[tuple[File, Edit]] = []
    for file in wanted:
        state = have.get(file.path)
        if not isinstance(state, FileState):
            return _unreadable(file.path, state)
        result = _edit_file(file, state.content, to, hardened=hardened)
        if isinstance(result, Blocked):
            return result
        edited.append((file, result))
    return edited


def _edit_file(file: File, content: bytes, to: Values, *, hardened: bool) -> Edit | Blocked:
    """The splices that make one file's managed keys what their templates say."""
    current = values(file.format, content, (*file.keys, *file.demands))
    if isinstance(current, Refusal):
        return _refused(file.path, current)
    unmet = next((key for key, says in file.demands.items() if current[key] != says), None)
    if unmet is not None:
        return _unmet(file, unmet, hidden=_hidden(current[unmet]))
    kept = next((key for key in file.keys if hardened and _hidden(current[key])), None)
    if kept is not None:
        return _kept(file, kept)
    try:
        wanted = {
            key: fill(template, to, current=current.get(key)) for key, template in file.keys.items()
        }
    except ValueError as error:
        return Blocked(
            where=file.path,
            reason=str(error),
            remedy="mend the file or its template in the inventory",
        )
    result = edit(file.format, content, wanted)
    return _refused(file.path, result) if isinstance(result, Refusal) else result


def _unmet(file: File, key: str, *, hidden: bool) -> Blocked:
    """A file that would not lead the application here, whatever stands in its other keys."""
    says = file.demands[key]
    if hidden:
        reason = f"cannot be seen: it must say {says!r}, and the host's list does not show it"
        remedy = "let root install the list anew: pgbaton script list HOST"
    else:
        reason = f"does not say {says!r}, so the application would use another database"
        remedy = (
            f"write {key}={says} there, or correct what the inventory's application says about it"
        )
    return Blocked(where=f"{file.path} {key}", reason=reason, remedy=remedy)


def _hidden(value: str | None) -> bool:
    """Whether a hardened host has blanked a value, since its list does not name it."""
    return bool(value) and set(value or "") == {"x"}


def _kept(file: File, key: str) -> Blocked:
    """The host would refuse the swap: only one listed value is turned into another."""
    return Blocked(
        where=f"{file.path} {key}",
        reason="is not at a value that the host's list knows, and is left alone",
        remedy="write one member's there by hand, once; or let root install the list anew: "
        "pgbaton script list HOST",
    )


def _refused(path: str, refusal: Refusal) -> Blocked:
    return Blocked(where=f"{path} {refusal.key}", reason=refusal.reason, remedy=refusal.remedy)


def _unreadable(path: str, fault: FileFault | None) -> Blocked:
    if fault is None:
        return Blocked(
            where=path, reason="the host did not answer for this file", remedy="run pgbaton check"
        )
    return Blocked(where=path, reason=fault.reason, remedy=fault.remedy)
