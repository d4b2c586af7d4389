"""What the pages say of an incident, a cluster and the whole, over real jobs in memory."""

from __future__ import annotations

import json
import re

import pytest

from jobs.audit import Draft, Kind
from jobs.remembered import ANCHORS_TROUBLE, anchored_name, proof_name
from jobs.state import Incident, Pause, dump
from tests.unit.webhook.pages.desk import Visit
from tests.world import INVENTORY, make_world


def test_an_incident_is_told_from_its_headline_to_its_proof(visit: Visit) -> None:
    """Who leads and led, every target, the picture, the entries with evidence, the chain."""
    page = visit.page(f"/incidents/{visit.fail_over()}")
    assert "pg2 leads shop; pg1 led until then. Everything follows it now." in page
    assert page.count("<svg") == 2
    assert "2 of 2 follow pg2" in page
    assert "Entries 7 to 12 fit together" in page
    assert "&#34;before&#34;: &#34;pg1&#34;" in page


def test_the_front_page_shows_leader_epoch_state_and_last_incident(visit: Visit) -> None:
    """In one card for each cluster."""
    incident = visit.fail_over()
    page = visit.page("/")
    epoch = visit.world.ledger.state("shop").settled.fence
    assert epoch is not None
    for words in ("quiet", "pg2", f">{epoch.epoch}<", f'href="/incidents/{incident}"'):
        assert words in page


def test_a_cluster_that_was_never_looked_at_says_so(visit: Visit) -> None:
    """No leader is made up."""
    page = visit.page("/")
    assert "not looked at yet" in page
    assert "No incident yet." in page


def test_a_pause_is_shown_with_its_reason_and_end(visit: Visit) -> None:
    """And since when."""
    visit.fail_over()
    world = visit.world
    hold = Pause(why="moving web1", until=world.clock.now() + 600, by="dba")
    said = Draft(id="p", kind=Kind.PAUSED, evidence={"by": "dba", "why": "moving web1"})
    world.ledger.pause("shop", hold, [said])
    page = visit.page("/clusters/shop")
    assert re.search(r"paused</strong> until <time [^>]*>14 Nov 2023 22:23:20 UTC", page)
    assert "moving web1; by dba" in page


def test_drift_is_shown_until_it_is_set_right(visit: Visit) -> None:
    """By the drift's entry, and the host's own newer answer."""
    visit.fail_over()
    world = visit.world
    world.clock.pass_by(10)
    said = Draft(id="d", kind=Kind.DRIFT, evidence={"host": "web1", "drift": [".env DB_HOST"]})
    world.ledger.forget("shop", ["web1"], [said])
    assert "web1 drifted: .env DB_HOST" in visit.page("/")
    world.clock.pass_by(10)
    world.settle()
    assert "web1 drifted" not in visit.page("/")


def test_an_open_incident_that_acts_on_nothing_needs_a_look(visit: Visit) -> None:
    """Its verdict stands where people look first."""
    world = visit.world
    world.settle()
    world.dcs.break_down("etcd has no quorum")
    world.settle()
    incident = world.ledger.spans("shop", count=1)[0].incident
    assert "open, needs a look" in visit.page("/")
    page = visit.page(f"/incidents/{incident}")
    assert "Nobody is proven to lead shop (unknown)." in page
    assert "etcd has no quorum" in page


@pytest.mark.parametrize(
    "text",
    [
        '{"reason": "Slack refuses the token", "remedy": "put a new one into slack-token"}',
        "it is so",
    ],
)
def test_what_keeps_slack_from_being_told_stands_on_the_front_page(visit: Visit, text: str) -> None:
    """As chronicle remembered it; an empty text means that it is over."""
    visit.world.ledger.remember("slack:trouble", text)
    page = visit.page("/")
    assert "Slack is not told" in page
    assert "{" not in page
    visit.world.ledger.remember("slack:trouble", "")
    assert "Slack is not told" not in visit.page("/")


