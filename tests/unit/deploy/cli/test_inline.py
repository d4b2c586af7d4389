import json
from dataclasses import replace
from pathlib import Path

from jobs.audit import Kind, verify
from jobs.claims import Unknown
from jobs.remote import HostFailure
from tests.unit.deploy.cli.desk import Operator

DOWN = HostFailure(kind="unreachable", reason="web2 does not answer", remedy="look whether it runs")


def _now(ann: Operator, *more: str) -> tuple[int, str, Path]:
    journal = ann.folder / "sub" / "journal.jsonl"
    seen = ann.types("repoint", "shop", "--now", "--journal", str(journal), *more)
    return seen.exit_code, seen.stdout, journal


def test_the_whole_job_without_redis(ann: Operator) -> None:
    """With Redis down every host follows the new leader, and each step is in the file."""
    ann.world.fail_over("pg2")
    ann.world.ledger.break_down()
    code, out, journal = _now(ann)
    assert code == 0
    assert "shop: 2 of 2 hosts follow pg2" in out
    assert [ann.world.restarts(h) for h in ("web1", "web2")] == [1, 1]
    kinds = [json.loads(line)["kind"] for line in journal.read_text().splitlines()]
    assert kinds == ["event", "verdict", "planned", "host", "host"]


def test_the_trail_takes_the_journal_in_once(ann: Operator) -> None:
    """An import appends every step as a journal entry, and a second one nothing."""
    ann.world.ledger.break_down()
    *_, journal = _now(ann, "--why", "Redis was away")
    ann.world.ledger.recover()
    for said in ("5 steps taken in, 0 known", "0 steps taken in, 5 known"):
        assert said in ann.types("audit", "import", str(journal)).stdout
    assert ann.world.kinds() == [Kind.JOURNAL] * 5
    assert verify(ann.world.ledger.entries("shop")).bad is None
    assert "repoint --now Redis was away" in ann.world.told(Kind.JOURNAL)[0]["text"]


def test_a_torn_last_line_is_left_out(ann: Operator) -> None:
    """A run that was killed while writing leaves a journal that can still be taken in."""
    ann.world.ledger.break_down()
    *_, journal = _now(ann)
    journal.write_text(journal.read_text()[:-20])
    ann.world.ledger.recover()
    assert "4 steps taken in" in ann.types("audit", "import", str(journal)).stdout


def test_a_foreign_file_is_refused(ann: Operator) -> None:
    """Something else than a journal changes nothing, and the bad line is named."""
    file = ann.folder / "x.jsonl"
    file.write_text('{"cluster": "shop"}\n')
    seen = ann.types("audit", "import", str(file))
    assert seen.exit_code == 1
    assert "line 1" in seen.stderr
    assert ann.world.kinds() == []


def test_with_redis_the_trail_hears_at_once(ann: Operator) -> None:
    """Where Redis answers, no import is needed, the file adds nothing, and a respond looks."""
    code, out, journal = _now(ann)
    assert code == 0
    assert "audit import" not in out
    assert ann.world.kinds() == [Kind.JOURNAL] * 5
    assert "0 steps taken in" in ann.types("audit", "import", str(journal)).stdout
    ann.world.work()
    assert ann.world.ledger.state("shop").settled.member == "pg1"


def test_redis_that_dies_meanwhile_stops_nobody(ann: Operator) -> None:
    """Redis may go away in the middle: the hosts follow all the same, the file has everything."""
    world = ann.world
    world.fail_over("pg2")
    world.hosts.at("10.0.1.1").on_swap = world.ledger.break_down
    code, out, journal = _now(ann)
    assert (code, len(journal.read_text().splitlines())) == (0, 5)
    assert f"once Redis is back: pgbaton audit import {journal}" in out


def test_one_host_down_is_tried_again_and_fails_the_command(ann: Operator) -> None:
    """The other host moves, the failed one is tried three times, named, and is exit code 1."""
    ann.world.fail_over("pg2")
    ann.world.hosts.at("10.0.1.2").down = DOWN
    code, out, _ = _now(ann, "--json")
    told = json.loads(out)
    assert code == 1
    assert told["hosts"]["web1"]["holds"]
    assert told["hosts"]["web2"]["remedy"] == "look whether it runs"
    assert ann.world.clock.slept == [1.0, 2.0]
    assert ann.world.restarts("web1") == 1


def test_a_secret_that_a_host_prints_is_written_nowhere(ann: Operator) -> None:
    """Not on the terminal, not in the journal's file, not in what the operator gives as the reason."""
    ann.world.fail_over("pg2")
    reason = "its login shell printed DB_PASSWORD=correct-horse"
    ann.world.hosts.at("10.0.1.2").down = replace(DOWN, reason=reason)
    _, out, journal = _now(ann, "--why", "password=correct-horse was changed")
    written = journal.read_text()
    assert "correct-horse" not in out + written
    assert "its login shell printed DB_PASSWORD=***" in written
    assert "password=*** was changed" in written


def test_a_host_that_comes_back_is_taken_along(ann: Operator) -> None:
    """A failure that passes within the rounds is no failure."""
    ann.world.fail_over("pg2")
    host = ann.world.hosts.at("10.0.1.2")
    host.busy = True
    clock = ann.world.clock
    ann.with_workers()
    ann.desk.clock.meanwhile = lambda: setattr(host, "busy", False)  # type: ignore[attr-defined]
    assert _now(ann)[0] == 0
    assert clock.slept == [1.0]


def test_without_a_confirmed_leader_nothing_is_touched(ann: Operator) -> None:
    """A doubtful leader moves no host, whatever the operator wishes."""
    ann.world.witness.rest["pg1"] = Unknown(reason="timed out")
    code, out, journal = _now(ann)
    assert code == 3
    assert ann.world.hosts.effects == []
    assert "Nothing is repointed" in out
    assert "verdict" in journal.read_text()


def test_a_leader_that_changes_meanwhile_holds_the_swap_back(ann: Operator) -> None:
    """The epoch is read again before each host: a newer one is judged anew, not overrun."""
    world = ann.world
    world.fail_over("pg2")
    world.hosts.at("10.0.1.1").on_swap = lambda: world.fail_over("pg3")
    assert _now(ann)[0] == 0
    assert all("DB_HOST=10.0.0.3\n" in world.env(host) for host in ("web1", "web2"))
    assert [world.restarts(host) for host in ("web1", "web2")] == [2, 1]


def test_a_journal_that_cannot_be_written_stops_before_anything(ann: Operator) -> None:
    """What could not be written down is not done."""
    (ann.folder / "file").write_text("")
    seen = ann.types("repoint", "shop", "--now", "--journal", str(ann.folder / "file" / "j"))
    assert seen.exit_code == 69
    assert "--journal PATH" in seen.stderr
    assert ann.world.hosts.effects == []
