"""The double as a process: it starts from a command line, and its HAProxies never outlive it."""

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.contract import ports
from tests.contract.linode.backends import Backend, reached
from tests.contract.linode.stage import within
from tests.parts import OF_THE_TESTS
from tests.waiting import PATIENCE

COMMAND = [sys.executable, "-m", "deploy.lab.linode"]
SEED = {
    "firewalls": [{"label": "pg-fw", "rules": {"inbound_policy": "DROP"}}],
    "machines": [
        {"label": "pg2", "ipv4": ["10.0.0.2"], "firewall": "pg-fw"},
        {
            "label": "pg3",
            "ipv4": ["10.0.0.3"],
            "firewall": "pg-fw",
            "interface_generation": "linode",
        },
    ],
    "domains": [
        {
            "domain": "shop.example",
            "type": "master",
            "soa_email": "dns@shop.example",
            "records": [{"type": "A", "name": "db", "target": "10.0.0.1", "ttl_sec": 31}],
        }
    ],
    "nodebalancers": [{"region": "us-ord", "label": "there-before"}],
}


class Started:
    """A double that was started by hand."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.token = secrets.token_hex(16)
        api, control, self.traffic = ports.free(3)
        self.url = f"http://127.0.0.1:{api}/v4"
        where = ["--listen", f"127.0.0.1:{api}", "--control", f"127.0.0.1:{control}"]
        self.log = folder / "double.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*COMMAND, *where, "--state", str(folder / "state"), *options],
                env={**OF_THE_TESTS, "LINODE_TOKEN": self.token},
                stdout=log,
                stderr=log,
            )

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        named = {"Authorization": f"Bearer {self.token}"}
        answer = requests.request(
            method, f"{self.url}{path}", json=body, headers=named, timeout=PATIENCE
        )
        assert answer.ok, answer.text
        return answer.json()

    def answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            self.ask("GET", "/nodebalancers")
        except requests.ConnectionError:
            return False
        return True

    def haproxies(self) -> list[int]:
        """Its children, by the kernel's word; threads that end meanwhile have none."""
        found = list[int]()
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            with suppress(FileNotFoundError, ProcessLookupError):
                children = (task / "children").read_text()
                found += map(int, children.split())
        return found

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@pytest.fixture
def start(require: Callable[[str], Path], tmp_path: Path) -> Iterator[Callable[..., Started]]:
    """Starts a double, and ends it if the test has not."""
    require("haproxy")
    running: list[Started] = []

    def started(*options: str) -> Started:
        running.append(Started(tmp_path, "--balancer-address", "127.0.0.1", *options))
        within(PATIENCE, running[-1].answers)
        return running[-1]

    yield started
    for one in running:
        one.process.kill()
        one.process.wait(PATIENCE)


