"""A file that people write keeps what no command has to change about it."""

from pathlib import Path

import pytest

from deploy.cli.rewriting import rewrite


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_stay_as_they_are(tmp_path: Path, end: str) -> None:
    """Of an editor on Windows, too: else every line would be another one to Git."""
    file = tmp_path / "inventory.toml"
    file.write_bytes(f"a = 1{end}b = 2{end}".encode())
    rewrite(file, before=file.read_text(), text="a = 1\nb = 2\nc = 3\n")
    assert file.read_bytes() == f"a = 1{end}b = 2{end}c = 3{end}".encode()
