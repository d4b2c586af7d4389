"""Whether a stale primary could be stopped tonight: each member's machine is asked, as the workers would ask it."""

from __future__ import annotations

from deploy.doctor.evidence import Unseen
from deploy.doctor.report import Report
from deploy.doctor.rounds import PROBE
from deploy.doctor.shared import Shared
from deploy.doctor.subjects.isolation import ExileSeen, judge_isolation
from jobs.ports import MemberHand
from jobs.remote import HostFailure
from jobs.stopping import StopOrder, StopReply
from workers.ssh import BadKeyError
from workers.toolbox import members_of


def examine_isolation(shared: Shared, name: str) -> Report:
    """Changes nothing: the order is a check."""
    around, hand = shared.around, _hand(shared)
    members = tuple(around.inventory.clusters[name].machines)

    def ask(member: str) -> StopReply | HostFailure | Unseen:
        return hand if isinstance(hand, Unseen) else _asked(shared, hand, name, member)

    replies = dict(around.fleet.each(members, ask))
    return judge_isolation(name, [ExileSeen(name=m, reply=replies[m]) for m in members])


def _hand(shared: Shared) -> MemberHand | Unseen:
    try:
        hand = members_of(shared.around.secrets)
    except BadKeyError as error:
        return Unseen(reason=str(error), remedy="name its file in PGBATON_SSH_KEY")
    missing = Unseen(
        reason="no SSH key of the workers is here", remedy="run this where a worker is"
    )
    return missing if hand is None else hand


def _asked(
    shared: Shared, hand: MemberHand, cluster: str, member: str
) -> StopReply | HostFailure | Unseen:
    host = shared.around.inventory.member_host(cluster, member)
    if host is None:
        return Unseen(
            reason="the inventory pins no key", remedy=f"pgbaton keys pin {member} --write"
        )
    return hand.stop(host, StopOrder(cluster=cluster, fence=None), timeout=PROBE)
