"""The way to the new leader is proven by the host itself, for each application, before any rename."""

from dataclasses import replace

from jobs.remote import Outcome
from tests.contract.hosts.worlds import World, fence, line, shop


def test_a_leader_out_of_reach_stops_before_the_rename(world: World) -> None:
    """The host itself proves the way; nothing is written, the fence is not raised."""
    app = shop(world, leader=world.nowhere)
    reply = app.move(b"b", fence(10))
    assert (reply.outcome, reply.fence) == (Outcome.UNREACHABLE_LEADER, None)
    assert app.contents() == [line(b"a")]
    assert reply.remedy


def test_every_applications_own_address_is_proven_before_any_rename(world: World) -> None:
    """Two applications reach the leader differently, one of them not at all: neither is touched."""
    nowhere = world.nowhere
    first, second = shop(world), shop(world, leader=nowhere)
    request, other = first.request(b"b", fence(10)), second.request(b"b", fence(10))
    reply = first.send(replace(request, apps=request.apps + other.apps))
    assert (reply.outcome, reply.fence) == (Outcome.UNREACHABLE_LEADER, None)
    assert nowhere.host in reply.reason
    assert str(nowhere.port) in reply.reason
    assert first.contents() + second.contents() == [line(b"a"), line(b"a")]
    assert world.restarts(first.app.services[0]) == world.restarts(second.app.services[0]) == 0


def test_an_application_that_is_right_needs_no_proof(world: World) -> None:
    """Nothing of it is renamed, so its address is nobody's hindrance."""
    first, second = shop(world), shop(world, leader=world.nowhere)
    request, other = first.request(b"b", fence(10)), second.request(b"a", fence(10))
    reply = first.send(replace(request, apps=request.apps + other.apps))
    assert reply.outcome == Outcome.CHANGED, reply
    assert first.contents() == [line(b"b")]
