"""What a process does when a reload fails, or when one of its threads has died."""

from __future__ import annotations

import threading

import pytest

from workers.processes.signals import reloading
from workers.processes.threads import demand_alive


def test_failed_reload_ends_nothing() -> None:
    """A secret that is missing after SIGHUP is told; the process goes on with what it has."""

    def reload() -> None:
        raise ValueError("no SSH key")

    reloading(reload)


def test_process_that_lost_a_thread_ends() -> None:
    """Deaf but alive would be the worst of both: its supervisor must start it anew."""
    dead = threading.Thread(target=lambda: None)
    dead.start()
    dead.join()
    demand_alive([threading.current_thread()])
    with pytest.raises(SystemExit):
        demand_alive([threading.current_thread(), dead])
