"""What must follow where etcd or Redis is lost: each sentence holds in a drill that did so, and says no in one that did not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from deploy.lab.drill import expected
from deploy.lab.drill.expected.byhand import TYPED_WELL, sold_before, taken_in
from deploy.lab.drill.expected.byhand import typed as typed_words
from deploy.lab.drill.expected.gaps import LOST_ON_RECORD
from deploy.lab.drill.expected.restored import EPOCH_WENT_BACK, LIFTED
from deploy.lab.drill.history import History, Typed, Writing
from deploy.lab.drill.invariants import check_all
from deploy.lab.drill.invariants.checked import Invariant
from jobs.audit import Draft, Kind
from jobs.fence import Fence
from tests.unit.deploy.lab import histories as h

BACK = 125.0
"""When Redis is back, in every drill of this file."""


STILL = h.telling(
    replace(h.GOOD, leaderships=(replace(h.LEADERSHIPS[0], until=None),)), h.DRAFTS[:5]
)
"""A drill in which nobody else led."""


def broken(history: History) -> str:
    """What the invariants of every drill say against it."""
    return "; ".join(one.evidence for one in check_all(history) if not one.held)


def typed(code: int) -> History:
    one = Typed(words=("audit", "import"), at=126.0, code=code, said="no such file\n")
    return replace(h.GOOD, typed=(one,))


def step(name: str, at: float, fact: Draft) -> Draft:
    """A step of a journal, as the trail takes it in."""
    inner = {"id": name, "kind": str(fact.kind), "evidence": fact.evidence}
    told = {"source": "dba's repoint", "text": "x", "at": at, "fact": inner}
    return Draft(id=f"journal:{name}", kind=Kind.JOURNAL, incident="shop-36", evidence=told)


PROOF, SWAP = h.confirmed("pg2", h.SECOND), h.host("shop1", "changed", h.SECOND)


def imported(*steps: Draft, at: float = 126.0) -> History:
    later = tuple((at + number / 100, one) for number, one in enumerate(steps))
    known = h.telling(h.GOOD, (*h.DRAFTS, *later))
    return replace(known, marks={"back": BACK})


BY_HAND = imported(step("proof", 121.0, PROOF), step("swap", 121.5, SWAP))


def gap(*, of: str = "f", reason: str = "Redis failed over: the replica had less") -> Draft:
    told = {"after": 9, "head": "0" * 64, "anchored": 10, "lost": [[10, of * 64]], "reason": reason}
    return Draft(id="gap", kind=Kind.GAP, evidence=told)


def lost(told: Draft | None) -> History:
    """A drill whose Redis lost an entry, and what its trail says of that."""
    further = ((130.0, told),) if told is not None else ()
    known = h.telling(h.GOOD, (*h.DRAFTS, *further))
    return replace(known, lost=(replace(h.ENTRIES[-1], hash="f" * 64),))


LOWER = replace(h.SECOND, epoch=20)


def told_in_thread(*, times: int) -> History:
    """An operator lifted a fence while an incident was open, and Slack tells that so many times."""
    entry = Draft(
        id="lifted", kind=Kind.FENCE_LIFTED, evidence={"host": "shop1", "fence": str(h.FIRST)}
    )
    known = h.telling(h.GOOD, (*h.DRAFTS, (121.0, entry)))
    root = known.slack[3]
    seq = next(e.seq for e in known.entries if e.facts["kind"] == Kind.FENCE_LIFTED)
    key = f"{root.key}/lifted:{seq}"
    replies = [
        replace(root, ts=f"121.{n}", thread=root.ts, key=key, text="lifted") for n in range(times)
    ]
    return replace(known, slack=(*known.slack, *replies))


def lifted(*, host: str = "shop1", fence: Fence = h.SECOND) -> History:
    """A drill in which etcd went back, and the operator lifted somebody's fence."""
    told = {"host": host, "how": "reset-fence --all", "why": "restored", "fence": str(fence)}
    entry = Draft(id="lifted", kind=Kind.FENCE_LIFTED, evidence=told)
    again = replace(h.LEADERSHIPS[1], epoch=20, since=130.0)
    return replace(
        h.telling(h.GOOD, (*h.DRAFTS, (131.0, entry))),
        leaderships=(*h.LEADERSHIPS, again),
        hosts=(replace(h.SHOP, fences=(h.FIRST, h.SECOND, LOWER)),),
        fault=125.0,
    )


KEYLESS = replace(
    STILL,
    leaderships=(
        replace(h.LEADERSHIPS[0], until=110.0),
        replace(h.LEADERSHIPS[0], epoch=50, since=140.0, until=None),
    ),
    orders=(*h.GOOD.orders[:2], h.order("o-3", at=125.0, member=h.OLD)),
)
"""A leader whose key expired, and who wrote on until it had the key again."""

