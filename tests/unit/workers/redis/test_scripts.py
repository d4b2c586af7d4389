import pytest

from workers.redis.scripts import PARTS, script


@pytest.mark.parametrize("name", PARTS)
def test_a_script_is_sent_without_comments(name: str) -> None:
    """Each travels with every call: no comment, no indentation, no blank line, no more than 8 kB."""
    lines = script(name).split("\n")
    assert all(line == line.strip() and line and not line.startswith("--") for line in lines)
    assert len(script(name)) < 8_000


def test_no_comment_stands_behind_code() -> None:
    """A comment after code would be sent; a string that looks like one would be cut."""
    assert not [line for name in PARTS for line in script(name).split("\n") if "--" in line]
