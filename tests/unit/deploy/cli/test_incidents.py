import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pytest

from deploy.cli.telling import read_told
from jobs.audit import Draft, Entry, Head, Kind, Span
from jobs.ports import Trail
from jobs.remote import HostFailure
from tests.unit.deploy.cli.desk import Operator


@pytest.fixture
def failed_over(ann: Operator) -> Operator:
    """pg1 led, then pg2: two incidents, both concluded."""
    ann.world.settle()
    ann.world.clock.pass_by(60)
    ann.world.fail_over("pg2")
    ann.world.ledger.call("shop")
    ann.world.clock.pass_by(1)
    ann.world.work()
    return ann


def test_one_row_an_incident(failed_over: Operator) -> None:
    """Each incident is one row: id, from, to, how it stands and how many hosts follow."""
    seen = failed_over.types("incidents", "shop")
    rows = [line.split() for line in seen.stdout.splitlines()]
    assert [row[0] for row in rows] == ["incident", "shop-1", "shop-2"]
    assert "pg1 → pg2  concluded" in seen.stdout
    assert rows[2][-3:] == ["2", "of", "2"]


def test_last_keeps_the_newest(failed_over: Operator) -> None:
    """--last 1 is the newest one, not the oldest."""
    told = json.loads(failed_over.types("incidents", "--last", "1", "--json").stdout)
    assert [one["incident"] for one in told] == ["shop-2"]
    assert told[0]["hosts"] == {"web1": "changed", "web2": "changed"}


def test_no_incident_is_no_error(ann: Operator) -> None:
    """A fresh installation says that nothing has happened."""
    seen = ann.types("incidents")
    assert (seen.exit_code, seen.stdout) == (0, "no incident yet\n")


def test_who_is_not_told_stands_below(failed_over: Operator) -> None:
    """An operator whom Slack is silent to sees why, and what to do; scripts get the same document."""
    trouble = {"reason": "slack.com says token_revoked", "remedy": "make a new token", "since": 0}
    failed_over.world.ledger.remember("slack:trouble", json.dumps(trouble))
    said = failed_over.types("incidents").stdout.splitlines()
    assert said[-1] == "Slack is not told: Slack.com says token_revoked. Make a new token"
    assert len(json.loads(failed_over.types("incidents", "--json").stdout)) == 2


def test_an_open_incident_is_called_open(ann: Operator) -> None:
    """What is not over yet does not look concluded."""
    ann.world.dcs.delete_leader("shop")
    ann.world.ledger.call("shop")
    ann.world.work()
    assert "open, not-yet" in ann.types("incidents").stdout
    assert "shop-1: nobody known → nobody yet" in ann.types("show", "shop-1").stdout


def test_show_counts_from_the_opening(failed_over: Operator) -> None:
    """The timeline's offsets begin with the opening, and nothing of another incident is in it."""
    lines = failed_over.types("show", "shop-2").stdout.splitlines()
    assert lines[0] == "shop-2: pg1 → pg2, concluded"
    assert lines[2] == "cause: the trail allows none"
    assert lines[4].split()[-7:] == [
        "first",
        "host",
        "last",
        "host",
        "writes",
        "resumed",
        "concluded",
    ]
    assert lines[7].startswith("+0.000 s  incident shop-2 opened")
    assert not any("shop-1" in line for line in lines)


def test_show_says_why_a_host_is_left(ann: Operator) -> None:
    """A host that does not follow stands there with its reason and remedy."""
    ann.world.hosts.at("10.0.1.2").down = HostFailure(
        kind="unreachable", reason="web2 does not answer", remedy="look whether it runs"
    )
    ann.world.ledger.call("shop")
    ann.world.work()
    out = ann.types("show", "shop-1").stdout
    assert "web2 does not answer. look whether it runs" in out
    assert "shop-1: nobody known → pg1, open, confirmed" in out


def test_show_json_is_the_whole_timeline(failed_over: Operator) -> None:
    """A script gets times and sentences."""
    told = json.loads(failed_over.types("show", "shop-2", "--json").stdout)
    assert told["member"] == "pg2"
    assert [one["kind"] for one in told["timeline"]][-1] == "concluded"
    assert set(told["times"]) == {
        *("detected", "opened", "elected", "verified"),
        *("first_host", "last_host", "writes_resumed", "concluded"),
    }
    assert (told["cause"], told["acks"]) == (None, [])


def test_show_names_the_cause_and_what_it_rests_on(ann: Operator) -> None:
    """A switchover that was asked for: the sentence, and the entries by number."""
    ann.world.settle()
    ann.world.dcs.ask_for_another("shop")
    ann.world.fail_over("pg2")
    ann.world.dcs.take_up("shop")
    ann.world.settle()
    assert "planned switchover" in ann.types("incidents").stdout
    shown = ann.types("show", "shop-2").stdout.splitlines()
    assert shown[2] == "cause: planned switchover from pg1 to pg2: somebody asked Patroni for it"
    told = json.loads(ann.types("show", "shop-2", "--json").stdout)["cause"]
    assert told["kind"] == "switchover"
    assert [f"  entry {p['seq']}  {p['text']}" for p in told["proofs"]] == shown[3:5]


def test_show_counts_an_acknowledgement(failed_over: Operator) -> None:
    """Who has seen it, and what they know, stands above the timeline."""
    draft = Draft(
        id="ack:1",
        kind=Kind.ACKNOWLEDGED,
        incident="shop-2",
        evidence={"by": "dba", "note": "mine"},
    )
    failed_over.world.ledger.append("shop", [draft])
    assert (
        "acknowledged by dba: mine" in failed_over.types("show", "shop-2").stdout.split("\n\n")[0]
    )


def test_an_incident_is_read_by_its_range(failed_over: Operator) -> None:
    """A trail of a year is not read for one incident."""
    ledger = failed_over.world.ledger
    for number in range(300):
        evidence = {"count": 1, "reason": "unsigned"}
        ledger.append("shop", [Draft(id=f"{number}", kind=Kind.REFUSED, evidence=evidence)])
    counting = Counting(ledger)
    found = read_told(counting, "shop", "shop-2")
    assert found is not None
    assert found.story.member == "pg2"
    assert counting.read < 150


@dataclass(slots=True)
class Counting:
    """A trail that counts the entries it gives away."""

    trail: Trail
    read: int = 0

    def append(self, cluster: str, drafts: Sequence[Draft]) -> None:
        self.trail.append(cluster, drafts)

    def entries(self, cluster: str, *, after: int = 0, upto: int | None = None) -> Iterator[Entry]:
        for entry in self.trail.entries(cluster, after=after, upto=upto):
            self.read += 1
            yield entry

    def head(self, cluster: str) -> Head:
        return self.trail.head(cluster)

    def heads(self, clusters: Sequence[str]) -> Mapping[str, Head]:
        return self.trail.heads(clusters)

    def spans(self, cluster: str, *, count: int, before: int | None = None) -> Sequence[Span]:
        return self.trail.spans(cluster, count=count, before=before)

    def span(self, cluster: str, incident: str) -> Span | None:
        return self.trail.span(cluster, incident)


@pytest.mark.parametrize("name", ["shop-9", "nowhere-1", "shop", "-"])
def test_show_of_nothing_is_a_wrong_call(failed_over: Operator, name: str) -> None:
    """An incident that never was is said to be none."""
    seen = failed_over.types("show", "--", name)
    assert seen.exit_code == 2
    assert "pgbaton incidents" in seen.stderr
