"""What follows besides hosts, brought over from here: NodeBalancers, DNS records, hosts that wait for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobs.balance import drafts_of, record_of
from jobs.follow import follow
from jobs.inventory import parse_target
from jobs.means import Means
from jobs.publish import Post, draft_of, point
from jobs.publish import record_of as record_of_record
from jobs.state import LANDED, WAITING, Assignment
from jobs.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deploy.cli.run import Run
    from jobs.host import Hands, Mission


def means_of(run: Run, hands: Hands, mission: Mission, job: str) -> Means:
    """The operator is alone: entries go to the journal, and no other job is asked for leave."""
    return Means(
        hands=hands,
        mission=mission,
        job=job,
        tell=run.write,
        lease=lambda _name, _seconds: True,
        balancers=run.desk.balancers,
        records=run.desk.records,
    )


def watch(run: Run, means: Means, targets: Sequence[str], given: Assignment) -> None:
    """Let each NodeBalancer lead to the leader, for as long as the inventory grants it."""
    for target in targets:
        watched = Watch(means=means, name=parse_target(target).name)
        before = run.records.get(target)
        through = before is not None and before.lets_through(watched.fence)
        end = follow(watched, through=through, first=True)
        while end.outcome == (LANDED if through else WAITING):
            end = follow(watched, through=through, first=False)
        run.records[target] = record_of(watched, end, given)
        for draft in drafts_of(watched, end, before):
            run.write(draft)


def publish(run: Run, means: Means, targets: Sequence[str], given: Assignment) -> None:
    """Let each DNS record name the leader."""
    clock = means.hands.clock
    for target in targets:
        post, began = Post(means=means, target=target), clock.monotonic()
        end = point(post)
        seconds = round(clock.monotonic() - began, 4)
        run.records[target] = record_of_record(post, end, given, seconds)
        run.write(draft_of(post, end, seconds))


def with_gates(targets: Sequence[str]) -> tuple[str, ...]:
    """The targets, and the NodeBalancers that the hosts among them stand behind."""
    gates = (parse_target(t).gate for t in targets)
    return tuple(dict.fromkeys([*targets, *(g for g in gates if g is not None)]))


def opened(run: Run, targets: Sequence[str]) -> list[str]:
    """Those hosts whose NodeBalancer leads to the leader by now; no host at the leader waits."""
    return [t for t in targets if _open(run, parse_target(t).gate)]


def _open(run: Run, gate: str | None) -> bool:
    if gate is None:
        return True
    record = run.records.get(gate)
    return record is not None and record.fence is not None and record.lets_through(record.fence)