def _lives(process: int) -> bool:
    """Whether it is more than an entry in the table of processes."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


def _balance(double: Started, backend: Backend) -> None:
    node = {"label": "pg1", "address": backend.address}
    config = {"port": double.traffic, "protocol": "tcp", "nodes": [node]}
    double.ask("POST", "/nodebalancers", {"region": "us-ord", "configs": [config]})
    within(PATIENCE, lambda: reached("127.0.0.1", double.traffic) == "pg1")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_its_haproxies_end_with_it(start: Callable[..., Started], number: signal.Signals) -> None:
    """Asked or killed: no process and no listening port is left."""
    with Backend(name="pg1") as backend:
        double = start()
        _balance(double, backend)
        children = double.haproxies()
        assert children
        assert double.end(number) == (-number if number == signal.SIGKILL else 0)
        within(PATIENCE, lambda: not any(map(_lives, children)))
        assert reached("127.0.0.1", double.traffic) is None


def test_a_haproxy_that_dies_is_replaced(start: Callable[..., Started]) -> None:
    """As a NodeBalancer that failed comes back at its address."""
    with Backend(name="pg1") as backend:
        double = start()
        _balance(double, backend)
        before = double.haproxies()
        for one in before:
            os.kill(one, signal.SIGKILL)
        within(PATIENCE, lambda: not any(map(_lives, before)))
        within(PATIENCE, lambda: reached("127.0.0.1", double.traffic) == "pg1")


def test_it_begins_with_what_it_is_told(start: Callable[..., Started], tmp_path: Path) -> None:
    """Machines by option; firewalls, domains and balancers from a seed; and no events of that."""
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps(SEED))
    double = start("--instance", "pg1=10.0.0.1,192.168.1.1", "--seed", str(seed))
    found = double.ask("GET", "/linode/instances")["data"]
    machines = {one["label"]: one for one in found}
    assert machines["pg1"]["ipv4"] == ["10.0.0.1", "192.168.1.1"]
    assert double.ask("GET", "/domains/1001/records")["data"][0]["ttl_sec"] == 120
    assert double.ask("GET", "/nodebalancers")["data"][0]["ipv4"] == "127.0.0.1"
    assert double.ask("GET", "/account/events")["data"] == []
    behind = f"/linode/instances/{machines['pg2']['id']}/firewalls"
    assert [one["label"] for one in double.ask("GET", behind)["data"]] == ["pg-fw"]
    new = f"/linode/instances/{machines['pg3']['id']}"
    assert double.ask("GET", f"{new}/firewalls")["data"] == []
    interface = double.ask("GET", f"{new}/interfaces")["interfaces"][0]["id"]
    behind = double.ask("GET", f"{new}/interfaces/{interface}/firewalls")["data"]
    assert [one["label"] for one in behind] == ["pg-fw"]


def test_its_addresses_run_out(start: Callable[..., Started]) -> None:
    """A balancer without an address is refused with what would help; a deleted one gives its back."""
    double = start()
    made = double.ask("POST", "/nodebalancers", {"region": "us-ord"})
    with pytest.raises(AssertionError, match="--balancer-address"):
        double.ask("POST", "/nodebalancers", {"region": "us-ord"})
    double.ask("DELETE", f"/nodebalancers/{made['id']}")
    assert double.ask("POST", "/nodebalancers", {"region": "us-ord"})["ipv4"] == made["ipv4"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--listen", "8080"], "is not like 10.77.0.61:80"),
        (["--instance", "pg1"], "is not like pg1=10.77.0.21"),
        (["--seed", "nowhere.json"], "nowhere.json"),
        (["--balancer-address", "pg.example"], "is no IP address"),
    ],
)
def test_a_wrong_start_says_what_is_wrong(options: list[str], said: str, tmp_path: Path) -> None:
    """Exit code 2 and one sentence, whatever is mistyped."""
    right = ["--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--state", str(tmp_path)]
    environment = {**OF_THE_TESTS, "LINODE_TOKEN": secrets.token_hex(16)}
    done = subprocess.run(
        [*COMMAND, *right, *options], env=environment, capture_output=True, text=True, timeout=50
    )
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


@pytest.mark.parametrize(
    ("text", "said"), [("{", "no JSON"), ('{"machine": []}', "not machine"), ("[]", "an object")]
)
def test_a_wrong_seed_says_what_is_wrong(text: str, said: str, tmp_path: Path) -> None:
    """Exit code 2 and what a seed may hold."""
    seed = tmp_path / "seed.json"
    seed.write_text(text)
    right = ["--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--state", str(tmp_path)]
    done = subprocess.run(
        [*COMMAND, *right, "--seed", str(seed)],
        env={**OF_THE_TESTS, "LINODE_TOKEN": secrets.token_hex(16)},
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


def test_it_needs_a_token(tmp_path: Path) -> None:
    """Without one it says which variable to set."""
    right = ["--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--state", str(tmp_path)]
    environment = {name: value for name, value in OF_THE_TESTS.items() if name != "LINODE_TOKEN"}
    done = subprocess.run(
        [*COMMAND, *right], env=environment, capture_output=True, text=True, timeout=50
    )
    assert (done.returncode, "set LINODE_TOKEN" in done.stderr) == (2, True)
