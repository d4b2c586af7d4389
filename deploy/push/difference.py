"""What would change in files, as people read it; of a secret only that it changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import unified_diff

from deploy.blueprint import RenderedFile
from deploy.push.changes import Changes
from deploy.push.crew import Crew
from deploy.push.observed import FoundFile, Observed
from deploy.push.request import fetching
from deploy.push.trouble import Trouble

FETCH = 30.0


def differences(
    crew: Crew, changes: Mapping[str, Changes], found: Mapping[str, Observed]
) -> dict[str, tuple[str, ...]]:
    """Lines by machine, in the order of its files. Asks only for files that differ and are no secrets."""
    differing = [name for name, one in changes.items() if one.files]
    return crew.each(differing, lambda name: _of(crew, changes[name], found[name]))


def _of(crew: Crew, changes: Changes, found: Observed) -> tuple[str, ...]:
    there = [f.path for f in changes.files if _shown(f, found)]
    old = _fetched(crew, changes.machine, there) if there else {}
    lines = (
        _file(changes.machine, f, found.files.get(f.path), old.get(f.path)) for f in changes.files
    )
    return tuple(line for some in lines for line in some)


def _shown(file: RenderedFile, found: Observed) -> bool:
    """Whether the contents differ of a file that anybody may see."""
    there = found.files.get(file.path)
    return (
        there is not None
        and there.kind == "file"
        and not file.secret
        and there.sha256 != file.sha256
    )


def _fetched(crew: Crew, machine: str, paths: Iterable[str]) -> dict[str, str]:
    answer = crew.links[machine].ask("fetch", fetching(paths), timeout=FETCH)
    return {} if isinstance(answer, Trouble) else dict(_parsed(answer))


def _parsed(answer: bytes) -> Iterator[tuple[str, str]]:
    while answer.startswith(b"file "):
        head, _, rest = answer.partition(b"\n")
        _, size, path = head.decode().split(" ", 2)
        yield path, rest[: int(size)].decode("utf-8", "replace")
        answer = rest[int(size) + 1 :]


def _file(
    machine: str, file: RenderedFile, there: FoundFile | None, old: str | None
) -> Iterator[str]:
    at = f"{machine}:{file.path}"
    if there is None:
        yield f"{at}: new{' (secret)' if file.secret else ''}, {_owned(file)}"
        return
    if there.kind != "file":
        yield f"{at}: is a {there.kind} there"
        return
    if (there.owner, there.group, there.mode) != (file.owner, file.group, file.mode):
        yield f"{at}: {_owned(there)} → {_owned(file)}"
    if there.sha256 == file.sha256:
        return
    if file.secret or old is None:
        yield f"{at}: changed{' (secret)' if file.secret else ''}"
        return
    before, after = (text.expandtabs().splitlines() for text in (old, file.text))
    yield from unified_diff(before, after, at, f"{at} (inventory)", n=2, lineterm="")


def _owned(of: RenderedFile | FoundFile) -> str:
    return f"{of.owner}:{of.group} {of.mode:04o}"
