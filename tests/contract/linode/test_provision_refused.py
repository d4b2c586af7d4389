"""`pgbaton provision` where it cannot go on: what is said, and that nothing is half done."""

import fcntl
import json
from collections.abc import Callable

import pytest

from tests.contract.linode.somebody import Somebody, created

SCOPES = "linodes:read_write, vpc:read_write, firewall:read_write, nodebalancers:read_write"


def test_what_was_created_is_told_even_where_it_cannot_be_written_down(somebody: Somebody) -> None:
    """A layout that would not survive it: table, lines to write by hand, and why; the file stays."""
    somebody.keyed()
    somebody.writes("[clusters.shop]\netcd", "[clusters]\nshop.etcd")
    somebody.writes('scope = "shop"\npostgresql_port', 'shop.scope = "shop"\nshop.postgresql_port')
    somebody.writes("machines = { pg1", "shop.machines = { pg1")
    somebody.writes("[clusters.shop.mux]\nport", "shop.mux.port")
    before = somebody.file.read_text()
    seen = somebody.types("provision", "--write")
    assert seen.exit_code == 1
    assert '[clusters.shop.linodes] pg1 = "pgbaton-pg1"' in seen.stdout
    assert "does not let this be written by itself" in seen.stderr
    assert somebody.file.read_text() == before
    told = json.loads(somebody.types("provision", "--write", "--json").stdout)
    assert (told["wrote"], "write the lines" in told["remedy"]) == (None, True)
    assert told["notes"]


def test_one_run_at_a_time(somebody: Somebody) -> None:
    """Two would each give a NodeBalancer the same node; a plan disturbs nobody."""
    somebody.keyed()
    with somebody.file.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        seen = somebody.types("provision")
        assert (seen.exit_code, created(somebody.double)) == (75, 0)
        assert "another pgbaton provision is at work" in seen.stderr
        assert somebody.types("provision", "--plan").exit_code == 1
    assert somebody.types("provision").exit_code == 0


def test_somebody_elses_label_is_refused_by_name(somebody: Somebody) -> None:
    """Before anything is created, with the way to adopt it."""
    somebody.keyed()
    somebody.double.machine("pgbaton-pg1", "192.168.1.11")
    before = created(somebody.double)
    seen = somebody.types("provision")
    assert (seen.exit_code, created(somebody.double)) == (78, before)
    assert "Nothing was created: somebody else's is Linode pgbaton-pg1." in seen.output
    assert 'If it is yours, give it the tag "pgbaton" at Linode' in seen.output


def test_every_scope_that_is_lacking_is_named(somebody_with: Callable[..., Somebody]) -> None:
    """Before the first request that creates: no half of an architecture is left."""
    somebody = somebody_with(scopes="linodes:read_write nodebalancers:read_only")
    somebody.keyed()
    seen = somebody.types("provision")
    assert (seen.exit_code, created(somebody.double)) == (78, 0)
    assert "lacks vpc:read_write, firewall:read_write, nodebalancers:read_write" in seen.stderr
    assert f"make a token with {SCOPES}" in seen.stderr


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('"us-ord"', '"us-ort"'), "Linode has no region 'us-ort'"),
        (('"us-ord"', '"us-southeast"'), "region us-southeast has no VPCs and no Metadata"),
        (('"us-ord"', '"us-ord"\ntypes = { etcd = "g6-tiny" }'), "no type 'g6-tiny' (etcd1, etcd2"),
    ],
    ids=["region", "region without", "type"],
)
def test_what_linode_does_not_offer_is_said(
    somebody: Somebody, change: tuple[str, str], said: str
) -> None:
    """With what comes near it, and nothing is created."""
    somebody.writes(*change)
    seen = somebody.types("provision", "--plan")
    assert seen.exit_code == 78
    assert said in seen.stderr
    assert len(seen.stderr.splitlines()) == 2


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [
        ({"broken": "503"}, 69, "answers 503: Service Unavailable"),
        ({"broken": "html"}, 69, "answers what is not JSON"),
        ({"broken": "401"}, 78, "answers 401: Invalid Token"),
        (
            {"broken": "503", "only": "^POST"},
            69,
            "could not create placement group pgbaton-etcd-main",
        ),
        (
            {"broken": "403", "only": "^POST /v4/linode"},
            78,
            "could not create Linode pgbaton-etcd1",
        ),
        (
            {"broken": "400", "only": "^POST /v4/linode"},
            78,
            "could not create Linode pgbaton-etcd1",
        ),
    ],
    ids=["down", "no api", "no token", "half-way", "no grant", "refused"],
)
def test_an_api_that_fails_is_told_in_two_lines(
    somebody: Somebody, fault: dict[str, str], code: int, said: str
) -> None:
    """What could not be done, why, and that the next run goes on from there: it does."""
    somebody.keyed()
    somebody.double.hurt(**fault)
    seen = somebody.types("provision")
    assert (seen.exit_code, len(seen.stderr.splitlines())) == (code, 2)
    assert said in seen.stderr
    somebody.double.heal()
    assert somebody.types("provision").exit_code == 0
    assert len(list(somebody.double.world.machines)) == 6


def test_a_plan_needs_no_keys_and_all_else_does(somebody: Somebody) -> None:
    """A machine without the key of push would be out of reach for ever."""
    assert somebody.types("provision", "--plan").exit_code == 1
    seen = somebody.types("provision")
    assert (seen.exit_code, created(somebody.double)) == (78, 0)
    assert "pgbaton keys make" in seen.stderr


def test_without_a_token_or_a_table_it_says_what_to_write(somebody: Somebody) -> None:
    """Two lines each."""
    somebody.environ = {"PGBATON_LINODE_TOKEN": ""}
    seen = somebody.types("provision", "--plan")
    assert (seen.exit_code, "PGBATON_LINODE_TOKEN" in seen.stderr) == (78, True)
    somebody.writes('[provision]\nregion = "us-ord"\n', "")
    seen = somebody.types("provision", "--plan")
    assert (seen.exit_code, '[provision] region = "us-ord"' in seen.stderr) == (78, True)


def test_without_a_file_it_says_which_was_looked_for(somebody: Somebody) -> None:
    """A plan, and a run that would hold the file for itself."""
    somebody.file.unlink()
    for words in (("provision", "--plan"), ("provision",)):
        seen = somebody.types(*words)
        assert (seen.exit_code, len(seen.stderr.splitlines())) == (78, 2)
        assert f"{somebody.file}: No such file or directory" in seen.stderr
