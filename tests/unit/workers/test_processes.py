"""What a process does when a reload fails, or when one of its threads has died."""

from __future__ import annotations

import threading

import pytest

from workers.processes.signals import reloading
from workers.processes.threads import demand_alive
from workers.secrets import SecretUnreadableError


@pytest.mark.parametrize(
    "error", [ValueError("no SSH key"), SecretUnreadableError("secret linode-token: cannot read")]
)
def test_failed_reload_ends_nothing(error: Exception) -> None:
    """A secret that is missing or unreadable after SIGHUP is told; the process goes on with what it has."""

    def reload() -> None:
        raise error

    reloading(reload)


def test_process_that_lost_a_thread_ends() -> None:
    """Deaf but alive would be the worst of both: its supervisor must start it anew."""
    dead = threading.Thread(target=lambda: None)
    dead.start()
    dead.join()
    demand_alive([threading.current_thread()])
    with pytest.raises(SystemExit):
        demand_alive([threading.current_thread(), dead])
