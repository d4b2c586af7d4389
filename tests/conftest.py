"""Without this file tests could not ask for real parts, nor take turns, and what they measure would be lost."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests import parts

if TYPE_CHECKING:
    from tests.turns import Turns

MEASURED = "measured"

# How long an example takes depends on who else computes; the test's own time limit still holds.
settings.register_profile(
    "pgbaton", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("pgbaton")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let one run hold every scenario there is."""
    parser.addoption(
        "--every-scenario",
        action="store_true",
        help="also those marked `further`: what another scenario shows as well, in another setting",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the further scenarios, unless all are asked for, or they by their names."""
    if config.getoption("--every-scenario") or any("::" in one for one in config.args):
        return
    further = [item for item in items if item.get_closest_marker("further")]
    config.hook.pytest_deselected(items=further)
    items[:] = [item for item in items if item not in further]


@pytest.fixture(scope="session")
def require() -> Callable[[str], Path]:
    """Give the function that finds a real program, or ends the test (see tests.parts)."""
    return parts.require


@pytest.fixture
def measured(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Give the function that hands a line to the summary, which shows it whichever worker measured."""
    return lambda line: record_property(MEASURED, line)


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """Undo what a composition root sets up for its process: the next test's logs are its own."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what the tests measured."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    properties = (one for report in reports for one in report.user_properties)
    lines = [str(line) for name, line in properties if name == MEASURED]
    if lines:
        terminalreporter.section(MEASURED)
        terminalreporter.write_line("\n".join(lines))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Turns:
    """Let ./dev test's workers take turns (see tests.turns)."""
    from tests.turns import Turns

    return Turns(config, log)
