from pathlib import Path

from deploy.cli.health import surroundings
from deploy.doctor.shared import Shared
from deploy.doctor.ward import visits, visits_here
from deploy.keyring import Keyring
from tests.parts import ROOT
from tests.unit.deploy.cli.desk import FakeDesk
from tests.world import INVENTORY, make_world

MORE = """
[clusters.shop.machines]
pg1 = "10.0.0.1"
pg2 = "10.0.0.2"
[clusters.shop.mux]
port = 6432
[nodebalancers.front]
cluster = "shop"
label = "front"
region = "us-ord"
address = "192.0.2.10"
[senders.watch]
clusters = ["shop"]
keys = ["whpk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]
"""


def shared(folder: Path) -> Shared:
    """An inventory that has everything, and a folder of keys."""
    (folder / "ca.pem").touch()
    desk = FakeDesk(make_world(INVENTORY + MORE))
    digest = desk.inventory.digest
    return Shared(surroundings(desk, Keyring(folder), digest=digest, pings=True))


def test_every_subject_stands_in_the_guide(tmp_path: Path) -> None:
    """With its name in the first column of the table of docs/doctor.md; and none is visited twice."""
    names = [one.subject for one in visits(shared(tmp_path))]
    assert len(names) == len(set(names))
    rows = (ROOT / "docs/doctor.md").read_text().splitlines()
    told = {word for row in rows if row.startswith("| ") for word in row.split("|")[1].split()}
    kinds = {name.split()[0] for name in names}
    assert kinds <= {word.strip(",") for word in told}
    assert len(kinds) >= 15


def test_what_is_looked_at_from_a_desk_is_part_of_it(tmp_path: Path) -> None:
    """So that the two tables can be put into one."""
    around = shared(tmp_path)
    here = [one.subject for one in visits_here(around)]
    assert here == ["hooks shop", "host web1", "host web2", "clocks", "keys"]
    assert set(here) <= {one.subject for one in visits(around)}
