"""An incident that was handled by hand while Redis was down reads as one story, wherever it is told."""

import json
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from deploy.cli import journal
from jobs.audit import Kind, verify
from jobs.picture import figure
from jobs.slack.replies import replies
from jobs.slack.tale import Hearing
from jobs.story import Story, fact_of, story_of
from jobs.timeline import tell
from tests.unit.deploy.cli.desk import Operator
from tests.unit.webhook.pages.test_any_entry import changed, places
from webhook.pages.entries import sheet
from webhook.report.record import rows_of
from workers.metrics.trail import TrailMetrics

AWAY = 900.0


@pytest.fixture
def by_hand(ann: Operator) -> tuple[Operator, Path]:
    """Redis went, pg2 took over, somebody brought the hosts along; a quarter of an hour later Redis is back."""
    world = ann.world
    world.settle()
    world.clock.pass_by(60)
    world.ledger.break_down()
    world.fail_over("pg2")
    file = ann.folder / "journal.jsonl"
    assert ann.types("repoint", "shop", "--now", "--journal", str(file)).exit_code == 0
    world.clock.pass_by(AWAY)
    world.ledger.recover()
    return ann, file


def _taken_in(by_hand: tuple[Operator, Path]) -> Story:
    ann, file = by_hand
    ann.world.live_on(seconds=10)
    seen = ann.types("audit", "import", str(file))
    assert (seen.exit_code, "part of shop-2" in seen.stdout) == (0, True), seen.output
    story = story_of(ann.world.ledger, "shop", "shop-2")
    assert story is not None
    return story


def test_what_was_done_counts_from_when_it_was_done(by_hand: tuple[Operator, Path]) -> None:
    """The incident opened when Redis was back; its hosts had followed long before, and that is told."""
    story = _taken_in(by_hand)
    times = story.times
    assert times.opened - times.detected == pytest.approx(AWAY, abs=5)
    for instant in (times.verified, times.first_host, times.last_host, times.writes_resumed):
        assert instant is not None
        assert instant - times.detected < 5
    assert story.over
    assert [(one.outcome, one.restarted) for one in story.targets] == [("changed", ("store",))] * 2


def test_nobody_is_restarted_twice(by_hand: tuple[Operator, Path]) -> None:
    """The workers find hosts that hold the newest fence already."""
    _taken_in(by_hand)
    world = by_hand[0].world
    assert [world.restarts(host) for host in ("web1", "web2")] == [1, 1]
    assert verify(world.ledger.entries("shop")).bad is None


def test_the_timeline_is_in_the_order_of_what_happened(by_hand: tuple[Operator, Path]) -> None:
    """`show` begins with the operator, and says of each step that it was taken in later."""
    _taken_in(by_hand)
    out = by_hand[0].types("show", "shop-2").stdout
    told = [line for line in out.splitlines() if line.startswith(("+", "-"))][1:]
    assert "repoint --now" in told[0]
    assert "+0.000 s" in told[0]
    assert "taken in 15 min later" in told[0]
    assert out.index("web1 follows pg2 (changed, restarted store)") < out.index("shop-2 opened")


def test_page_and_post_mortem_have_its_instant(by_hand: tuple[Operator, Path]) -> None:
    """Each row stands where the chain has it, with the hour at which it happened."""
    story = _taken_in(by_hand)
    trail = by_hand[0].world.ledger
    span = trail.span("shop", "shop-2")
    assert span is not None
    lines = sheet(trail, "shop", span, ended=story.times.concluded, before=None).lines
    taken = [line for line in lines if line.kind == Kind.JOURNAL]
    assert len(taken) == 5
    assert all(line.own and line.at < story.times.opened - 800 for line in taken)
    rows, _ = rows_of(story, trail.entries("shop"))
    clocks = [row.clock for row in rows if row.kind == Kind.JOURNAL]
    opened = next(row.clock for row in rows if row.kind == Kind.OPENED)
    assert len(clocks) == 5
    assert max(clocks) < opened


def test_slack_hears_of_it_once(by_hand: tuple[Operator, Path]) -> None:
    """One reply says who did it by hand; it comes after what was posted before, under its true offset."""
    _taken_in(by_hand)
    hearing = Hearing.of("shop-2")
    for entry in by_hand[0].world.ledger.entries("shop"):
        hearing.take(entry)
    tale = hearing.told()
    assert tale is not None
    told = [one for one in replies(tale, now=by_hand[0].world.clock.now()) if "By hand" in str(one)]
    [reply] = told
    assert reply.key.startswith("inline:")
    assert "`+0.0 s`" in str(reply.message.blocks)
    assert "Redis was away" in str(reply.message.blocks)
    assert reply.due > tale.story.times.opened


def test_the_picture_begins_with_what_was_done_by_hand(by_hand: tuple[Operator, Path]) -> None:
    """Each host's first bar lies before the opening, and its second is the workers' look."""
    story = _taken_in(by_hand)
    opened = story.times.opened
    for one in story.targets:
        assert [bar.ended < opened for bar in one.bars] == [True, False]
    assert "web1" in figure(story, now=by_hand[0].world.clock.now())


def test_metrics_count_the_hosts(by_hand: tuple[Operator, Path]) -> None:
    """A host that was brought along by hand is a host that was brought along."""
    _taken_in(by_hand)
    registry = CollectorRegistry()
    metrics = TrailMetrics(registry)
    for entry in by_hand[0].world.ledger.entries("shop"):
        metrics.take("shop", fact_of(entry))
    labels = {"cluster": "shop", "outcome": "changed"}
    assert registry.get_sample_value("pgbaton_host_outcomes_total", labels) == 2


