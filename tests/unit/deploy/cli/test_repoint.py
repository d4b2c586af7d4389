import json

from jobs.audit import Kind
from jobs.remote import HostFailure
from tests.unit.deploy.cli.desk import Operator

DOWN = HostFailure(kind="unreachable", reason="web2 does not answer", remedy="look whether it runs")


def test_asks_and_follows_to_the_end(ann: Operator) -> None:
    """The workers' own entries are printed as they come, and the end is exit code 0."""
    ann.with_workers()
    ann.world.fail_over("pg2")
    seen = ann.types("repoint", "shop", "--why", "drill of the month")
    assert seen.exit_code == 0
    assert "operator dba reports operator.request: repoint drill of the month" in seen.stdout
    assert "web2 follows pg2 (changed, restarted store)" in seen.stdout
    assert seen.stdout.rstrip().endswith(
        "shop: all 2 hosts follow pg2 (fence 7412345678901234567/2/9)"
    )
    assert ann.world.told(Kind.EVENT)[0]["data"]["why"] == "drill of the month"


def test_only_its_own_entries_are_told(ann: Operator) -> None:
    """What stood in the trail before is not told again."""
    ann.with_workers()
    ann.types("repoint", "shop")
    ann.world.fail_over("pg2")
    assert "shop-1" not in ann.types("repoint", "shop").stdout


def test_nothing_to_do_ends_at_once(ann: Operator) -> None:
    """Where every host holds the present leader's fence, nobody waits for workers."""
    ann.world.settle()
    seen = ann.types("repoint", "shop")
    assert (seen.exit_code, ann.world.clock.slept) == (0, [])
    assert "no host was asked. To look at one anew: pgbaton repoint shop --host" in seen.stdout


def test_a_settled_record_of_an_older_leader_is_not_the_end(ann: Operator) -> None:
    """What Redis remembers is held against etcd before it counts as done."""
    ann.world.settle()
    ann.world.fail_over("pg2")
    seen = ann.types("repoint", "shop", "--timeout", "2")
    assert seen.exit_code == 75


def test_a_named_host_is_looked_at_anew(ann: Operator) -> None:
    """--host forgets what is known of that host alone, and waits for that host alone."""
    ann.world.settle()
    ann.with_workers()
    host = ann.world.hosts.at("10.0.1.1")
    host.files["/srv/shop/.env"] = b"DB_HOST=10.9.9.9\nDB_PORT=5432\n"
    ann.world.hosts.at("10.0.1.2").down = DOWN
    seen = ann.types("repoint", "shop", "--host", "web1")
    assert seen.exit_code == 0
    assert "DB_HOST=10.0.0.1\n" in ann.world.env("web1")
    assert "repointing web1\n" in seen.stdout


def test_no_worker_is_told(ann: Operator) -> None:
    """Where nobody takes the job up, the other way is named; exit code 75."""
    seen = ann.types("repoint", "shop", "--timeout", "3")
    assert seen.exit_code == 75
    assert "pgbaton repoint shop --now" in seen.stderr


def test_a_verdict_that_stays_unknown_is_not_taken_for_a_missing_worker(ann: Operator) -> None:
    """Nothing new is in the trail, but the incident says what is waited for."""
    ann.with_workers()
    ann.world.dcs.break_down()
    ann.types("repoint", "shop", "--timeout", "3")
    seen = ann.types("repoint", "shop", "--timeout", "3")
    assert seen.exit_code == 75
    assert "the verdict is unknown" in seen.stderr
    assert "is a worker running" not in seen.stderr


def test_a_failed_host_is_named_when_time_is_up(ann: Operator) -> None:
    """The hosts that are left are named with how they ended, and where to look."""
    ann.with_workers()
    ann.world.hosts.at("10.0.1.2").down = DOWN
    seen = ann.types("repoint", "shop", "--timeout", "3", "--json")
    assert seen.exit_code == 75
    assert "left are web2 (unreachable)" in seen.stderr
    assert "pgbaton show shop-1" in seen.stderr
    told = json.loads(seen.stdout)
    assert (told["there"], told["hosts"]["web2"]["remedy"]) == (False, "look whether it runs")
    assert (
        told["fence"]["epoch"]
        == json.loads(ann.types("verify", "shop", "--json").stdout)["fence"]["epoch"]
    )


def test_no_wait_only_asks(ann: Operator) -> None:
    """--no-wait returns as soon as the request is recorded."""
    seen = ann.types("repoint", "shop", "--no-wait", "--json")
    assert json.loads(seen.stdout) == {"cluster": "shop", "asked": "operator-token1"}
    assert ann.world.kinds() == [Kind.EVENT]
    assert [f for f, _ in ann.world.ledger.waiting_jobs()] == ["jobs.respond.respond"]


def test_a_pause_is_respected(ann: Operator) -> None:
    """While somebody holds the cluster, neither way repoints, and the hold's owner is named."""
    ann.types("pause", "shop", "--why", "moving racks", "--until", "1h")
    for way in ([], ["--now", "--journal", str(ann.folder / "j")]):
        seen = ann.types("repoint", "shop", *way)
        assert seen.exit_code == 1
        assert "paused by dba" in seen.stderr
        assert "pgbaton resume shop" in seen.stderr


def test_redis_down_names_the_other_way(ann: Operator) -> None:
    """Without Redis nothing can be asked for: exit code 69, two lines, no traceback."""
    ann.world.ledger.break_down()
    seen = ann.types("repoint", "shop")
    assert seen.exit_code == 69
    assert seen.stderr.splitlines() == [
        "pgbaton: Redis cannot be reached",
        "  start Redis; meanwhile, without Redis: pgbaton repoint shop --now",
    ]
