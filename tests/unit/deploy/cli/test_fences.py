import pytest

from jobs.audit import Kind
from jobs.fence import Fence
from jobs.inventory import Inventory, load_inventory
from jobs.remote import HostFailure, Phase
from tests.fakes.host import FakeHost, FakeJournal
from tests.fakes.witness import SYSTEM
from tests.unit.deploy.cli.desk import FakeDesk, Operator
from tests.world import INVENTORY, make_world

HIGH = Fence(system=SYSTEM, pg_timeline=1, epoch=99)
RESET = ("reset-fence", "shop", "--host", "web1", "--why", "etcd was restored")


@pytest.fixture
def stuck(ann: Operator) -> FakeHost:
    """web1 holds a fence that is higher than the truth."""
    host = ann.world.hosts.at("10.0.1.1")
    host.journals["shop"] = FakeJournal(phase=Phase.CHECKED, fence=HIGH)
    return host


def test_lifts_after_a_yes_and_the_host_follows(ann: Operator, stuck: FakeHost) -> None:
    """The fence and the verdict are shown, the answer is waited for, the host follows, the trail knows."""
    ann.world.settle()
    seen = ann.types(*RESET, answer="y\n")
    assert seen.exit_code == 0
    assert f"web1 holds {HIGH}" in seen.stdout
    assert "is refused by it" in seen.output
    ann.world.work()
    fence = stuck.fence("shop")
    assert fence is not None
    assert fence.epoch == 7
    told = ann.world.told(Kind.FENCE_LIFTED)
    assert [(t["host"], t["how"], t["by"], t["fence"]) for t in told] == [
        ("web1", "reset-fence", "dba", str(HIGH))
    ]


@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_anything_but_yes_does_nothing(ann: Operator, stuck: FakeHost, answer: str) -> None:
    """No, a bare Enter and a closed input all leave the fence alone; exit code 1."""
    assert ann.types(*RESET, answer=answer).exit_code == 1
    assert stuck.fence("shop") == HIGH
    assert ann.world.kinds() == []


def test_a_fence_that_moved_meanwhile_is_kept(ann: Operator, stuck: FakeHost) -> None:
    """Only the fence that was shown is lifted."""
    newer = Fence(system=SYSTEM, pg_timeline=2, epoch=100)

    def moves() -> None:
        stuck.journals["shop"] = FakeJournal(phase=Phase.CHECKED, fence=newer)

    ann.world.dcs.after_look = moves
    seen = ann.types(*RESET, "--yes")
    assert seen.exit_code == 1
    assert stuck.fence("shop") == newer


def test_without_redis_nothing_is_lifted(ann: Operator, stuck: FakeHost) -> None:
    """What cannot be recorded is not done."""
    ann.world.ledger.break_down()
    assert ann.types(*RESET, "--yes").exit_code == 69
    assert stuck.fence("shop") == HIGH


def test_redis_that_dies_after_the_lift_is_said(ann: Operator, stuck: FakeHost) -> None:
    """A lift that could not be recorded is no silent success."""
    world = ann.world
    world.dcs.after_look = world.ledger.break_down
    seen = ann.types(*RESET, "--yes")
    assert seen.exit_code == 69
    assert "lifted, but not recorded" in seen.stderr
    assert stuck.fence("shop") is None


def test_no_fence_is_nothing_to_lift(ann: Operator) -> None:
    """A host that holds none is said to hold none, and nothing is recorded."""
    seen = ann.types(*RESET, "--yes")
    assert seen.exit_code == 0
    assert "holds no fence" in seen.stdout
    assert ann.world.kinds() == []


def test_an_unreachable_host_says_what_to_do(ann: Operator, stuck: FakeHost) -> None:
    """A host that cannot be asked ends the command with its remedy."""
    stuck.down = HostFailure(kind="unreachable", reason="no answer", remedy="start it")
    seen = ann.types(*RESET, "--yes")
    assert (seen.exit_code, seen.stderr) == (69, "pgbaton: web1: no answer\n  start it\n")


TWO = (
    INVENTORY.replace('hosts = ["web1", "web2"]', 'hosts = ["web2"]')
    + """
[clusters.books]
etcd = "main"
scope = "books"
[applications.books]
cluster = "books"
hosts = ["web1"]
services = [{ name = "books" }]
[[applications.books.files]]
path = "/srv/books/.env"
keys = { DB_HOST = "{host}" }
"""
)
ADOPT = ("adopt", "web1", "--from", "shop", "--to", "books", "--why", "sold", "--yes")


@pytest.fixture
def moved(ann: Operator) -> Operator:
    """The inventory gives web1 to books already; the host still holds shop's fence."""
    world = make_world()
    world.settle()
    inventory = load_inventory(TWO)
    assert isinstance(inventory, Inventory)
    world.inventory = inventory
    return Operator(desk=FakeDesk(world), folder=ann.folder)


def test_adopt_lifts_the_old_fence_and_tells_both_trails(moved: Operator) -> None:
    """The host forgets the old cluster; both trails say so; the new cluster's workers are asked."""
    world = moved.world
    assert moved.types(*ADOPT).exit_code == 0
    assert world.hosts.at("10.0.1.1").fence("shop") is None
    assert world.told(Kind.FENCE_LIFTED)[0]["how"] == "adopt, from shop to books"
    assert [e.facts["kind"] for e in world.ledger.entries("books")] == ["fence-lifted"]
    assert "web1" not in world.ledger.state("shop").hosts
    assert [k["cluster"] for _, k in world.ledger.waiting_jobs()] == ["books"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("adopt", "web1", "--from", "books", "--to", "shop"), 2, "no host of shop is called"),
        (("adopt", "web1", "--from", "shop", "--to", "nowhere"), 2, "there is: shop, books"),
        (("adopt", "web2", "--from", "books", "--to", "shop"), 0, "web2 follows shop"),
    ],
)
def test_the_inventory_speaks_first(
    moved: Operator, words: tuple[str, ...], code: int, said: str
) -> None:
    """A host is adopted only by the cluster that the inventory gives it to."""
    seen = moved.types(*words, "--why", "sold", "--yes")
    assert (seen.exit_code, said in seen.output) == (code, True)


def test_a_host_of_two_clusters_is_not_adopted(ann: Operator) -> None:
    """While the inventory still lets the host follow the old cluster, both would move it."""
    both = TWO.replace('hosts = ["web2"]', 'hosts = ["web1", "web2"]')
    inventory = load_inventory(both)
    assert isinstance(inventory, Inventory)
    ann.world.inventory = inventory
    seen = ann.types(*ADOPT)
    assert seen.exit_code == 78
    assert "take it out of shop's applications" in seen.stderr
