"""What every HostHand keeps, in memory and over a real sshd."""

import threading
from dataclasses import replace

import pytest

from jobs.remote import FileFault, HostFailure, LiftRequest, Outcome, Phase, ReadRequest, SwapReply
from tests.contract.hosts.worlds import World, fence, file_swap, line, shop


def test_a_host_that_was_never_touched_holds_nothing(world: World) -> None:
    """No fence, no journal; the files as they are; a missing one as a fault that says so."""
    app = shop(world)
    reply = app.read()
    assert (reply.fence, reply.journal) == (None, None)
    assert [f.content for f in app.states()] == [line(b"a")]
    gone = ReadRequest(cluster=world.cluster, paths=("/nowhere/.env",))
    missing = world.hand.read(world.host, gone, timeout=10)
    assert not isinstance(missing, HostFailure)
    assert isinstance(missing.files[0], FileFault)
    assert "does not exist" in missing.files[0].reason


def test_a_swap_writes_runs_restarts_and_checks_once(world: World) -> None:
    """Everything happens once, and the host holds the fence afterwards."""
    app = shop(world)
    reply = app.move(b"b", fence(10))
    assert reply.outcome == Outcome.CHANGED, reply
    assert (reply.fence, reply.phase) == (fence(10), Phase.CHECKED)
    assert reply.restarted == (app.app.services[0].name,)
    assert app.contents() == [line(b"b")]
    assert world.restarts(app.app.services[0]) == 1
    assert world.runs(app.app.after[0]) == 1
    assert app.journal() is not None


def test_the_same_swap_again_does_nothing(world: World) -> None:
    """A repeated request finds its work done, whether planned anew or sent twice."""
    app = shop(world)
    request = app.request(b"b", fence(10))
    assert app.send(request).outcome == Outcome.CHANGED
    assert app.send(request).outcome == Outcome.HELD
    assert app.move(b"b", fence(10)).outcome == Outcome.HELD
    assert world.restarts(app.app.services[0]) == 1
    assert world.runs(app.app.after[0]) == 1


def test_a_host_that_is_right_has_its_fence_raised(world: World) -> None:
    """No write, no restart, but an older swap finds the door shut."""
    app = shop(world)
    reply = app.move(b"a", fence(10))
    assert (reply.outcome, reply.fence) == (Outcome.UNCHANGED, fence(10))
    assert app.move(b"b", fence(9)).outcome == Outcome.LOWER_FENCE
    assert app.contents() == [line(b"a")]
    assert world.restarts(app.app.services[0]) == 0


@pytest.mark.parametrize("late", [fence(9, 5), fence(11, 4), fence(9, 4)])
def test_either_part_lower_is_refused(world: World, late: object) -> None:
    """Epoch and timeline compare each for itself."""
    app = shop(world)
    assert app.move(b"b", fence(10, 5)).outcome == Outcome.CHANGED
    reply = app.move(b"a", late)  # type: ignore[arg-type]
    assert (reply.outcome, reply.fence) == (Outcome.LOWER_FENCE, fence(10, 5))
    assert app.contents() == [line(b"b")]
    assert reply.remedy


def test_another_system_is_refused(world: World) -> None:
    """A host never moves to another cluster by accident, only after a lift."""
    app = shop(world)
    app.move(b"b", fence(10))
    assert app.move(b"c", fence(99, 9, "8300000000000000000")).outcome == Outcome.OTHER_SYSTEM
    lifted = world.hand.lift(
        world.host, LiftRequest(cluster=world.cluster, expected=fence(10)), timeout=10
    )
    assert isinstance(lifted, SwapReply)
    assert (lifted.outcome, lifted.fence) == (Outcome.CHANGED, None)
    assert app.move(b"c", fence(1, 1, "8300000000000000000")).outcome == Outcome.CHANGED


def test_a_lift_of_another_fence_is_refused(world: World) -> None:
    """Who lifts says which fence he saw; another one stays."""
    app = shop(world)
    app.move(b"b", fence(10))
    lifted = world.hand.lift(
        world.host, LiftRequest(cluster=world.cluster, expected=fence(9)), timeout=10
    )
    assert isinstance(lifted, SwapReply)
    assert (lifted.outcome, lifted.fence) == (Outcome.FAILED, fence(10))
    assert app.move(b"a", fence(9)).outcome == Outcome.LOWER_FENCE


def test_a_file_changed_since_it_was_read_is_left_alone(world: World) -> None:
    """Compare-and-swap: somebody else's edit survives, and nothing else is changed either."""
    app = shop(world, files=2)
    request = app.request(b"b", fence(10))
    world.put(app.paths[1], line(b"somebody"))
    reply = app.send(request)
    assert (reply.outcome, reply.fence) == (Outcome.FILE_CHANGED, None)
    assert app.contents() == [line(b"a"), line(b"somebody")]
    assert world.restarts(app.app.services[0]) == 0


def test_several_files_go_together(world: World) -> None:
    """Two files, one restart."""
    app = shop(world, files=2)
    assert app.move(b"b", fence(10)).outcome == Outcome.CHANGED
    assert app.contents() == [line(b"b"), line(b"b")]
    assert world.restarts(app.app.services[0]) == 1


