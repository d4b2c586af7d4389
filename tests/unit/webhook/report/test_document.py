import base64
import hashlib
import re

import pytest

from jobs.anchor import Anchor
from jobs.inventory.cluster import Objectives
from jobs.picture import PALETTE
from tests import tale
from tests.tale import START, Tale
from tests.unit.jobs.story.drills import NAMES
from tests.unit.webhook.report.papers import Seen, of_drill, of_tale, rows, seen, tokens
from webhook.report import html, markdown, style_hash, stylesheet

EVERY_TALE = ["failover", "switchover", "seven_hours", "fifty", "etcd_gone"]


@pytest.mark.parametrize("name", NAMES)
def test_both_formats_say_the_same(name: str) -> None:
    """Every row of every table stands in both formats, in the same order, word for word."""
    story, about = of_drill(name)
    assert flat(rows(tokens(story, about))) == flat(seen(story, about).rows)


@pytest.mark.parametrize("told", EVERY_TALE)
def test_both_formats_say_the_same_of_tales(told: str) -> None:
    """Also of fifty hosts, of an open incident, and of one without a cause."""
    story, about = of_tale(getattr(tale, told)())
    assert flat(rows(tokens(story, about))) == flat(seen(story, about).rows)
    text = " ".join("".join(seen(story, about).words).split())
    for sentence in summary(story, about):
        assert sentence in text


def flat(table: list[list[str]]) -> list[list[str]]:
    """Without the empty rows that people fill, of which the HTML has more."""
    return [row for row in ([cell.strip() for cell in row] for row in table) if any(row)]


def summary(story: object, about: object) -> list[str]:
    words = [t.content for t in tokens(story, about)]  # type: ignore[arg-type]
    begin, end = words.index("Summary"), words.index("Times")
    return [w for w in dict.fromkeys(words[begin + 1 : end]) if len(w) > 20 and "\\" not in w]


def test_the_file_needs_nothing_from_elsewhere() -> None:
    """One file: no script, no link, no image, no address that a browser would fetch, no style attribute."""
    document = seen(*of_tale(tale.failover(), page="https://pages.example/incidents/shop-7"))
    tags = {tag for tag, _ in document.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "a", "form", "base", "video"}
    attributes = {(n, v) for _, many in document.elements for n, v in many.items()}
    assert not {n for n, _ in attributes} & {"src", "href", "style", "srcset", "action"}
    assert not [v for n, v in attributes if v and "://" in v and n != "xmlns"]
    assert "@import" not in stylesheet()
    assert "url(" not in stylesheet()


def test_the_policy_lets_only_the_embedded_style_through() -> None:
    """The document forbids everything but the very style that it carries."""
    text = html(*of_tale(tale.failover()))
    [style] = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert style_hash() == f"'sha256-{digest}'"
    policies = [a["content"] for t, a in Seen(text).elements if a.get("http-equiv")]
    assert policies == [
        f"default-src 'none'; style-src {style_hash()}; base-uri 'none'; form-action 'none'"
    ]
    assert PALETTE in style


def test_pages_link_the_style_instead() -> None:
    """Served under a policy of the pages' own, the document carries no style and names theirs."""
    document = Seen(html(*of_tale(tale.failover()), stylesheet_url="/static/report.css?a&b"))
    links = [a for t, a in document.elements if t == "link"]
    assert links == [{"rel": "stylesheet", "href": "/static/report.css?a&b"}]
    assert "style" not in {t for t, _ in document.elements}
    assert not [a for _, a in document.elements if "http-equiv" in a]


def test_times_are_held_against_the_objectives() -> None:
    """Met or missed, with the difference; the objectives are the inventory's."""
    goals = Objectives(verified=30, last_host=38, writes_resumed=60)
    found = rows(tokens(*of_tale(tale.failover(), objectives=goals)))
    wanted = {row[0].partition(",")[0]: row[1:] for row in found[1:4]}
    assert wanted == {
        "new leader proven": ["30 s at most", "21.600 s", "met, 8.400 s to spare"],
        "every target follows": ["38 s at most", "38.800 s", "missed by 0.800 s"],
        "every application writes again": ["60 s at most", "29.800 s", "met, 30.200 s to spare"],
    }


def test_an_open_incident_says_so_far() -> None:
    """What has not happened yet is not yet missed, until its time is over."""
    lost = (
        Tale().key(0, None).opened(0.4).verdict(0.4, "not-yet", "nobody leads").planned(1, "web1")
    )
    early = rows(tokens(*of_tale(lost, now=START + 3)))[1:4]
    late = rows(tokens(*of_tale(lost, now=START + 18)))[1:4]
    assert [row[3] for row in early] == ["not yet", "not yet", "not yet"]
    assert [row[3] for row in late] == [
        "missed by 13.000 s so far",
        "missed by 3.000 s so far",
        "not yet",
    ]
    text = markdown(*of_tale(lost, now=START + 18))
    assert "The incident is still open, after 18.0 s." in text
    assert "No new leader has been proven yet; pg1 led before." in text
    assert "18.0 s later not every application is known to write again" in text


def test_an_incident_without_hosts_and_without_a_cause() -> None:
    """Where nothing was moved and nothing is known, the document says that, and invents nothing."""
    bare = Tale().opened(0, before=None).verdict(0.1, "unknown", "etcd has no quorum")
    story, about = of_tale(bare)
    text = "".join(seen(story, about).words)
    assert "The facts in the audit trail allow no named cause." in text
    assert "Nothing was brought to a leader." in text
    assert "Nothing failed." in text
    assert "Nobody acknowledged the incident." in text
    assert "nothing follows this cluster" in text


