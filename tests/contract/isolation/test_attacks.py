"""The forced command attacked by somebody who has the key: nothing but its two orders is taken."""

import json
import time

from tests.contract.isolation.member import Member
from workers.ssh import load_key
from workers.ssh.command import run
from workers.ssh.connect import connect

WRONG = {
    "nothing": " ",
    "a shell": "sh -c id",
    "another cluster": "isolate other {fence}",
    "a cluster that begins alike": "isolate shop2 {fence}",
    "no fence": "isolate shop",
    "an empty fence": "isolate shop ",
    "half a fence": "isolate shop 1/2",
    "a fence with a fourth part": "isolate shop {fence}/1",
    "letters": "isolate shop a/b/c",
    "a sign": "isolate shop {system}/+3/+9",
    "a leading zero": "isolate shop {system}/03/9",
    "a number beyond all": "isolate shop {system}/3/99999999999999999999",
    "more words": "isolate shop {fence} now",
    "a second order": "isolate shop {fence}; touch {root}/state/hacked",
    "a substitution": "isolate shop $(touch {root}/state/hacked)",
    "backquotes": "isolate shop `touch {root}/state/hacked`",
    "a newline": "isolate shop {fence}\ntouch {root}/state/hacked",
    "a newline before": "\nisolate shop {fence}",
    "a carriage return": "isolate shop {fence}\r",
    "options": "--config=/dev/null isolate shop {fence}",
    "a pattern": "isolate * {fence}",
    "a path": "isolate ../../etc {fence}",
    "a check of another": "check other",
    "a check and more": "check shop now",
    "huge": "isolate shop " + "9" * 100_000,
}


def test_what_is_no_order_is_refused(stale: Member) -> None:
    """PostgreSQL runs on, no fence is kept, nothing is made, and the answer says what would be taken."""
    fence = stale.fence()
    places = {"fence": fence, "system": fence.system, "root": stale.root}
    connection = connect(stale.host, load_key(stale.key_file), deadline=time.monotonic() + 20)
    for what, words in WRONG.items():
        for name, value in places.items():
            words = words.replace(f"{{{name}}}", str(value))  # noqa: PLW2901 - filled in
        said = run(connection, words, b"", deadline=time.monotonic() + 20).output
        answer = json.loads(said)
        assert (answer["outcome"], stale.runs()) == ("refused", True), (what, answer)
        assert answer["remedy"], what
        assert not (stale.state / "hacked").exists(), what
        assert not (stale.state / "fence").exists(), what
    connection.close()


def test_neither_environment_nor_input_nor_a_tunnel_leads_anywhere(stale: Member) -> None:
    """Even an sshd that accepts every variable hands on none that counts, and a flood on stdin is not read."""
    evil = {
        "PATH": str(stale.root),
        "PGDATA": "/nowhere",
        "ENV": f"{stale.root}/evil",
        "IFS": "/",
        "CURL_HOME": str(stale.root),
        "http_proxy": "http://127.0.0.1:1",
        "LC_ALL": "de_DE.UTF-8",
    }
    (stale.root / "evil").write_text(f"touch {stale.state}/hacked\n")
    (stale.root / "curl").write_text(f"#!/bin/sh\ntouch {stale.state}/hacked\n")
    (stale.root / "curl").chmod(0o755)
    options = [f"-oSetEnv={' '.join(f'{n}={v}' for n, v in evil.items())}"]
    answer = stale.ask("check shop", *options, text=b"x" * 3_000_000)
    assert answer["outcome"] == "ready"
    assert not (stale.state / "hacked").exists()
    port = stale.postgres.port
    for tunnel in (["-tt"], ["-W", f"127.0.0.1:{port}"], ["-s"]):
        assert stale.run("check shop", *tunnel) == b"", tunnel
