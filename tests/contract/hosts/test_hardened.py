"""What a key in hardened mode can do, and what a stolen one cannot."""

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from jobs.edits.splice import Splice
from jobs.inventory import Address
from jobs.remote import (
    FileFault,
    FileState,
    HostFailure,
    LiftRequest,
    Outcome,
    ReadReply,
    ReadRequest,
)
from jobs.wire import quote
from tests.contract.hosts.machine import ACCOUNTS
from tests.contract.hosts.vault import BLANKED, ENV, Vault, change, still
from tests.contract.hosts.worlds import sha256


def read(vault: Vault, path: str) -> FileState | FileFault:
    reply = vault.hand.read(
        vault.host, ReadRequest(cluster=vault.cluster, paths=(path,)), timeout=10
    )
    assert isinstance(reply, ReadReply), reply
    assert [f.path for f in reply.files] == [path]
    return reply.files[0]


def test_read_blanks_what_is_not_listed(vault: Vault) -> None:
    """Every other value, comments, logins in URLs: same length, same places, true checksum."""
    app = vault.prepare()
    state = read(vault, app.files[0].path)
    assert isinstance(state, FileState)
    assert state.content == BLANKED
    assert len(state.content) == len(ENV)
    assert state.sha256 == sha256(ENV)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"10.0.0.1", b"10.0.0.2"),
        (b"0.0.1", b"0.0.2"),
        (b"10.0.0.1", b"db-7.example.com"),
        (b"5432", b"6432"),
        (b"10.0.0.1:5432", b"10.0.0.2:5432"),
        (b"10.0.0.1:5432", b"[fd00::1]:5432"),
        (b"10.0.0.1,10.0.0.2", b"10.0.0.2"),
        (b"10.0.0.1,10.0.0.2", b"db-1.example.com,10.0.0.1"),
    ],
)
def test_a_listed_value_may_become_another(vault: Vault, old: bytes, new: bytes) -> None:
    """As little of it spliced as the worker likes; the rest of the swap is as usual."""
    app = vault.prepare()
    reply = vault.send(vault.request(app, change(ENV, old, new)))
    assert reply.outcome == Outcome.CHANGED, reply
    assert Path(app.files[0].path).read_bytes() == ENV.replace(old, new, 1)
    assert vault.restarts(app.services[0]) == 1
    assert vault.runs(app.after[0]) == 1


def test_two_splices_in_one_value_are_judged_together(vault: Vault) -> None:
    """10.0.0.1 to db-1.example.com in pieces."""
    app = vault.prepare()
    at = ENV.index(b"10.0.0.1")
    pieces = (
        Splice(offset=at, length=2, replacement=b"db-1"),
        Splice(offset=at + 3, length=5, replacement=b"example.com"),
    )
    assert vault.send(vault.request(app, *pieces)).outcome == Outcome.CHANGED
    assert b"DB_HOST=db-1.example.com #" in Path(app.files[0].path).read_bytes()


@pytest.mark.parametrize(
    ("old", "new", "nth"),
    [
        (b"10.0.0.1 #", b"10.0.0.66 #", 0),
        (b"10.0.0.1 #", b"5432 #", 0),
        (b"10.0.0.1 #", b"db-.example.com #", 0),
        (b"10.0.0.1 #", b"10.0.0.1\nAPP_KEY=mine #", 0),
        (b"10.0.0.1 #", b"10.0.0.2;id #", 0),
        (b"10.0.0.1 #", b"$(id) #", 0),
        (b"10.0.0.1 #", b" #", 0),
        (b"APP_KEY=base64", b"APP_KEY=10.0.0.1", 0),
        (b"10.0.0.9", b"10.0.0.1", 0),
        (b"DB_HOST=", b"DB_NAME=", 0),
        (b"s3cret@10.0.0.1", b"s3cret@10.0.0.66", 0),
        (b"shop:s3cret@", b"shop:10.0.0.1:5432@", 0),
        (b"EMPTY=", b"EMPTY=10.0.0.1", 0),
        (b"LAST=secret", b"LAST=10.0.0.1", 0),
        (b"10.0.0.1\n-----END", b"10.0.0.2\n-----END", 0),
        (b"stray", b"10.0.0.1", 0),
        (b"10.0.0.1,", b"10.0.0.1,10.0.0.66,", 0),
    ],
)
def test_nothing_else_may(vault: Vault, old: bytes, new: bytes, nth: int) -> None:
    """Refused before anything changed; only whole listed values count, under their own key."""
    app = vault.prepare()
    reply = vault.send(vault.request(app, change(ENV, old, new, nth=nth)))
    assert (reply.outcome, reply.fence) == (Outcome.FAILED, None), reply
    assert Path(app.files[0].path).read_bytes() == ENV
    assert reply.remedy
    assert vault.restarts(app.services[0]) == 0


@pytest.mark.parametrize(
    ("content", "old", "new", "outcome"),
    [
        (b'{"db": {"host": "10.0.0.1"}}', b"10.0.0.1", b"10.0.0.2", Outcome.CHANGED),
        (b'{"port": 5432, "x": 1}', b"5432", b"6432", Outcome.CHANGED),
        (b'{"port": 5432, "x": 1}', b"5432,", b"6432,,", Outcome.FAILED),
        (b'{"port": 5432, "x": 1}', b", ", b",6432 ", Outcome.FAILED),
        (b"a = 10.0.0.1,10.0.0.66\n", b"10.0.0.1", b"10.0.0.2", Outcome.FAILED),
        (b"shop = host=10.0.0.1 port=5432\n", b"10.0.0.1", b"10.0.0.2", Outcome.CHANGED),
        (b"admin_users = postgres\n", b"postgres", b"10.0.0.1", Outcome.FAILED),
        (b"host=10.0.0.1\n", b"10.0.0.1", b"10.0.0.1\nx=1", Outcome.FAILED),
        (b"host=10.0.0.1\n", b"host", b"10.0.0.1", Outcome.FAILED),
        (b"host=110.0.0.1\n", b"10.0.0.1", b"10.0.0.2", Outcome.FAILED),
    ],
)
def test_other_formats_change_listed_words_only(
    vault: Vault, content: bytes, old: bytes, new: bytes, outcome: Outcome
) -> None:
    """Without their grammar, a whole word that is listed may become another listed one."""
    app = vault.prepare(content, format_="json")
    assert vault.send(vault.request(app, change(content, old, new))).outcome == outcome


