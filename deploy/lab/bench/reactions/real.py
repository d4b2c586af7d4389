"""How long applications wait in a real cluster: for pgbaton, and for what others would use instead of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from deploy.lab.bench.families import Wish
from deploy.lab.bench.reactions.callback import demand_tools
from deploy.lab.bench.reactions.cluster import HOSTS, open_cluster
from deploy.lab.bench.reactions.course import CHECKED, SENT, STARTED, Course
from deploy.lab.bench.reactions.ways import EVERY
from deploy.lab.bench.result import Group, Row, Series
from deploy.lab.bench.switched import change_leader, stage_of_a_lab
from deploy.lab.drill.screen import Screen

SHOPS_LIMIT, SENT_LIMIT = 0.6, 0.1
"""Seconds that a median may take: two shops moved; the first swap of ten hosts sent."""
QUICK = 3
"""Changes of leader at most, where a look is enough."""

Told = tuple[tuple[Row, ...], tuple[Group, ...], tuple[str, ...]]
Taken = Mapping[str, Sequence[float]]

OURS = {
    SENT: "pgbaton, first swap sent",
    STARTED: "pgbaton, last service started",
    CHECKED: "pgbaton, last host checked",
}
PEERS = {
    "haproxy": "HAProxy that asks Patroni",
    "nodebalancer": "a NodeBalancer's check",
    "loop": "a callback with ssh in a loop",
    "ansible": "a callback with ansible-playbook",
}
ROWS = {"loop": "ssh-loop"}
"""What a row calls a peer, where that is another word."""


def measure_real(wish: Wish) -> Told:
    """Two shops in the usual lab; then, but for a quick look, ten hosts and the peers in one of their own."""
    if not wish.quick:
        demand_tools()
    row, group = _two_shops(min(wish.epochs, QUICK) if wish.quick else wish.epochs)
    if wish.quick:
        return (row,), (group,), ()
    say = Screen().say
    say(f"another lab: {len(HOSTS)} hosts, HAProxy, a NodeBalancer, and the callback's scripts")
    with open_cluster() as lab:
        say("it is up")
        course = Course.on(lab, say)
        course.run(wish.epochs)
    return (row, *rows(course.taken)), (group, ten_hosts(course.taken)), NOTES


def _two_shops(epochs: int) -> tuple[Row, Group]:
    """Real shops, which take orders meanwhile."""
    with stage_of_a_lab() as stage:
        seconds = tuple(change_leader(stage).seconds for _ in range(epochs))
    ours = Series(name="pgbaton, two shops", values=seconds)
    row = Row(
        name="reaction-two-shops",
        what="leader writable to last of two shops checked",
        ours=ours.median,
        limit=SHOPS_LIMIT,
        over="ours alone",
    )
    title = "leader writable to last of two shops checked, the shop's own stop and start taken off"
    return row, Group(title=title, series=(ours,))


def rows(taken: Taken) -> Iterator[Row]:
    """The first swap against the clock, and the whole reaction against each peer."""
    yield Row(
        name="reaction-real-sent",
        what="real cluster: leader writable to the swap sent to the first host",
        ours=_median(taken, SENT),
        limit=SENT_LIMIT,
        over="ours alone",
    )
    for peer, words in PEERS.items():
        yield Row(
            name=f"reaction-real-{ROWS.get(peer, peer)}",
            what=f"{len(HOSTS)} hosts at the new leader: {words} over pgbaton",
            ours=_median(taken, CHECKED),
            beside=_median(taken, peer),
            limit=1,
            sense="at least",
            over="beside over ours",
        )


def _median(taken: Taken, name: str) -> float:
    return Series(name=name, values=taken[name]).median


def ten_hosts(taken: Taken) -> Group:
    """Everything on one axis."""
    return Group(
        title=f"{len(HOSTS)} hosts in a real cluster, from the leader's first writable moment",
        series=tuple(
            Series(name=name, values=tuple(taken[key])) for key, name in {**OURS, **PEERS}.items()
        ),
    )


NOTES = (
    (
        "a real cluster: planned switchovers, Patroni decides who leads next; writable is when PostgreSQL said"
        " so to somebody who asked every 20 ms, or when the leader's key was seen in etcd, if that is later"
    ),
    (
        f"the application on {len(HOSTS)} hosts: a dotenv file that follows, a command that copies it as its"
        " owner, a service that is restarted; pgbaton's check looks whether it started with the new address"
    ),
    (
        "HAProxy (inter 3s fall 3 rise 2, as Patroni's documentation has it) and the NodeBalancer (every 5 s,"
        " 2 passed or 3 failed, through the HAProxy on each member) are measured in the epochs of pgbaton:"
        f" until a login by their address lands on the new leader, tried every {EVERY:g} s; what applications"
        " with open sessions do counts for neither"
    ),
    (
        "the callbacks are started by Patroni on the new leader, ask etcd who leads, and move files and services"
        " of their own on the same hosts, in epochs in which pgbaton's processes stand still; measured is the"
        " last service's start, by the host's own clock. They check nothing, tell nobody, and restart by sv"
        " term, which waits for nothing"
    ),
)
