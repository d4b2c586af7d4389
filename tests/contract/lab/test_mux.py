"""The mux runs on a member's machine with its rendered file, as it would on a Linode."""

from __future__ import annotations

from pathlib import Path

from deploy.lab import layout, mux
from deploy.lab.lab import Lab
from deploy.lab.process import wait_until
from tests import parts

CURL = ["curl", "-s", "--max-time", "2", "-o", "/dev/null", "-w", "%{http_code}"]


def test_it_answers_for_a_patroni_that_is_not_there(lab: Lab) -> None:
    """503 to the operator's machine, and no SQL; the process has become the user haproxy."""
    parts.require("haproxy")
    process = mux.start_mux(lab.machines["pg1"], lab.inventory)
    url = f"http://{layout.MEMBERS['pg1']}:{layout.TRAFFIC_PORT}/primary"
    operator = lab.machines["operator"]
    wait_until("the mux", lambda: operator.run([*CURL, url]).stdout == "503", seconds=20)
    asked = operator.run(["psql", f"host={layout.MEMBERS['pg1']} port={layout.TRAFFIC_PORT}"])
    assert "server closed the connection" in asked.stderr
    status = Path(f"/proc/{process.pid}/status").read_text()
    uid = next(line.split()[1] for line in status.splitlines() if line.startswith("Uid:"))
    assert uid == lab.machines["pg1"].run(["id", "-u", "haproxy"]).stdout.strip()


def test_haproxy_has_nothing_to_warn_of(lab: Lab) -> None:
    """On every member's machine: exit code 0, and not one warning."""
    haproxy = str(parts.require("haproxy"))
    for member in layout.MEMBERS:
        machine = lab.machines[member]
        config = mux.write_file(machine, lab.inventory)
        machine.run(["install", "-d", "/run/haproxy"])
        done = machine.run([haproxy, "-c", "-f", str(config)])
        assert done.returncode == 0, done.stderr
        assert "warning" not in (done.stdout + done.stderr).lower()
