import threading
import time

from deploy.doctor.evidence import Unseen
from deploy.doctor.finding import error, note, warning
from deploy.doctor.report import Colour, Report, not_seen_all, report, worst
from deploy.doctor.rounds import Visit, visit_all
from deploy.doctor.seeing.kept import Kept
from jobs.ports import DcsUnavailable
from tests.unit.deploy.doctor.subjects.told import told, words
from workers.fleet import ThreadFleet


def test_one_that_hangs_hides_no_other() -> None:
    """It is amber after its time, and the others are as they say, in the order of the visits."""
    over = threading.Event()

    def hang() -> Report:
        over.wait(20)
        return report("hung", (), ())

    visits = [
        Visit(subject="hung", look=hang),
        Visit(subject="fine", look=lambda: report("fine", ["well"], ())),
    ]
    began = time.monotonic()
    hung, fine = visit_all(visits, ThreadFleet(), seconds=2)
    assert time.monotonic() - began < 10
    over.set()
    assert (hung.subject, told(hung), fine.colour) == ("hung", {"not-seen": "amber"}, Colour.GREEN)
    assert words(hung, "not-seen").startswith("hung not seen: no answer within 2 s")


def test_what_a_look_raises_is_told_as_not_seen() -> None:
    """In the hand's own words where it is a known one; a bug is called a bug, without its text."""

    def refused() -> Report:
        raise DcsUnavailable("no quorum", "start them")

    def buggy() -> Report:
        raise KeyError("hunter2")

    visits = [Visit(subject="a", look=refused), Visit(subject="b", look=buggy)]
    first, second = visit_all(visits, ThreadFleet(), seconds=20)
    assert words(first, "not-seen") == "a not seen: no quorum → start them"
    assert "KeyError in pgbaton itself" in words(second, "not-seen")
    assert "hunter2" not in repr(second)


def test_the_worst_finding_gives_the_colour() -> None:
    """A note is green; the worst comes first."""
    bad, shaky, good = error("e", "w", "y", "r"), warning("w", "w", "y", "r"), note("n", "w", "y")
    assert report("x", (), [good]).colour is Colour.GREEN
    assert report("x", (), [good, shaky]).colour is Colour.AMBER
    both = report("x", (), [good, shaky, bad])
    assert (both.colour, [f.name for f in both.findings]) == (Colour.RED, ["e", "w", "n"])
    assert worst([]) is Colour.GREEN


def test_the_same_reason_is_said_once() -> None:
    """Two reasons are two lines."""
    one, two = Unseen(reason="dark"), Unseen(reason="deaf")
    said = [f.what for f in not_seen_all("clock of", {"a": one, "b": two, "c": one})]
    assert said == ["clock of a and c not seen: dark", "clock of b not seen: deaf"]


def test_what_several_want_to_know_is_asked_once() -> None:
    """Whoever comes meanwhile waits for the same answer."""
    asked: list[str] = []

    def ask(name: str) -> str:
        asked.append(name)
        time.sleep(0.05)
        return name.upper()

    kept = Kept(ask)
    found = dict(ThreadFleet().each(list(range(8)), lambda n: kept("a" if n % 2 else "b")))
    assert sorted(asked) == ["a", "b"]
    assert set(found.values()) == {"A", "B"}
