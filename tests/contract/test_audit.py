"""`./dev audit` against a double of OSV that answers in its published shape: what is found, and what is not asked."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.contract import ports
from tests.parts import OF_THE_TESTS, ROOT

HASH = "sha256:" + "a" * 64
LOCK = f"flask==3.0.0 \\\n    --hash={HASH}\nrq==2.6.0 \\\n    --hash={HASH}\n"
Question = Mapping[str, Any]


def advisory(name: str, **more: object) -> dict[str, object]:
    """As ossf.github.io/osv-schema says, 1.6."""
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.0.1"}]}]
    return {
        "schema_version": "1.6.0",
        "id": "GHSA-aaaa-bbbb-cccc",
        "aliases": ["CVE-2026-0001"],
        "summary": "It says too much.",
        "published": "2026-01-02T03:04:05Z",
        "affected": [{"package": {"name": name, "ecosystem": "PyPI"}, "ranges": ranges}],
        **more,
    }


@dataclass
class Osv:
    """Answers each question as it is told to, and keeps what it was asked."""

    answer: Callable[[Question], object] = lambda _: {}
    status: Callable[[Question], int] = lambda _: 200
    asked: list[Question] = field(default_factory=list)
    url: str = ""


@contextmanager
def served() -> Iterator[Osv]:
    osv = Osv()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            question = json.loads(self.rfile.read(length))
            osv.asked.append(question)
            body = json.dumps(osv.answer(question)).encode()
            self.send_response(osv.status(question))
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *words: object) -> None:  # noqa: A002
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        osv.url = f"http://127.0.0.1:{server.server_port}/v1/query"
        yield osv
        server.shutdown()


@pytest.fixture
def osv() -> Iterator[Osv]:
    with served() as osv:
        yield osv


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "a.lock"
    path.write_text(LOCK)
    return path


def audited(url: str, *locks: Path | str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deploy.setup.audit", "--service", url, *map(str, locks)]
    return subprocess.run(
        command, env=OF_THE_TESTS, cwd=ROOT, capture_output=True, text=True, timeout=50
    )


def about(name: str) -> Callable[[Question], object]:
    """Nothing is known of any package but one."""
    return lambda asked: {"vulns": [advisory(name)]} if asked["package"]["name"] == name else {}


def test_nothing_known_is_good(osv: Osv, lock: Path) -> None:
    """Every version of the lock was asked about, and nothing was installed or resolved."""
    done = audited(osv.url, lock)
    assert (done.returncode, "2 versions, none known" in done.stdout) == (0, True), done.stderr
    asked = {(q["package"]["name"], q["version"]) for q in osv.asked}
    assert {("flask", "3.0.0"), ("rq", "2.6.0")} <= asked


def test_a_known_hole_fails_the_run(osv: Osv, lock: Path) -> None:
    """Named with its package, its version, its ids and what mends it."""
    osv.answer = about("flask")
    done = audited(osv.url, lock)
    assert done.returncode == 1
    assert "flask 3.0.0: CVE-2026-0001 GHSA-aaaa-bbbb-cccc; lock 3.0.1" in done.stdout


def test_a_hole_that_nothing_mends_fails_too(osv: Osv, lock: Path) -> None:
    """It is known, and somebody has to decide."""
    known = advisory("rq", affected=[{"package": {"name": "rq", "ecosystem": "PyPI"}}])
    osv.answer = lambda asked: {"vulns": [known]} if asked["package"]["name"] == "rq" else {}
    done = audited(osv.url, lock)
    assert (done.returncode, "no version mends it yet" in done.stdout) == (1, True)


def test_what_was_withdrawn_is_no_hole(osv: Osv, lock: Path) -> None:
    """OSV keeps it, marked."""
    osv.answer = lambda _: {"vulns": [advisory("flask", withdrawn="2026-02-01T00:00:00Z")]}
    assert audited(osv.url, lock).returncode == 0


def test_nobody_to_ask_is_said_and_fails_nothing(lock: Path) -> None:
    """A machine without a way to the service can still test: it says that nothing is known."""
    done = audited(f"http://127.0.0.1:{ports.free()[0]}/v1/query", lock)
    assert (done.returncode, "could not be asked" in done.stdout) == (0, True)


@pytest.mark.parametrize("good", [0, 1])
def test_a_service_out_of_order_is_nobody_to_ask(osv: Osv, lock: Path, good: int) -> None:
    """From the first question on, or in the middle."""
    osv.status = lambda _: 200 if len(osv.asked) <= good else 503
    done = audited(osv.url, lock)
    assert (done.returncode, "could not be asked" in done.stdout) == (0, True), done.stdout


@pytest.mark.parametrize("text", ["flask==3.0.0\n", "=\n"])
def test_a_lock_that_is_none_fails(osv: Osv, tmp_path: Path, text: str) -> None:
    """A version without a hash, or no version, is not what gets installed: there is nothing to ask about."""
    (tmp_path / "bad.lock").write_text(text)
    done = audited(osv.url, tmp_path / "bad.lock")
    assert (done.returncode, "could not be audited" in done.stdout) == (1, True), done.stdout


def test_our_own_locks_can_be_asked_about(osv: Osv) -> None:
    """Both, as they stand: what CI runs."""
    done = audited(osv.url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {"requirements.lock", "requirements-lab.lock"} == {
        line.split()[1].rstrip(":") for line in done.stdout.splitlines()
    }
    assert {"flask", "patroni", "schemathesis"} <= {q["package"]["name"] for q in osv.asked}