HOLDS_AND_NOT: Mapping[str, tuple[Invariant, History, History]] = {
    "typed well": (TYPED_WELL, typed(0), typed(1)),
    "refused where it must be": (typed_words("audit"), typed(1), typed(0)),
    "nothing typed": (TYPED_WELL, typed(0), h.GOOD),
    "sold before": (
        sold_before("back"),
        replace(h.GOOD, marks={"back": BACK}),
        replace(h.GOOD, marks={"back": 121.0}),
    ),
    "never back": (sold_before("back"), replace(h.GOOD, marks={"back": BACK}), h.GOOD),
    "taken in": (taken_in("back"), BY_HAND, replace(h.GOOD, marks={"back": BACK})),
    "taken in with the hour of the import": (
        taken_in("back"),
        BY_HAND,
        imported(step("proof", 121.0, PROOF), step("swap", 126.0, SWAP)),
    ),
    "taken in while Redis was away": (
        taken_in("back"),
        BY_HAND,
        imported(step("proof", 121.0, PROOF), step("swap", 121.5, SWAP), at=124.0),
    ),
    "taken in twice": (
        taken_in("back"),
        BY_HAND,
        imported(
            *(step("proof", 121.0, PROOF), step("swap", 121.5, SWAP)),
            replace(step("swap", 121.5, SWAP), id="again"),
        ),
    ),
    "changed by hand before the proof": (
        taken_in("back"),
        BY_HAND,
        imported(step("swap", 121.5, SWAP), step("proof", 121.6, PROOF)),
    ),
    "not changed by hand": (taken_in("back"), BY_HAND, imported(step("proof", 121.0, PROOF))),
    "lost on record": (LOST_ON_RECORD, lost(gap()), lost(None)),
    "nothing lost": (
        LOST_ON_RECORD,
        lost(gap()),
        replace(lost(gap()), lost=()),
    ),
    "another one is named as lost": (LOST_ON_RECORD, lost(gap()), lost(gap(of="e"))),
    "lost for another reason": (
        LOST_ON_RECORD,
        lost(gap()),
        lost(gap(reason="Redis began anew")),
    ),
    "the epoch went back": (EPOCH_WENT_BACK, lifted(), replace(h.GOOD, fault=125.0)),
    "lifted": (LIFTED, lifted(), lifted(host="shop2")),
    "nobody lifted": (LIFTED, lifted(), h.GOOD),
    "the same, unrestarted": (
        expected.SAME_UNRESTARTED,
        STILL,
        h.telling(STILL, (*h.DRAFTS[:5], (123.0, SWAP))),
    ),
    "another one leads": (
        expected.SAME_UNRESTARTED,
        h.GOOD,
        replace(h.GOOD, leaderships=(replace(h.LEADERSHIPS[0]),)),
    ),
}


@pytest.mark.parametrize("name", HOLDS_AND_NOT)
def test_a_sentence_holds_and_says_no(name: str) -> None:
    """Held with its proof in one history, broken with what breaks it in the other."""
    sentence, good, bad = HOLDS_AND_NOT[name]
    held, no = sentence.check(good), sentence.check(bad)
    assert held.held, held
    assert held.evidence
    assert not no.held, no
    assert no.evidence


def test_a_fence_goes_down_only_by_an_operator() -> None:
    """The very fence that was held must have been lifted, and of that host."""
    assert "fence went" not in broken(lifted())
    assert "shop1 (journal): fence went" in broken(lifted(host="shop2"))
    assert "shop1 (journal): fence went" in broken(lifted(fence=h.FIRST))


def test_who_lifted_a_fence_is_told_once_in_the_open_incident() -> None:
    """Neither twice nor never."""
    assert broken(told_in_thread(times=1)) == ""
    assert "is told 0 times" in broken(told_in_thread(times=0))
    assert "is told 2 times" in broken(told_in_thread(times=2))


def test_a_leader_may_write_without_a_key_until_it_has_it_again() -> None:
    """Failsafe mode: nobody else led meanwhile. Where another took writes, or led next, it does not count."""
    assert "did not lead then" not in broken(KEYLESS)
    other = Writing(member="pg2", since=120.0, until=121.0)
    assert "did not lead then" in broken(replace(KEYLESS, writing=(other,)))
    first, again = KEYLESS.leaderships
    another = replace(again, member="pg2", address=h.NEW, since=111.0, until=112.0)
    taken = replace(KEYLESS, leaderships=(first, another, again), writable={"pg2": 111.0})
    assert "did not lead then" in broken(taken)
    assert "did not lead then" in broken(replace(KEYLESS, leaderships=(first,)))


def test_a_step_of_a_journal_is_no_change_by_workers() -> None:
    """What was done by hand is explained by a host that holds its fence already."""
    by_hand = (step("proof", 121.0, PROOF), step("swap", 121.5, SWAP))
    held = replace(h.host("shop1", "held", h.SECOND), id="held")
    drafts = (*h.drafts(without=Kind.HOST, at=122.0), (122.05, held))
    known = h.telling(h.GOOD, (*drafts, *((126.0 + n, one) for n, one in enumerate(by_hand))))
    assert broken(known) == ""
