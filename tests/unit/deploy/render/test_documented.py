"""docs/machines.md names every file that is put on any machine, and its mode."""

from __future__ import annotations

import re
from collections.abc import Mapping

from deploy.blueprint import Blueprint
from tests.parts import ROOT

ALIKE = (
    (r"/etc/ssh/authorized_keys\.d/.+", "/etc/ssh/authorized_keys.d/USER"),
    (r"/etc/pgbaton/secrets/.+", "/etc/pgbaton/secrets/NAME"),
    (r"/etc/patroni/tls/ca-[0-9a-f]+\.pem", "/etc/patroni/tls/ca-DIGEST.pem"),
)


def _documented() -> Mapping[str, str]:
    """Each path that stands in a table with the modes of its row; one without a folder is in that of the path before."""
    found: dict[str, str] = {}
    for row in (ROOT / "docs/machines.md").read_text().splitlines():
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        folder = before = ""
        for name in re.findall(r"`([^`]+)`", cells[0]) if len(cells) == 4 else ():
            path = (
                name if name.startswith("/") else before + name if name[0] == "." else folder + name
            )
            folder, before = path.rpartition("/")[0] + "/", path
            found[path] = cells[2]
    return found


def test_every_file_stands_there(blueprints: Mapping[str, Blueprint]) -> None:
    """Neither one too few nor one that there is no more."""
    there = set()
    for file in (file for one in blueprints.values() for file in one.files):
        path = file.path
        for pattern, name in ALIKE:
            path = re.sub(f"^{pattern}$", name, path)
        there.add(path)
    assert there == set(_documented())


def test_no_secret_is_promised_more_than_it_has(blueprints: Mapping[str, Blueprint]) -> None:
    """The mode of every secret file stands in its row."""
    said = _documented()
    for file in (file for one in blueprints.values() for file in one.files if file.secret):
        row = next(
            (said[n] for p, n in ALIKE if re.fullmatch(p, file.path)), said.get(file.path, "")
        )
        assert f"{file.mode:o}" in row, file.path
