"""Long lists: 25 incidents and 200 entries a page, none twice and none left out."""

from __future__ import annotations

import re

import pytest

from jobs.audit import Draft, Kind
from tests.unit.webhook.pages.desk import Visit
from tests.world import INVENTORY, make_world

SECOND = '[clusters.orders]\netcd = "main"\nscope = "orders"\n[hosts.web1]'


@pytest.fixture
def visit() -> Visit:
    """Two clusters with 40 incidents each, by turns."""
    visit = Visit(make_world(INVENTORY.replace("[hosts.web1]", SECOND, 1)))
    for number in range(1, 41):
        for cluster in ("shop", "orders"):
            visit.world.clock.pass_by(60)
            incident = f"{cluster}-{number}"
            opened = {"before": None, "why": "a new epoch"}
            drafts = [Draft(id=incident, kind=Kind.OPENED, incident=incident, evidence=opened)]
            visit.world.ledger.append(cluster, drafts)
    return visit


def walked(visit: Visit, path: str) -> list[list[str]]:
    """The incidents of every page, following "Older"."""
    pages, query = [], ""
    while True:
        page = visit.page(path + query)
        table = page.partition("<table")[2]
        pages.append(re.findall(r'<th scope="row"><a href="/incidents/([^"]+)"', table))
        older = re.search(r'rel="next" href="(\?before=\d+)"', page)
        if older is None:
            return pages
        query = older[1]


def test_the_front_page_walks_every_incident_of_all_clusters_newest_first(visit: Visit) -> None:
    """80 incidents of two clusters on four pages."""
    pages = walked(visit, "/")
    assert [len(one) for one in pages] == [25, 25, 25, 5]
    expected = [f"{c}-{n}" for n in range(40, 0, -1) for c in ("orders", "shop")]
    assert [one for page in pages for one in page] == expected


def test_a_clusters_page_walks_its_own(visit: Visit) -> None:
    """40 of one cluster on two pages."""
    pages = walked(visit, "/clusters/shop")
    assert [one for page in pages for one in page] == [f"shop-{n}" for n in range(40, 0, -1)]


def test_older_pages_hold_while_new_incidents_open(visit: Visit) -> None:
    """The cursor is an instant: what opens later moves nothing on an older page."""
    older = re.search(r"\?before=\d+", visit.page("/"))
    assert older is not None
    before = visit.page(f"/{older[0]}")
    opened = Draft(id="n", kind=Kind.OPENED, incident="shop-41", evidence={"why": "a new epoch"})
    visit.world.clock.pass_by(60)
    visit.world.ledger.append("shop", [opened])
    assert visit.page(f"/{older[0]}") == before


@pytest.mark.parametrize("cursor", ["", "-1", "x", "1.5", "٣", "9" * 30, "1%00"])
def test_a_cursor_that_is_none_is_refused(visit: Visit, cursor: str) -> None:
    """With 400, on each page that takes one."""
    for path in ("/", "/clusters/shop", "/incidents/shop-1"):
        assert "cannot be read" in visit.page(f"{path}?before={cursor}", status=400)


@pytest.mark.parametrize("cursor", [0, 1, 10**17])
def test_a_cursor_out_of_range_is_an_empty_or_a_full_page(visit: Visit, cursor: int) -> None:
    """And no error."""
    for path in ("/", "/clusters/shop", "/incidents/shop-1"):
        visit.page(f"{path}?before={cursor}")


def test_a_huge_incident_is_paged_and_its_proofs_lead_to_the_right_page(visit: Visit) -> None:
    """450 entries: the newest 200, then older ones, none left out; an old alarm's link leads there."""
    own = "orders-41"
    told = {"reason": "leaderless for 10 s", "remedy": "look"}
    drafts = [
        Draft(id="o", kind=Kind.OPENED, incident=own, evidence={"why": "x"}),
        *(Draft(id=f"a{n}", kind=Kind.ALARM, incident=own, evidence=told) for n in range(449)),
    ]
    visit.world.ledger.append("orders", drafts)
    seen: list[int] = []
    query: str | None = ""
    while query is not None:
        page = visit.page(f"/incidents/{own}{query}")
        numbers = [int(n) for n in re.findall(r'<li id="e(\d+)"', page)]
        seen = [*numbers, *seen]
        older = re.search(rf'rel="next" href="/incidents/{own}(\?before=\d+)"', page)
        query = older[1] if older else None
    assert seen == list(range(41, 41 + 450))
    proof = re.search(
        rf'href="/incidents/{own}(\?before=\d+)#e42"', visit.page(f"/incidents/{own}")
    )
    assert proof is not None
    assert '<li id="e42"' in visit.page(f"/incidents/{own}{proof[1]}")
