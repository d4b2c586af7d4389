"""What each process carries: none loads a library that it has no use for."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from workers.spared import UNUSED, spared

HANDS = ("paramiko", "psycopg", "flask")
"""What logs in on hosts and databases, and what serves pages."""

BURDEN = {
    "worker": ("flask", "linode_api4", "slack_sdk"),
    "watch": (*HANDS, "linode_api4", "slack_sdk"),
    "probe": (*HANDS, "slack_sdk"),
    "clock": (*HANDS, "linode_api4", "slack_sdk"),
    "chronicle": (*HANDS, "linode_api4"),
}
LOADED = (
    "import importlib, sys\n"
    "from workers.spared import spared\n"
    "with spared(): importlib.import_module('workers.processes.{name}')\n"
    "import workers.logs; workers.logs.log_as_json()\n"
    "print(*sorted({{one.partition('.')[0] for one in sys.modules}}))\n"
    "import rich, structlog; structlog.get_logger().info('told', at=1)\n"
    "try: 1 / 0\n"
    "except ZeroDivisionError: structlog.get_logger().exception('failed')\n"
)


@pytest.mark.parametrize("name", BURDEN)
def test_a_process_loads_what_it_needs(name: str) -> None:
    """As its command loads it; it logs all the same, tracebacks too, and rich is found by who wants it."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(name=name)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    loaded = set(done.stdout.split())
    assert {"structlog", "pydantic"} <= loaded
    assert not loaded & {*UNUSED, *BURDEN[name]}
    assert '"event": "told"' in done.stderr
    assert '"exc_type": "ZeroDivisionError"' in done.stderr


def test_what_was_there_before_stays() -> None:
    """A command that drew a table may start a process' parts; and nothing stays hidden after a failure."""
    import rich

    with spared():
        assert sys.modules["rich"] is rich
    with pytest.raises(ModuleNotFoundError):
        _import_badly()
    assert sys.modules["rich"] is rich
    assert sys.modules.get("invoke", rich) is not None


def _import_badly() -> None:
    with spared():
        import_module("workers.none_of_ours")
