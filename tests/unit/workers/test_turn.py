from contextlib import suppress

from workers.turn import Turn


def test_what_must_not_happen_under_a_jobs_hands_waits() -> None:
    """Until the job has ended, also where it failed; of several the last one is done."""
    turn, done = Turn(), list[str]()
    turn.when_idle(lambda: done.append("at once"))
    with suppress(OSError), turn.busy():
        assert turn.taken
        turn.when_idle(lambda: done.append("older"))
        turn.when_idle(lambda: done.append("newer"))
        assert done == ["at once"]
        raise OSError
    assert done == ["at once", "newer"]
    assert not turn.taken
