"""`pgbaton provision` as somebody types it, before the double: what is shown, what is written, and what is refused."""

import fcntl
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.cli.command import main
from deploy.cli.equipped import EquippedDesk
from tests.contract.linode.double import Double
from tests.unit.deploy.provision.values import TEXT

SCOPES = "linodes:read_write, vpc:read_write, firewall:read_write, nodebalancers:read_write"


@dataclass(slots=True, kw_only=True)
class Somebody:
    """Whose inventory wants a small architecture, with keys that are made already."""

    folder: Path
    double: Double
    keys: Path
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        return self.folder / "inventory.toml"

    def writes(self, old: str, new: str) -> None:
        """Change the inventory in one place."""
        text = self.file.read_text()
        assert old in text
        self.file.write_text(text.replace(old, new, 1))

    def types(self, *words: str) -> Result:
        environ = {
            "PGBATON_INVENTORY": str(self.file),
            "PGBATON_LINODE_TOKEN": self.double.token,
            "PATH": "/usr/bin:/bin",
            **self.environ,
        }
        runner = CliRunner(env={"PGBATON_INVENTORY": str(self.file)})
        return runner.invoke(main, [*words], obj=EquippedDesk(environ), catch_exceptions=False)

    def keyed(self) -> None:
        """Have the keys, without which no machine could be logged in to."""
        shutil.copytree(self.keys, self.folder / "keys", dirs_exist_ok=True)
        secret = self.folder / "keys" / "secrets" / "linode-token"
        secret.touch(0o600)
        secret.write_text(self.double.token)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An inventory whose keys lie beside it, made once: they take a second."""
    file = tmp_path_factory.mktemp("site") / "inventory.toml"
    file.write_text(TEXT)
    words = ["keys", "make", "--write", "--inventory", str(file)]
    assert CliRunner().invoke(main, words, catch_exceptions=False).exit_code == 0
    return str(file)


@pytest.fixture
def somebody_with(
    make_double: Callable[..., Double], tmp_path: Path, site: str
) -> Callable[..., Somebody]:
    def made(**how: str) -> Somebody:
        double, file = make_double(**how), tmp_path / "inventory.toml"
        file.write_text(f'{Path(site).read_text()}\n[linode]\nurl = "{double.url}"\n')
        return Somebody(folder=tmp_path, double=double, keys=Path(site).parent / "keys")

    return made


@pytest.fixture
def somebody(somebody_with: Callable[..., Somebody]) -> Somebody:
    return somebody_with()


def created(double: Double) -> int:
    return sum(e.method != "GET" for e in double.exchanges)


def test_from_a_plan_to_what_stands(somebody: Somebody) -> None:
    """A plan creates nothing and says 1; then it is created, noted, and the plan says 0."""
    planned = somebody.types("provision", "--plan")
    assert (planned.exit_code, created(somebody.double)) == (1, 0)
    assert (
        "+ create  Linode        pgbaton-pg1        $24.00  g6-standard-2, 10.0.0.21 (database)"
        in planned.output
    )
    assert "To create: 14, to change: 0, as wanted: 0, left though it differs: 0." in planned.output
    assert "about $106.00 a month ($0.159 an hour)" in planned.output
    somebody.keyed()
    made = somebody.types("provision", "--write")
    assert made.exit_code == 0, made.output
    assert "  create VPC pgbaton with the subnet 10.0.0.0/24\n" in made.output
    assert "17 steps made; 14 as wanted, 0 left though they differ." in made.output
    assert f"Written into {somebody.file}:" in made.output
    after, steps = somebody.file.read_text(), created(somebody.double)
    assert "subnet_id = 6001" in after
    again = somebody.types("provision", "--plan")
    assert (again.exit_code, created(somebody.double)) == (0, steps)
    assert somebody.types("provision", "--write").exit_code == 0
    assert (somebody.file.read_text(), created(somebody.double)) == (after, steps)


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


def test_user_data_reaches_each_machine_and_no_screen(somebody: Somebody) -> None:
    """It holds the host key that push will pin; neither it nor the token is ever printed."""
    somebody.keyed()
    made = [somebody.types("provision", "--json"), somebody.types("provision")]
    assert all(row["has_user_data"] for row in somebody.double.world.machines)
    shown = "".join(one.output for one in made)
    assert somebody.double.token not in shown
    assert "PRIVATE KEY" not in shown
    assert "cloud-config" not in shown


def test_scripts_get_one_document(somebody: Somebody) -> None:
    """Each thing with its verdict and reason, prices, and the lines for the inventory."""
    told = json.loads(somebody.types("provision", "--plan", "--json").output)
    assert (told["planned"], told["region"], told["monthly"]) == (True, "us-ord", 106.0)
    assert {(item["verdict"], item["reason"]) for item in told["items"]} == {("create", "missing")}
    somebody.keyed()
    told = json.loads(somebody.types("provision", "--json").output)
    assert (len(told["made"]), told["reason"]) == (17, "")
    assert {"table": ["nodebalancers", "front"], "key": "subnet_id", "value": 6001} in told["notes"]


def test_backups_are_in_the_price_of_machines_alone(somebody: Somebody) -> None:
    """A fifth more for each Linode; a NodeBalancer has none."""
    somebody.writes('region = "us-ord"', 'region = "us-ord"\nbackups = true')
    told = json.loads(somebody.types("provision", "--plan", "--json").output)
    prices = {(i["kind"], i["label"]): i["monthly"] for i in told["items"]}
    assert prices["Linode", "pgbaton-pg1"] == pytest.approx(24 * 1.2)
    assert prices["NodeBalancer", "shop-front"] == 10
    assert told["monthly"] == pytest.approx(96 * 1.2 + 10)


def test_what_differs_is_named_left_and_answered_with_1(somebody: Somebody) -> None:
    """A machine that somebody resized is not resized back."""
    somebody.keyed()
    somebody.types("provision")
    [row] = somebody.double.world.machines.where(label="pgbaton-pg1")
    row["type"] = "g6-standard-4"
    seen = somebody.types("provision")
    assert seen.exit_code == 1
    assert "its type is g6-standard-4, wanted g6-standard-2" in seen.output
    assert row["type"] == "g6-standard-4"


def test_what_is_in_the_way_of_the_rest_is_told(somebody: Somebody) -> None:
    """A VPC of ours in another region: no machine can be created in this one, and none is."""
    somebody.keyed()
    body = {
        "label": "pgbaton",
        "region": "id-cgk",
        "description": "made by pgbaton provision",
    }
    somebody.double.ask("POST", "/vpcs", body)
    seen = somebody.types("provision")
    assert seen.exit_code == 1
    assert (
        "! differs  VPC           pgbaton                    is in id-cgk, wanted in us-ord"
        in seen.output
    )
    assert "could not be made: what differs is in the way" in seen.output
    assert not list(somebody.double.world.machines)


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


def test_an_api_that_asks_for_patience_gets_it(somebody: Somebody) -> None:
    """It says how long, and goes on by itself."""
    somebody.keyed()
    limits = somebody.double.linode.meter
    somebody.double.hurt(limited_until=limits.clock() + 1.5)
    seen = somebody.types("provision")
    assert seen.exit_code == 0, seen.output
    assert "Linode asks for patience: going on in" in seen.output


def test_machines_that_are_slow_to_boot_are_waited_for(somebody: Somebody) -> None:
    """At most as long as one asks; then 75, and the next run waits on."""
    somebody.keyed()
    somebody.double.world.boots_for = 3600
    seen = somebody.types("provision", "--wait", "0")
    assert seen.exit_code == 75
    assert "Not running yet: pgbaton-etcd1, " in seen.output
    somebody.double.world.booted.clear()
    for row in somebody.double.world.machines:
        row["status"] = "running"
    assert somebody.types("provision").exit_code == 0


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