def test_a_cause_stands_with_its_evidence() -> None:
    """The sentence of the cause, and every proof with its entry's number."""
    story, about = of_drill("kill-leader-machine-4")
    assert story.cause is not None
    found = rows(tokens(story, about))
    assert story.cause.text in "".join(seen(story, about).words)
    assert story.cause.proofs
    for proof in story.cause.proofs:
        assert [str(proof.seq), proof.text] in [[row[0], row[2]] for row in found if len(row) == 3]


def test_what_failed_stands_in_the_order_of_time() -> None:
    """Failed tries, alarms and notes, each with its entry."""
    found = rows(tokens(*of_tale(tale.seven_hours())))
    failed = [row for row in found if len(row) == 5 and row[3] in {"failed try", "alarm"}]
    assert [row[3] for row in failed[:3]] == ["failed try", "failed try", "alarm"]
    assert [int(row[0]) for row in failed] == sorted(int(row[0]) for row in failed)
    assert "web2: unreachable: web2 does not answer, after 5.000 s" in failed[0][4]
    assert ["dba" in row[3] for row in found if "The rack has no power" in row[-1]] == [True]


def test_every_one_of_fifty_hosts_has_its_row() -> None:
    """The picture may group them; the table does not."""
    found = rows(tokens(*of_tale(tale.fifty())))
    hosts = [row for row in found if len(row) == 7][1:]
    assert len(hosts) == 50
    assert hosts[49] == ["web50", "follows pg2 (changed)", "0.600 s", "2", "1", "store", ""]


def test_people_find_the_places_that_are_theirs() -> None:
    """What no trail knows is asked for, in both formats, and marked as empty."""
    story, about = of_tale(tale.failover())
    text, document = markdown(story, about), "".join(seen(story, about).words)
    for name in ("Impact on customers", "What went well", "What did not go well", "Actions"):
        assert f"## {name}" in text
        assert name in document
    assert text.count("**To fill in.**") == document.count("To fill in.") == 5


def test_the_appendix_holds_the_incident_and_nothing_else() -> None:
    """Of a drill's trail only the incident's own entries and the events around it, with their hashes."""
    story, about = of_drill("switchover-4")
    found = rows(tokens(story, about))
    start = next(i for i, row in enumerate(found) if row[-1] == "Hash" and len(row) == 5)
    appendix = found[start + 1 :]
    by_seq = {e.seq: e for e in about.entries}
    assert all(by_seq[int(row[0])].hash.startswith(row[4]) for row in appendix)
    others = {e.seq for e in about.entries if e.facts["incident"] not in {None, story.id}}
    assert not others & {int(row[0]) for row in appendix}
    assert story.last in {int(row[0]) for row in appendix}


def test_a_long_appendix_says_what_it_leaves_out() -> None:
    """An incident of thousands of entries stays a document that opens."""
    long = Tale().opened(0)
    for number in range(1500):
        long.alarm(1 + number, "still nobody")
    text = markdown(*of_tale(long))
    assert "501 entries in the middle are left out" in text
    assert len(text) < 400_000


def test_a_changed_entry_is_named() -> None:
    """A post-mortem over a trail that was tampered with says so in both formats."""
    told = tale.failover()
    broken = list(told.entries)
    broken[9] = type(broken[9])(
        seq=10,
        at=broken[9].at,
        body=broken[9].body.replace("web1", "web3"),
        prev=broken[9].prev,
        hash=broken[9].hash,
    )
    story, about = of_tale(told, entries=tuple(broken))
    assert "THE TRAIL IS BROKEN" in markdown(story, about)
    assert "THE TRAIL IS BROKEN" in "".join(seen(story, about).words)
    assert "every one follows the one before" in markdown(*of_tale(told))


def test_anchors_are_compared() -> None:
    """Each anchor of the incident says whether it fits the entries; others are left out."""
    told = tale.failover()
    last = told.entries[-1]
    fits = Anchor(
        cluster="shop", kind="head", seq=last.seq, hash=last.hash, at=last.at, place="etcd"
    )
    wrong = Anchor(cluster="shop", kind="head", seq=8, hash="0" * 64, at=last.at, place="Slack")
    alien = Anchor(cluster="blog", kind="head", seq=9, hash="1" * 64, at=last.at, place="elsewhere")
    found = rows(tokens(*of_tale(told, anchors=(fits, wrong, alien))))
    compared = {row[0]: row[5] for row in found if len(row) == 6}
    assert compared == {"Anchor": "Compared", "etcd": "fits", "Slack": "DOES NOT FIT"}


def test_an_entry_that_cannot_be_read_hides_no_other() -> None:
    """A broken body is a row that says so."""
    told = tale.failover()
    broken = list(told.entries)
    lost = broken[12]
    body = '{"evidence":{},"id":"x","incident":"shop-7","kind":"host","seconds":null}'
    broken[12] = type(lost)(seq=lost.seq, at=lost.at, body=body, prev=lost.prev, hash=lost.hash)
    text = markdown(*of_tale(told, entries=tuple(broken)))
    assert "this entry cannot be read" in text
    assert "concluded after 39.0 s" in text
