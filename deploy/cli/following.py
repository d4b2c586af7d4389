"""Watching the workers until the hosts are there; without it one would ask and never know."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from deploy.cli.exits import Exit, Fault
from deploy.cli.trail import EVERY, fresh, say_line
from deploy.cli.voice import say_error, say_json, voice
from jobs.assign import missing
from jobs.claims import LeaderKey
from jobs.inventory import parse_target
from jobs.ports import LedgerUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deploy.cli.desk import Desk
    from jobs.state import ClusterState


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """For which targets to wait, from which entry on to tell, and how many seconds at most."""

    cluster: str
    targets: tuple[str, ...]
    start: int
    timeout: float


def follow(desk: Desk, wait: Wait, *, as_json: bool) -> None:
    """Tell the trail until the hosts hold the present leader's fence; a Fault (75) where time is up,
    or the operator has seen enough."""
    until, seq, state = desk.clock.monotonic() + wait.timeout, wait.start, None
    try:
        while desk.clock.monotonic() < until:
            state = _state(desk, wait.cluster, before=state)
            if state is not None:
                seq = _tell(desk, wait.cluster, seq, silent=as_json)
                if _there(desk, state, wait.targets):
                    return _end(state, wait, told=seq - wait.start, as_json=as_json)
            desk.clock.sleep(EVERY)
    except KeyboardInterrupt:
        raise Fault(
            "watched no longer", f"it goes on; pgbaton tail {wait.cluster}", code=Exit.UNFINISHED
        ) from None
    raise _unfinished(state, wait, told=seq - wait.start, as_json=as_json)


def _state(desk: Desk, cluster: str, *, before: ClusterState | None) -> ClusterState | None:
    """What Redis remembers; None while it is away, which is said once."""
    try:
        return desk.ledger.state(cluster)
    except LedgerUnavailable as error:
        if before is not None:
            say_error(f"pgbaton: {error.reason}; waiting for it")
        return None


def _tell(desk: Desk, cluster: str, seq: int, *, silent: bool) -> int:
    try:
        for line in fresh(desk.ledger, cluster, after=seq):
            seq = line.seq
            if not silent:
                say_line(voice(), line)
    except LedgerUnavailable:
        pass  # the next look at the state says so
    return seq


def _there(desk: Desk, state: ClusterState, hosts: tuple[str, ...]) -> bool:
    """True once the hosts hold the fence of the leader that etcd shows now; for all hosts, once the
    incident is closed as well."""
    fence = (state.incident or state.settled).fence
    if (
        fence is None
        or missing(state, fence, hosts)
        or not set(hosts).isdisjoint(state.assignments)
    ):
        return False
    if state.incident is not None and hosts == desk.inventory.targets_of(state.cluster):
        return False
    key = desk.witness.leader(state.cluster, timeout=1.0)
    return isinstance(key, LeaderKey) and key.epoch == fence.epoch


def _end(state: ClusterState, wait: Wait, *, told: int, as_json: bool) -> None:
    if as_json:
        say_json(_document(state, wait, there=True))
        return
    leadership = (state.incident or state.settled).leadership
    who = "the leader" if leadership is None else f"{leadership.member} (fence {leadership.fence})"
    speak = voice()
    speak.line(f"{wait.cluster}: {_count(wait.targets)} {_verb(wait.targets)} {who}", "good")
    if told <= 1:  # nobody but ourselves said anything
        hosts = (parse_target(t) for t in wait.targets)
        name = next((t.name for t in hosts if t.kind == "host"), "HOST")
        anew = f"pgbaton repoint {wait.cluster} --host {name}"
        speak.line(f"as recorded; no host was asked. To look at one anew: {anew}", "quiet")


def _count(targets: tuple[str, ...]) -> str:
    if len(targets) == 1:
        return parse_target(targets[0]).told
    return f"all {len(targets)} {what(targets)}"


def what(targets: Sequence[str]) -> str:
    """The word that fits all of them."""
    only_hosts = all(parse_target(t).kind == "host" for t in targets)
    return "hosts" if only_hosts else "targets"


def _verb(hosts: tuple[str, ...]) -> str:
    return "follows" if len(hosts) == 1 else "follow"


def _document(state: ClusterState, wait: Wait, *, there: bool) -> dict[str, Any]:
    known = state.incident or state.settled
    ends = {h: state.hosts.get(h) for h in wait.targets}
    return {
        "cluster": wait.cluster,
        "there": there,
        "incident": None if state.incident is None else state.incident.id,
        "member": None if known.leadership is None else known.leadership.member,
        "fence": None if known.fence is None else asdict(known.fence),
        "hosts": {
            h: {"outcome": r.outcome, "reason": r.reason, "remedy": r.remedy} if r else None
            for h, r in ends.items()
        },
    }


def _unfinished(state: ClusterState | None, wait: Wait, *, told: int, as_json: bool) -> Fault:
    if state is None:
        remedy = (
            f"it was asked for and is not lost; once Redis is back: pgbaton tail {wait.cluster}"
        )
        return Fault("Redis is away", remedy, code=Exit.UNAVAILABLE)
    if as_json:
        say_json(_document(state, wait, there=False))
    if told <= 1 and not _held_up(state):
        reason = f"nothing came of it within {wait.timeout:g} s"
        remedy = f"is a worker running? Without one: pgbaton repoint {wait.cluster} --now"
        return Fault(reason, remedy, code=Exit.UNFINISHED)
    where = (
        f"pgbaton tail {wait.cluster}"
        if state.incident is None
        else f"pgbaton show {state.incident.id}"
    )
    reason = f"not ended within {wait.timeout:g} s: {_left(state, wait)}"
    return Fault(reason, f"it goes on by itself; look with: {where}", code=Exit.UNFINISHED)


def _held_up(state: ClusterState) -> bool:
    """Workers may well have looked: a verdict that stays what it was is not recorded again."""
    return state.incident is not None and state.incident.verdict != "confirmed"


def _left(state: ClusterState, wait: Wait) -> str:
    if state.incident is not None and _held_up(state):
        return f"the verdict is {state.incident.verdict}: {state.incident.reason}"
    fence = (state.incident or state.settled).fence
    left = wait.targets if fence is None else missing(state, fence, wait.targets)
    ends = (
        f"{parse_target(t).told} ({state.hosts[t].outcome})"
        if t in state.hosts
        else parse_target(t).told
        for t in left
    )
    return f"left are {', '.join(ends)}" if left else "the incident is still open"