def test_only_the_application_that_changes_is_restarted(world: World) -> None:
    """Two applications in one swap, one of them right already."""
    first, second = shop(world), shop(world)
    request = first.request(b"b", fence(10))
    still = replace(
        second.app, files=tuple(file_swap(p, world.content(p), b"a") for p in second.paths)
    )
    reply = first.send(replace(request, apps=(*request.apps, still)))
    assert reply.outcome == Outcome.CHANGED
    assert world.restarts(first.app.services[0]) == 1
    assert world.restarts(second.app.services[0]) == 0


def test_a_service_of_two_applications_is_restarted_once(world: World) -> None:
    """Both change, and share php-fpm, say."""
    service = world.service()
    first, second = shop(world, services=(service,)), shop(world, services=(service,))
    request, other = first.request(b"b", fence(10)), second.request(b"b", fence(10))
    assert first.send(replace(request, apps=request.apps + other.apps)).outcome == Outcome.CHANGED
    assert world.restarts(service) == 1


def test_a_failing_after_command_is_run_again_next_time(world: World) -> None:
    """The file is written; the restart waits for the command."""
    app = shop(world)
    world.fails(app.app.after[0], does=True)
    reply = app.move(b"b", fence(10))
    assert reply.outcome == Outcome.FAILED
    assert app.contents() == [line(b"b")]
    assert world.restarts(app.app.services[0]) == 0
    world.fails(app.app.after[0], does=False)
    again = app.move(b"b", fence(10))
    assert (again.outcome, again.phase) == (Outcome.RESUMED, Phase.CHECKED)
    assert world.runs(app.app.after[0]) == 2
    assert world.restarts(app.app.services[0]) == 1


def test_a_failed_check_repeats_the_check_and_not_the_restart(world: World) -> None:
    """Restarted once, checked until it is well."""
    app = shop(world, check_timeout=0.3)
    assert app.app.check
    world.fails(app.app.check, does=True)
    reply = app.move(b"b", fence(10))
    assert (reply.outcome, reply.phase) == (Outcome.FAILED, Phase.RESTARTED)
    assert reply.remedy
    world.fails(app.app.check, does=False)
    app = replace(app, app=replace(app.app, check_timeout=10))
    again = app.move(b"b", fence(10))
    assert (again.outcome, again.restarted) == (Outcome.RESUMED, ())
    assert world.restarts(app.app.services[0]) == 1
    assert world.runs(app.app.after[0]) == 1


def test_a_newer_swap_owes_what_an_older_one_left(world: World) -> None:
    """Written under epoch 10, not restarted; epoch 11 changes no byte and restarts all the same."""
    app = shop(world)
    world.fails(app.app.after[0], does=True)
    assert app.move(b"b", fence(10)).outcome == Outcome.FAILED
    world.fails(app.app.after[0], does=False)
    reply = app.move(b"b", fence(11))
    assert (reply.outcome, reply.fence) == (Outcome.CHANGED, fence(11))
    assert world.restarts(app.app.services[0]) == 1
    assert app.move(b"b", fence(12)).outcome == Outcome.UNCHANGED


def test_force_restarts_once_per_fence(world: World) -> None:
    """An endpoint that stays where it is (a NodeBalancer) still needs its restart, once."""
    app = shop(world)
    assert app.move(b"a", fence(10), force=True).outcome == Outcome.CHANGED
    assert app.move(b"a", fence(10), force=True).outcome == Outcome.HELD
    assert world.restarts(app.app.services[0]) == 1
    assert app.move(b"a", fence(11), force=True).outcome == Outcome.CHANGED
    assert world.restarts(app.app.services[0]) == 2


def test_drift_under_the_same_fence_is_mended(world: World) -> None:
    """Somebody put the old address back: written and restarted again."""
    app = shop(world)
    app.move(b"b", fence(10))
    world.put(app.paths[0], line(b"a"))
    assert app.move(b"b", fence(10)).outcome == Outcome.CHANGED
    assert app.contents() == [line(b"b")]
    assert world.restarts(app.app.services[0]) == 2


def test_there_and_back_with_a_late_job_of_the_middle(world: World) -> None:
    """A to B to A; the late job of B's epoch changes nothing."""
    app = shop(world)
    app.move(b"b", fence(10))
    late = app.request(b"b", fence(10))
    app.move(b"a", fence(20))
    assert app.send(late).outcome == Outcome.LOWER_FENCE
    assert app.contents() == [line(b"a")]


def test_a_swap_that_was_overtaken_is_never_sent(world: World) -> None:
    """confirm is asked right before sending; False leaves the host alone."""
    app = shop(world)
    reply = world.hand.swap(
        world.host, app.request(b"b", fence(10)), timeout=10, confirm=lambda: False
    )
    assert isinstance(reply, HostFailure)
    assert reply.kind == "superseded"
    assert app.read().fence is None


def test_two_swaps_at_once_restart_once(world: World) -> None:
    """The second waits for the lock and finds everything done."""
    app = shop(world)
    request, replies = app.request(b"b", fence(10)), []
    threads = [threading.Thread(target=lambda: replies.append(app.send(request))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(r.outcome for r in replies) == [Outcome.CHANGED, Outcome.HELD]
    assert world.restarts(app.app.services[0]) == 1
