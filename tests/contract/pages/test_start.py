"""How the pages' process begins, and how it does not."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.pages.stage import INVENTORY, procfile_line
from tests.contract.ports import free
from tests.parts import OF_THE_TESTS, ROOT
from webhook.pages.credentials import new_token, token_hash


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Start the pages with some environment, and wait until they give up."""
    inventory = tmp_path / "inventory.toml"
    inventory.write_text(INVENTORY.format(port=1, viewers=20))

    def run(**environ: str) -> subprocess.CompletedProcess[str]:
        path = f"{Path(sys.executable).parent}:{OF_THE_TESTS['PATH']}"
        known = {"PGBATON_INVENTORY": str(inventory), "PAGES_BIND": f"127.0.0.1:{free()[0]}"}
        return subprocess.run(
            ["sh", "-c", f"exec env {procfile_line()}"],
            cwd=ROOT,
            env={**OF_THE_TESTS, "PATH": path, **known, **environ},
            capture_output=True,
            text=True,
            timeout=30,
        )

    return run


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({}, "pgbaton keys viewer"),
        (
            {"PGBATON_VIEWER_PASSWORD": "hunter2hunter2"},
            "secret viewer-password: word 1 is no hash",
        ),
        ({"PGBATON_VIEWER_TOKENS_FILE": "/nowhere"}, "secret viewer-tokens: cannot read /nowhere"),
        ({"PGBATON_VIEWER_TOKENS": "a" * 64, "PAGES_PROXIES": "yes"}, "PAGES_PROXIES is 'yes'"),
        ({"PGBATON_INVENTORY": "/nowhere.toml"}, "name the inventory in PGBATON_INVENTORY"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_served(
    start: Callable[..., subprocess.CompletedProcess[str]], environ: dict[str, str], says: str
) -> None:
    """It refuses to start, says what to do, shows no secret, and is not tried again and again."""
    done = start(**environ)
    assert done.returncode != 0
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr


def in_a_process(tmp_path: Path, code: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run `code` with `pages_wsgi` imported over an inventory whose Redis is not there."""
    inventory = tmp_path / "inventory.toml"
    inventory.write_text(INVENTORY.format(port=1, viewers=30))
    return subprocess.run(
        [sys.executable, "-c", f"from webhook import pages_wsgi\n{code}"],
        env={
            **OF_THE_TESTS,
            "PGBATON_INVENTORY": str(inventory),
            "PGBATON_VIEWER_TOKENS": token_hash(new_token()),
            **environ,
        },
        capture_output=True,
        text=True,
        timeout=30,
    )


def test_live_pages_leave_threads_to_everybody_else(tmp_path: Path) -> None:
    """30 viewers on 16 threads: eight are served, and the log says what to set."""
    code = "print(pages_wsgi.app.extensions['pulse'].most)"
    done = in_a_process(tmp_path, code, PAGES_THREADS="16")
    assert done.stdout == "8\n"
    said = json.loads(done.stderr)
    assert (said["event"], said["served"]) == ("pages.viewers", 8)
    assert said["remedy"] == "set PAGES_THREADS to 38 or pages.viewers to 8"


@pytest.mark.parametrize(("proxies", "secure"), [("0", False), ("1", True)])
def test_a_proxys_word_counts_only_where_one_is_configured(
    tmp_path: Path, proxies: str, *, secure: bool
) -> None:
    """X-Forwarded-Proto: https makes the request one over https with PAGES_PROXIES=1 alone."""
    code = (
        "from flask import request\n"
        "pages_wsgi.app.before_request_funcs[None].insert(0, lambda: request.scheme)\n"
        "said = pages_wsgi.app.test_client().get('/', headers={'X-Forwarded-Proto': 'https'})\n"
        "print(said.text)"
    )
    done = in_a_process(tmp_path, code, PAGES_PROXIES=proxies, PAGES_THREADS="64")
    assert done.stdout == ("https\n" if secure else "http\n"), done.stderr
