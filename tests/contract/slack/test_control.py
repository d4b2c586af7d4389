"""The lab's hand: faults, threads, and what else lies outside; and the command that shows it."""

import json
import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result

from deploy.cli.command import main
from jobs.ports import Posted
from jobs.slack.message import Message
from tests.contract import ports
from tests.contract.slack.double import Double
from tests.parts import OF_THE_TESTS

COMMAND = [sys.executable, "-m", "deploy.lab.slack"]
FIELDS = [{"type": "mrkdwn", "text": f"*{name}*\nvalue"} for name in ("Cluster", "Cause", "Hosts")]
BLOCKS = (
    {"type": "header", "text": {"type": "plain_text", "text": "shop: pg1 → pg2"}},
    {
        "type": "section",
        "text": {"type": "mrkdwn", "text": "a &lt;b&gt; `c` <https://x.example|d>"},
    },
    {"type": "section", "fields": FIELDS},
    {"type": "divider"},
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "small print"}]},
)


def _thread(double: Double) -> str:
    """A thread with an edit, a reply and a person's word."""
    channel = double.channel()
    root = channel.post(Message(text="under way"), key="root")
    assert isinstance(root, Posted)
    channel.edit(root.ts, Message(text="over", blocks=BLOCKS, colour="#1a7f37"), key="root")
    channel.post(Message(text="a *reply* \x1b[31m"), key="reply", thread=root.ts)
    double.control("POST", "/messages", {"text": "looking", "thread": root.ts})
    return root.ts


def _run(*words: str) -> Result:
    return CliRunner().invoke(main, ["lab", "slack", *words])


def test_threads_are_told_with_their_edits(double: Double) -> None:
    """In order, each message with its key and all it ever said."""
    _thread(double)
    (thread,) = double.control("GET", "/thread").json()["threads"]
    assert (thread["key"], [one["text"] for one in thread["edits"]]) == ("root", ["under way"])
    assert [(r["key"], r["text"]) for r in thread["replies"]] == [
        ("reply", "a *reply* \x1b[31m"),
        (None, "looking"),
    ]


def test_people_see_the_threads(double: Double) -> None:
    """Markup shown, entities as characters, links by their label, control characters written out."""
    _thread(double)
    shown = _run("--url", double.slack.desk.url)
    lines = shown.output.splitlines()
    assert (shown.exit_code, lines[0].endswith("(edited)")) == (0, True)
    assert lines[1:3] == ["▌ shop: pg1 → pg2", "▌ a <b> c d"]
    assert [line.split() for line in lines[3:5]] == [
        ["▌", "Cluster", "Cause"],
        ["▌", "value", "value"],
    ]
    assert "▌ small print" in lines
    reply = next(line for line in lines if "reply" in line)
    assert reply == "      a reply \\x1b[31m"
    assert "somebody" in shown.output


def test_a_channel_can_be_shown_from_a_file(double: Double, tmp_path: Path) -> None:
    """After a drill nobody answers any more."""
    _thread(double)
    told = _run("--url", double.slack.desk.url, "--json").output
    (path := tmp_path / "threads.json").write_text(told)
    assert _run("--file", str(path)).output == _run("--url", double.slack.desk.url).output


def test_a_lab_that_is_not_up_is_told() -> None:
    """In two lines, with exit code 69."""
    shown = _run("--url", f"http://127.0.0.1:{ports.free()[0]}")
    assert (shown.exit_code, "./dev lab" in shown.output) == (69, True)


def test_an_empty_channel_says_so(double: Double) -> None:
    """Rather than nothing."""
    assert _run("--url", double.slack.desk.url).output == "Nothing was posted.\n"


@pytest.mark.parametrize(
    "body",
    [
        {"dwon": "hang"},
        {"down": "away"},
        {"broken": "teapot"},
        {"broken": 500},
        {"slow": "much"},
        {"limited": -1},
        {"lost_replies": True},
        [],
        None,
    ],
    ids=str,
)
def test_a_misspelt_fault_changes_nothing(double: Double, body: Any) -> None:
    """400 and what there is, so that no drill hurts nothing and passes."""
    before = double.control("GET", "/faults").json()
    answer = double.control("POST", "/faults", body)
    assert (answer.status_code, bool(answer.json()["error"])) == (400, True)
    assert double.control("GET", "/faults").json() == before


def test_what_was_hurt_can_be_healed(double: Double) -> None:
    """All of it at once, and Slack answers again."""
    before = double.control("GET", "/faults").json()
    double.hurt(down="refused", archived=True, token="token_revoked", limited=9, alerts=500)
    with pytest.raises(requests.ConnectionError):
        double.ask("auth.test")
    assert double.control("DELETE", "/faults").json() == before
    assert double.ask("auth.test").json()["ok"]


def test_alerts_and_signs_of_life_are_kept(double: Double) -> None:
    """With headers, bodies and times; also while the sinks answer with an error."""
    outside = double.slack.desk.url
    double.hurt(alerts=503, heartbeats=500, down="hang")
    signed = {"Webhook-Id": "evt-1"}
    answer = requests.post(
        f"{outside}/alerts", data='{"a": "ü"}'.encode(), headers=signed, timeout=5
    )
    beats = [requests.request(m, f"{outside}/heartbeat/clock", timeout=20) for m in ("GET", "POST")]
    assert (answer.status_code, [b.status_code for b in beats]) == (503, [500, 500])
    (alert,) = double.control("GET", "/alerts").json()
    assert (alert["headers"]["webhook-id"], alert["body"]) == ("evt-1", '{"a": "ü"}')
    beats_told = double.control("GET", "/heartbeats").json()
    assert (beats_told["clock"]["count"], len(beats_told["clock"]["times"])) == (2, 2)
    double.control("DELETE", "/outside")
    assert double.control("GET", "/alerts").json() == []


def test_every_call_is_noted(double: Double) -> None:
    """With what was done to it."""
    double.hurt(error="fatal_error")
    double.ask("auth.test")
    (one,) = double.control("GET", "/requests").json()
    assert (one["path"], one["status"], one["fault"]) == (
        "/api/auth.test",
        200,
        "error: fatal_error",
    )


def _command(environment: dict[str, str], *more: str) -> subprocess.Popen[str]:
    api, control = ports.free(2)
    where = ["--listen", f"127.0.0.1:{api}", "--control", f"127.0.0.1:{control}", *more]
    return subprocess.Popen(
        [*COMMAND, *where],
        env={**OF_THE_TESTS, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_runs_as_a_process(tmp_path: Path) -> None:
    """It says where it listens once it does, takes its token from the environment, and ends on TERM."""
    token = secrets.token_hex(12)
    process = _command({"SLACK_TOKEN": token}, "--channel", "C0FAILOVERS")
    assert process.stdout is not None
    said = process.stdout.readline()
    try:
        url = said.split()[3].rstrip(",")
        headers = {"Authorization": f"Bearer {token}"}
        body = {"channel": "C0FAILOVERS", "text": "x"}
        answer = requests.post(f"{url}/chat.postMessage", json=body, headers=headers, timeout=20)
        assert answer.json()["channel"] == "C0FAILOVERS"
    finally:
        os.kill(process.pid, signal.SIGTERM)
        process.communicate(timeout=30)
    assert (process.returncode, token in json.dumps(said)) == (0, False)


def test_it_needs_a_token() -> None:
    """Without one it says which variable to set."""
    environment = {k: v for k, v in OF_THE_TESTS.items() if k != "SLACK_TOKEN"}
    process = _command(environment)
    _, complaint = process.communicate(timeout=40)
    assert (process.returncode, "set SLACK_TOKEN" in complaint) == (2, True)
