"""A worker of its own process whose script waits on a host, so that a test can kill it."""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from deploy.remote import plain_script
from jobs.inventory import Host
from tests.contract.hosts.waiting import ready_on
from workers.ssh import SshHands, load_key


def main() -> None:
    """Arguments: our key, the host as JSON. Says so once the script was started."""
    key, host = sys.argv[1:]
    hands = SshHands(key=load_key(Path(key)), script=plain_script())
    ready_on(hands, here=Host.model_validate_json(host))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    time.sleep(60)


if __name__ == "__main__":
    main()
