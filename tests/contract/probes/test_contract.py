"""What every Sql keeps, in memory and over a real PostgreSQL."""

import pytest

from jobs.claims import SqlAnswer, SqlClaim, SqlRefused, SqlStarting, Unknown
from tests.contract.probes.stages import REFUSED, FakeStage, RealStage, Stage


@pytest.fixture(params=["fake", "real"])
def stage(request: pytest.FixtureRequest) -> Stage:
    """A primary in memory, and the real one."""
    if request.param == "fake":
        return FakeStage()
    find = request.getfixturevalue("require")
    return RealStage(request.getfixturevalue("primary"), find)


def _writable(stage: Stage, *, pg_timeline: int = 1) -> SqlAnswer:
    return SqlAnswer(
        in_recovery=False,
        read_only=False,
        system_identifier=stage.system,
        pg_timeline=pg_timeline,
    )


def test_a_primary_says_all_there_is(stage: Stage) -> None:
    """Writable, of its system, on its timeline; asked again, it says the same."""
    assert stage.ask() == _writable(stage)
    assert stage.ask() == _writable(stage)


def test_a_read_only_primary_is_not_writable(stage: Stage) -> None:
    """Not in recovery, and so with a timeline; writable again as soon as it is let."""
    with stage.read_only():
        claim = stage.ask()
    assert claim == SqlAnswer(
        in_recovery=False, read_only=True, system_identifier=stage.system, pg_timeline=1
    )
    assert isinstance(claim, SqlAnswer)
    assert not claim.writable
    assert stage.ask() == _writable(stage)


def test_without_the_privilege_only_the_identifier_is_missing(stage: Stage) -> None:
    """A role that may not read the control file still learns what matters most."""
    with stage.unprivileged():
        claim = stage.ask()
    assert claim == SqlAnswer(in_recovery=False, read_only=False, pg_timeline=1)


@pytest.mark.parametrize("sqlstate", sorted(REFUSED))
def test_a_refusal_carries_its_sqlstate(stage: Stage, sqlstate: str) -> None:
    """The server lives and answers, without waiting: that is neither silence nor a yes."""
    begun = stage.now()
    with stage.refusing(sqlstate):
        claim = stage.ask(timeout=20)
    assert stage.now() - begun < 10
    assert isinstance(claim, SqlRefused)
    assert claim.sqlstate == sqlstate
    assert claim.reason
    assert stage.ask() == _writable(stage)


def test_silence_is_unknown_and_costs_the_timeout(stage: Stage) -> None:
    """No sooner than asked, hardly later; and the silence leaves nothing behind."""
    with stage.silent(), stage.awake() as seconds:
        begun = stage.now()
        claim = stage.ask(timeout=0.4)
        assert stage.now() - begun > 0.35
        assert seconds() < 1.5
    assert isinstance(claim, Unknown)
    assert "no answer in time" in claim.reason
    assert stage.ask() == _writable(stage)


def test_nobody_there_is_unknown_at_once(stage: Stage) -> None:
    """A refused connection needs no timeout."""
    begun = stage.now()
    claim = stage.ask_nobody(timeout=20)
    assert stage.now() - begun < 10
    assert isinstance(claim, Unknown)
    assert "refused" in claim.reason


def test_a_copy_starts_follows_and_is_promoted(stage: Stage) -> None:
    """57P03; then the same system without a timeline of its own; then the next timeline, while the
    primary that nobody stopped goes on being writable on the old one."""
    with stage.copy() as copy:
        starting = copy.ask()
        copy.follow()
        following = copy.ask()
        copy.promote()
        promoted: SqlClaim = copy.ask()
    assert isinstance(starting, SqlStarting)
    assert starting.reason
    assert following == SqlAnswer(
        in_recovery=True, read_only=True, system_identifier=stage.system, pg_timeline=None
    )
    assert promoted == _writable(stage, pg_timeline=2)
    assert stage.ask() == _writable(stage)
