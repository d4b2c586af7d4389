"""A worker of its own process that swaps one shop, so that a test can kill it."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from deploy.remote import plain_script
from jobs.inventory import Address, Host
from jobs.remote import AppSwap, ServiceRef, SwapRequest
from tests.contract.hosts.worlds import fence, file_swap
from workers.ssh import SshHands, load_key


def main() -> None:
    """Arguments: the machine's folder, port and host key, cluster, leader's port, file, after-command,
    check, service, user."""
    root, port, host_key, cluster, leader, path, after, check, service, user = sys.argv[1:]
    app = AppSwap(
        leader=Address(host="127.0.0.1", port=int(leader)),
        files=(file_swap(path, Path(path).read_bytes(), b"b"),),
        after=(after,),
        services=(ServiceRef(name=service, manager="runit"),),
        check=check,
        check_timeout=10,
    )
    request = SwapRequest(
        cluster=cluster,
        fence=fence(10),
        avoid=(),
        apps=(app,),
    )
    become = "none" if user == "root" else "sudo"
    host = Host(
        address="127.0.0.1", port=int(port), user=user, host_keys=(host_key,), become=become
    )
    with SshHands(key=load_key(Path(root) / "client_key"), script=plain_script()) as hands:
        hands.swap(host, request, timeout=30)


if __name__ == "__main__":
    main()