def test_an_older_post_mortem_is_a_page_and_a_file(visit: Visit) -> None:
    """Read under the pages' own policy with its stylesheet linked; taken along, it holds its style."""
    incident = visit.fail_over()
    page = visit.page(f"/incidents/{incident}/report")
    assert "<style" not in page
    assert re.search(r'href="(/static/report\.[0-9a-f]{12}\.css)"', page)
    taken = visit.client.get(f"/incidents/{incident}/report?download")
    assert taken.headers["Content-Disposition"] == f"attachment; filename={incident}.html"
    assert "<style" in taken.text
    text = visit.client.get(f"/incidents/{incident}/report.md")
    assert text.mimetype == "text/markdown"
    assert text.text.startswith(f"# Post-mortem of {incident}")


def test_it_only_reads(visit: Visit) -> None:
    """No page leaves an effect on the ledger."""
    incident = visit.fail_over()
    before = list(visit.world.ledger.effects)
    for path in ("/", "/clusters/shop", f"/incidents/{incident}", f"/incidents/{incident}/report"):
        visit.page(path)
        assert visit.client.post(path).status_code == 405
    assert visit.world.ledger.effects == before


def test_a_cluster_with_an_open_incident_comes_before_quiet_ones() -> None:
    """Whatever the inventory's order."""
    second = '[clusters.zoo]\netcd = "main"\nscope = "zoo"\n[hosts.web1]'
    visit = Visit(make_world(INVENTORY.replace("[hosts.web1]", second, 1)))
    visit.fail_over()
    ledger = visit.world.ledger
    ledger.store.of("zoo").incident = dump(
        Incident(id="zoo-1", cluster="zoo", opened=1.0, verdict="unknown")
    )
    page = visit.page("/")
    assert page.index('id="cluster-zoo"') < page.index('id="cluster-shop"')


def test_what_the_last_verdict_remarked_stands_with_its_cluster(visit: Visit) -> None:
    """Patroni paused, failsafe mode: shown, not treated as failures."""
    visit.fail_over()
    fence = {"system": "1", "pg_timeline": 2, "epoch": 90}
    told = {
        "verdict": "confirmed",
        "reason": "pg2 leads",
        "member": "pg2",
        "fence": fence,
        "notes": ["Patroni is paused", "failsafe mode is active"],
    }
    opened = {"before": "pg1", "why": "a new epoch"}
    visit.world.ledger.append(
        "shop",
        [
            Draft(id="o", kind=Kind.OPENED, incident="shop-9", evidence=opened),
            Draft(id="v", kind=Kind.VERDICT, incident="shop-9", evidence=told),
        ],
    )
    page = visit.page("/")
    assert "Patroni paused" in page
    assert "failsafe mode" in page


def test_two_writable_primaries_are_the_first_flag(visit: Visit) -> None:
    """While the incident says so."""
    visit.fail_over()
    said = ("two-primaries:pg1:9",)
    visit.world.ledger.store.of("shop").incident = dump(
        Incident(id="shop-3", cluster="shop", opened=1.0, verdict="confirmed", alarms=said)
    )
    assert "pg1 accepted writes while another member led" in visit.page("/")


def test_the_age_of_the_last_proof_stands_with_its_cluster(visit: Visit) -> None:
    """Counted from the last look that proved the leader, in an incident or in peace."""
    visit.fail_over()
    assert "within the last minute" in visit.page("/")
    visit.world.clock.pass_by(250)
    assert "4 min 10 s ago" in visit.page("/")
    visit.world.ledger.remember(proof_name("shop"), f"{visit.world.clock.now() - 60:.3f}")
    assert "1 min ago" in visit.page("/")


def test_what_the_chronicle_said_of_its_anchors_is_shown(visit: Visit) -> None:
    """Up to which entry, and on the front page why not."""
    incident = visit.fail_over()
    span = visit.world.ledger.span("shop", incident)
    assert span is not None
    assert "Anchored" not in visit.page(f"/incidents/{incident}")
    visit.world.ledger.remember(anchored_name("shop"), str(span.last - 1))
    assert "this incident not to its end yet" in visit.page(f"/incidents/{incident}")
    visit.world.ledger.remember(anchored_name("shop"), str(span.last))
    assert f"up to entry {span.last}; by" in visit.page(f"/incidents/{incident}")
    told = json.dumps({"reason": "shop: etcd has no leader", "remedy": "start etcd"})
    visit.world.ledger.remember(ANCHORS_TROUBLE, told)
    page = visit.page("/")
    assert "trail is not anchored" in page
    assert "etcd has no leader" in page
