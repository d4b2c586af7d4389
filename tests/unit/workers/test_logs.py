import io
import json
import logging

import pytest
import structlog

from workers.logs import log_as_json


@pytest.fixture
def lines() -> io.StringIO:
    """Where the logs go while a test runs."""
    stream = io.StringIO()
    log_as_json(stream)
    return stream


def test_our_facts_are_one_json_object_a_line(lines: io.StringIO) -> None:
    """A fact's name, its fields, its level and its instant, and nothing else."""
    structlog.get_logger("x").info("leader.verified", epoch=7)
    fact = json.loads(lines.getvalue())
    assert fact.pop("timestamp").endswith("Z")
    assert fact == {"event": "leader.verified", "epoch": 7, "level": "info"}


def test_libraries_leave_in_the_same_shape(lines: io.StringIO) -> None:
    """What a library logs with arguments is rendered into one line too."""
    logging.getLogger("rq.worker").warning("lost %s\nafter %d s", "a job", 3)
    [line] = lines.getvalue().splitlines()
    assert json.loads(line)["event"] == "lost a job\nafter 3 s"


def fail(password: str) -> None:
    raise ZeroDivisionError(len(password))


def test_a_traceback_stays_on_its_line_and_shows_no_values(lines: io.StringIO) -> None:
    """An exception is part of the object; what its functions held in their variables is not."""
    try:
        fail("hush")
    except ZeroDivisionError:
        structlog.get_logger("x").exception("request.failed")
    [line] = lines.getvalue().splitlines()
    assert "ZeroDivisionError" in line
    assert "hush" not in line