def test_what_is_not_listed_is_not_touched(vault: Vault) -> None:
    """Another file, service, command, check, leader or cluster."""
    app = vault.prepare()
    good = vault.request(app, change(ENV, b"10.0.0.1", b"10.0.0.2"))
    other = vault.machine.file(ENV)
    for bad in (
        replace(good, apps=(replace(good.apps[0], files=(still(other),)),)),
        replace(good, apps=(replace(good.apps[0], services=(vault.service(),)),)),
        replace(good, apps=(replace(good.apps[0], after=("id",)),)),
        replace(good, apps=(replace(good.apps[0], check="id"),)),
        replace(good, apps=(replace(good.apps[0], leader=Address(host="127.0.0.1", port=22)),)),
    ):
        reply = vault.send(bad)
        assert (reply.outcome, reply.fence) == (Outcome.FAILED, None), bad
        assert "remote.list" in reply.reason
    assert isinstance(read(vault, str(other)), FileFault)
    assert isinstance(read(vault, "/etc/shadow"), FileFault)
    lift = LiftRequest(cluster="other", expected=None)
    assert isinstance(vault.hand.lift(vault.host, lift, timeout=10), HostFailure)
    assert Path(app.files[0].path).read_bytes() == ENV


def test_a_link_out_of_the_roots_is_not_followed(vault: Vault) -> None:
    """The listed name leads elsewhere since: neither read nor written."""
    app = vault.prepare()
    path, elsewhere = Path(app.files[0].path), vault.machine.file(ENV)
    path.unlink()
    path.symlink_to(elsewhere)
    fault = read(vault, str(path))
    assert isinstance(fault, FileFault)
    assert "outside of every root" in fault.reason
    assert (
        vault.send(vault.request(app, change(ENV, b"10.0.0.1", b"10.0.0.2"))).outcome
        == Outcome.FAILED
    )


@pytest.mark.parametrize("who", ["mode", "owner", "missing"])
def test_a_list_that_others_may_write_is_no_list(vault: Vault, who: str) -> None:
    """Root's alone, or nothing is done at all."""
    app = vault.prepare()
    path = vault.machine.root / "etc/pgbaton/remote.list"
    if who == "mode":
        path.chmod(0o622)
    elif who == "owner":
        os.chown(path, ACCOUNTS["stranger"], 0)
    else:
        path.unlink()
    reply = vault.hand.read(
        vault.host, ReadRequest(cluster=vault.cluster, paths=(app.files[0].path,)), timeout=10
    )
    if who == "owner":
        os.chown(path, 0, 0)
    assert isinstance(reply, HostFailure)
    assert "root's alone" in reply.reason


@pytest.mark.parametrize(
    "command",
    [
        "id",
        "pgbaton-remote",
        "pgbaton-remote read; id",
        "pgbaton-remote swap x",
        "/bin/sh -c id",
        "",
    ],
)
def test_the_key_runs_the_script_and_nothing_else(
    vault: Vault, tmp_path: Path, command: str
) -> None:
    """Whatever is asked for, no shell answers."""
    vault.prepare()
    ssh = shutil.which("ssh")
    assert ssh
    options = [
        "-F",
        "none",
        "-i",
        str(tmp_path / "key"),
        "-p",
        str(vault.machine.port),
        "-o",
        "BatchMode=yes",
    ]
    trust = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
    done = subprocess.run(
        [ssh, *options, *trust, "stranger@127.0.0.1", *([command] if command else [])],
        input=b"id\n",
        capture_output=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 65
    assert b"uid=" not in done.stdout
    assert b"knows read, swap and lift" in done.stderr


def test_commands_hear_of_no_leader_that_is_not_listed(vault: Vault) -> None:
    """They are told where they were led, so a stolen key could tell them anything else."""
    app = vault.prepare()
    elsewhere = replace(app, leader=Address(host="10.0.0.66;id", port=5432))
    reply = vault.send(replace(vault.request(elsewhere), force=True))
    assert (reply.outcome, reply.fence) == (Outcome.FAILED, None), reply
    assert "leader 10.0.0.66\\0073id port 5432 is not in" in reply.reason
    assert vault.runs(app.after[0]) == 0


def test_commands_are_told_where_they_were_led(vault: Vault) -> None:
    """In their environment, as it is said in the request and stands in the list."""
    app = vault.prepare()
    seen = vault.machine.folder(mode=0o777) / "seen"
    told = f'echo "$PGBATON_HOST $PGBATON_PORT" >{seen}'
    text = (vault.machine.root / "etc/pgbaton/remote.list").read_text()
    vault.write_list(text.replace("service ", f"after {quote(told)}\nservice ", 1))
    request = vault.request(replace(app, after=(told,)))
    assert vault.send(replace(request, force=True)).outcome == Outcome.CHANGED
    assert seen.read_text() == f"{app.leader.host} {app.leader.port}\n"
