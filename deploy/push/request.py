"""What each verb is asked, as the bytes that the script reads from its standard input."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence

from deploy.blueprint import RenderedFile
from deploy.program import Program, install_script
from deploy.push.changes import ITSELF, Deed, hearing
from deploy.push.steps import Turn
from deploy.push.wanted import Asked, Wanted

_PLAIN = re.compile(r"/[A-Za-z0-9/._@:+-]+")
SELF = {
    "/etc/sysusers.d/": "@accounts",
    "/etc/tmpfiles.d/": "@folders",
    "/etc/systemd/system/": "@units",
}
"""Folders whose files the machine itself must hear of, before any unit."""


def reading(wanted: Wanted, *, whole: bool = True) -> bytes:
    """Everything, or only how units and servers are."""
    lines = [f"unit {unit}" for unit in wanted.asked]
    if whole:
        lines += [f"path {_plain(file.path)}" for file in wanted.blueprint.files]
        lines += [f"package {package}" for package in wanted.blueprint.packages]
    asked = {"etcd": wanted.etcd, "patroni": wanted.patroni}
    lines += [f"{word} {one.words}" for word, one in asked.items() if one is not None]
    return _lines([*lines, "end"])


def fetching(paths: Iterable[str]) -> bytes:
    return _lines([*(f"path {path}" for path in paths), "end"])


def putting(files: Sequence[RenderedFile]) -> bytes:
    """Files with all who must hear of them."""
    heard: dict[str, str] = dict(hearing(files))
    own = {mark: "run" for f in files for folder, mark in SELF.items() if f.path.startswith(folder)}
    head = [f"notice {unit} {how}" for unit, how in (heard | own).items()]
    return _lines(head) + b"".join(map(_file, files)) + b"end\n"


def acting(deeds: Mapping[str, Deed], *, kept: Iterable[str], leave: str | None) -> bytes:
    """`kept`: units that are to be enabled; `leave`: the one whose start nobody waits for here."""
    own = set(kept)
    rows = (
        f"unit {unit} {deed} {'leave' if unit in {leave, ITSELF} else 'wait'} "
        f"{'keep' if unit in own else '-'}"
        for unit, deed in deeds.items()
    )
    return _lines([*rows, "end"])


def guarding(turn: Turn, *, seconds: int) -> bytes:
    """Files and units that are put back unless a new login comes within so many seconds."""
    units = (unit for unit in turn.deeds if unit != ITSELF)
    rows = [*(f"path {path}" for path in turn.files), *(f"unit {unit}" for unit in units)]
    return _lines([f"seconds {seconds}", *rows, "end"])


def shipping(program: Program, units: Iterable[str]) -> bytes:
    script = install_script().encode()
    head = [f"notice {unit} restart" for unit in units]
    return _lines([*head, f"installer {len(script)}"]) + script + b"archive\n" + program.archive


def installing(packages: Iterable[str]) -> bytes:
    return _lines([*(f"package {package}" for package in packages), "end"])


def pruning(paths: Iterable[str]) -> bytes:
    return _lines([*(f"path {path}" for path in paths), "end"])


def asking(
    asked: Asked,
    path: str,
    *,
    method: str,
    body: Mapping[str, object],
    login: tuple[str, str] | None,
    timeout: float,
) -> bytes:
    """A request to a server on the machine, as a configuration of curl: no secret is an argument."""
    options: dict[str, str] = {
        "url": asked.url + path,
        "request": method,
        "header": "Content-Type: application/json",
        "data": json.dumps(body),
        "write-out": "\n%{http_code}",
        "max-time": str(timeout),
    }
    files = {"cacert": asked.ca, "cert": asked.cert, "key": asked.key}
    options |= {name: path for name, path in files.items() if path is not None}
    options |= {"user": ":".join(login)} if login else {}
    return _lines([f"{name} = {_quoted(value)}" for name, value in options.items()])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _file(file: RenderedFile) -> bytes:
    content = file.text.encode()
    head = f"file {len(content)} {file.mode:04o} {file.owner} {file.group} {file.path}\n"
    return head.encode() + content


def _plain(path: str) -> str:
    """The script takes paths as words of the shell."""
    if _PLAIN.fullmatch(path) is None:
        raise ValueError(
            f"{path!r} cannot be pushed: only letters, digits and /._@:+- may be in a path"
        )
    return path


def _lines(lines: Sequence[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