def test_an_import_at_once_waits_for_the_incident(by_hand: tuple[Operator, Path]) -> None:
    """Redis is back for a moment only: the look is asked for, and the story is one all the same."""
    ann, file = by_hand
    ann.with_workers()
    assert "part of shop-2" in ann.types("audit", "import", str(file)).stdout
    story = story_of(ann.world.ledger, "shop", "shop-2")
    assert story is not None
    assert story.times.first_host is not None
    assert story.times.first_host < story.times.opened


def test_without_workers_the_steps_are_taken_in_alone(by_hand: tuple[Operator, Path]) -> None:
    """Nobody opens an incident: after ten seconds the trail has the steps without one."""
    ann, file = by_hand
    seen = ann.types("audit", "import", str(file))
    assert (seen.exit_code, "part of" in seen.stdout) == (0, False)
    assert len(ann.world.told(Kind.JOURNAL)) == 5


def test_two_journals_that_overlap(by_hand: tuple[Operator, Path]) -> None:
    """Two people did it, one file holds a part of the other and a torn line: each step stands once."""
    ann, file = by_hand
    world = ann.world
    world.ledger.break_down()
    second = ann.folder / "second.jsonl"
    ann.types("repoint", "shop", "--now", "--journal", str(second))
    lines = file.read_text().splitlines(keepends=True)
    second.write_text("".join(lines[:3]) + second.read_text() + lines[4][:30])
    world.ledger.recover()
    world.live_on(seconds=10)
    said = ann.types("audit", "import", str(second), str(file)).stdout
    assert "8 steps taken in, 0 known already" in said
    assert "2 steps taken in, 3 known already" in said
    story = story_of(world.ledger, "shop", "shop-2")
    assert story is not None
    assert [one.restarted for one in story.targets] == [("store",)] * 2


def test_what_waits_is_found_and_taken_in_once(by_hand: tuple[Operator, Path]) -> None:
    """Without a name every journal of the folder is taken in that the trail lacks."""
    ann, file = by_hand
    words = ("audit", "import", "--folder", str(file.parent))
    ann.world.live_on(seconds=10)
    assert journal.waiting(file.parent) == (file,)
    assert "5 steps taken in" in ann.types(*words).stdout
    assert journal.waiting(file.parent) == ()
    assert "no journal waits" in ann.types(*words).stdout


def test_a_journal_of_a_run_with_redis_does_not_wait(ann: Operator) -> None:
    """The trail heard each step at once."""
    ann.types("repoint", "shop", "--now", "--journal", str(ann.folder / "j.jsonl"))
    assert journal.waiting(ann.folder) == ()


def test_an_instant_of_the_future_is_not_believed(by_hand: tuple[Operator, Path]) -> None:
    """The operator's clock was ahead: a step cannot have happened after it was taken in."""
    ann, file = by_hand
    ahead = file.read_text().replace('"at":', '"at":9', 1)
    file.write_text(ahead)
    ann.world.live_on(seconds=10)
    assert ann.types("audit", "import", str(file)).exit_code == 0
    told = [tell(e) for e in ann.world.ledger.entries("shop")]
    assert max(line.at for line in told) <= ann.world.clock.now()


def test_a_file_that_is_none_holds_up_no_other(by_hand: tuple[Operator, Path]) -> None:
    """Junk, a torn first line, a journal of another cluster: each is named, and the good one is taken in."""
    ann, file = by_hand
    ann.world.live_on(seconds=10)
    for name, text in (
        ("1-junk", "junk\n"),
        ("2-torn", file.read_text()[:30]),
        ("3-other", file.read_text().replace('"cluster":"shop"', '"cluster":"books"')),
        ("4-empty", ""),
    ):
        (file.parent / f"{name}.jsonl").write_text(text)
    seen = ann.types("audit", "import", "--folder", str(file.parent))
    assert "shop: 5 steps taken in" in seen.stdout
    for said in ("1-junk.jsonl, line 1", "2-torn.jsonl holds no step", "a journal of books, which"):
        assert said in seen.stderr
    assert seen.exit_code == 2
    left = [path.name for path in journal.waiting(file.parent)]
    assert left == ["1-junk.jsonl", "2-torn.jsonl", "3-other.jsonl"]


def test_an_import_in_the_middle_of_a_run_is_not_the_last(ann: Operator) -> None:
    """Redis was back before the run was over: what was written afterwards waits for the next import."""
    world = ann.world
    world.ledger.break_down()
    file = ann.folder / "j.jsonl"
    world.dcs.after_look = lambda: journal.mark_taken(file)
    assert ann.types("repoint", "shop", "--now", "--journal", str(file)).exit_code == 0
    assert journal.waiting(ann.folder) == (file,)


SPOILT: list[object] = [
    *(None, True, -1, 10**30, 1e308, float("inf"), float("nan")),
    *("", "\ud800", "orders-7", [], [1], {}, {"a": 1}),
]


def test_no_spoilt_line_is_taken_in(by_hand: tuple[Operator, Path]) -> None:
    """Another value at any place of any line: the line is refused in words, or what it tells can be kept, told
    and folded."""
    ann, file = by_hand
    world = ann.world
    world.live_on(seconds=10)
    taken = 0
    for number, line in enumerate(file.read_text().splitlines()):
        body = json.loads(line)
        for path, new in product(places(body), SPOILT):
            try:
                step = journal.from_line(json.dumps(changed(body, path, new)))
            except ValueError:
                continue
            draft = replace(step.draft(), id=f"journal:{number}:{taken}")
            world.ledger.append("shop", [replace(draft, incident="shop-2")])
            taken += 1
    assert taken > 100
    assert story_of(world.ledger, "shop", "shop-2") is not None
    assert all(tell(entry).text for entry in world.ledger.entries("shop"))
