"""What the members' ports answer to the health check's own request, asked from here."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.doctor.evidence import Evidence
from deploy.doctor.finding import Finding, error, listed, note, one_of, plural, warning
from deploy.doctor.mux import published
from deploy.doctor.path import Passes, passes
from jobs.balancer.found import Knock
from jobs.balancer.standing import passes as answers_yes

UNAVAILABLE = 503


def answers(seen: Evidence) -> Iterator[Finding]:
    """Members with the same answer are named together. Of a path that is wrong in itself the
    statuses tell nothing new."""
    yield from _refused(seen)
    yield from _silent(seen)
    if seen.cluster.mux is not None:
        yield from _no_http(seen)
    if passes(_path(seen), muxed=seen.cluster.mux is not None) is Passes.LEADER:
        yield from _statuses(seen)
        yield from _foreign(seen)


def _path(seen: Evidence) -> str:
    """What was asked for: the inventory's path."""
    return str(seen.want.settings["check_path"])


def _of(seen: Evidence, kind: str) -> list[str]:
    return [name for name, knock in seen.knocks.items() if knock.kind == kind]


def _refused(seen: Evidence) -> Iterator[Finding]:
    if names := _of(seen, "refused"):
        yield error(
            "refused",
            f"{listed(names)} {plural(names, 'refuses', 'refuse')} port {seen.port}, must listen there",
            f"No check passes and no client is served there: while {one_of(names)} leads, nobody gets in.",
            f"start HAProxy (the mux) on {listed(names)}"
            if seen.cluster.mux is not None
            else f"start PostgreSQL on {listed(names)}",
        )


def _silent(seen: Evidence) -> Iterator[Finding]:
    """A balancer that has them UP reaches them where we do not."""
    names = _of(seen, "silent")
    up = [n for n in names if (node := seen.node(n)) is not None and node.status == "UP"]
    down = [n for n in names if n not in up]
    if up:
        why = "The NodeBalancer reaches it all the same; only we are kept out, and cannot look closer."
        yield note("silent", f"{listed(up)} does not answer us on port {seen.port}", why)
    if down:
        yield warning(
            "silent",
            f"{listed(down)} {plural(down, 'does', 'do')} not answer on port {seen.port} from here{_reasons(seen, down)}",
            "The machine is lost, or a firewall lets us not in. What the NodeBalancer meets there may differ.",
            f"ask from the database nodes' own network: curl -i http://{_first(seen, down)}{_path(seen)}",
        )


def _reasons(seen: Evidence, names: list[str]) -> str:
    reasons = dict.fromkeys(seen.knocks[name].reason for name in names)
    told = ", ".join(filter(None, reasons))
    return f": {told}" if told else ""


def _first(seen: Evidence, names: list[str]) -> str:
    want = seen.want.of(names[0])
    return names[0] if want is None else str(want.address)


def _no_http(seen: Evidence) -> Iterator[Finding]:
    known = set(published(seen))
    if names := [name for name in _of(seen, "no-http") if name not in known]:
        yield error(
            "no-http",
            f"{listed(names)} {plural(names, 'speaks', 'speak')} no HTTP on port {seen.port}, must answer GET {_path(seen)}",
            "Something else than the mux has the port, most likely PostgreSQL: the check can never pass there.",
            f"pgbaton script mux {seen.table.cluster} {names[0]} prints HAProxy's file; docs/mux.md has the steps",
        )


def _statuses(seen: Evidence) -> Iterator[Finding]:
    if seen.leader is None:
        yield from _several(seen)
        return
    for name in _of(seen, "http"):
        knock = seen.knocks[name]
        if name == seen.leader and not answers_yes(knock):
            yield _leader_says_no(seen, knock)
        elif name != seen.leader and answers_yes(knock):
            yield _other_says_yes(seen, name, knock)


def _leader_says_no(seen: Evidence, knock: Knock) -> Finding:
    return error(
        "leader-fails",
        f"GET {_path(seen)} on {seen.leader} answers {knock.status}, must be 200: it leads",
        "The leader is DOWN by its own word, and nobody gets in.",
        f"see why Patroni on {seen.leader} does not call itself primary: its log, and whether the mux reaches "
        f"its REST API on port {seen.cluster.rest_port}",
    )


def _other_says_yes(seen: Evidence, name: str, knock: Knock) -> Finding:
    return error(
        "other-passes",
        f"GET {_path(seen)} on {name} answers {knock.status}, must not: {seen.leader} leads",
        f"{name} takes writes that {seen.leader} never sees: two primaries, and clients of the balancer on both.",
        f"stop PostgreSQL on {name}, or start Patroni there so that it demotes: pgbaton verify {seen.table.cluster}",
    )


def _foreign(seen: Evidence) -> Iterator[Finding]:
    """Patroni says yes or 503, and so does the mux in its place; whatever else is told by the leader's
    own finding, where it is the leader's."""
    strange = {
        name: knock.status
        for name in _of(seen, "http")
        if name != seen.leader and not answers_yes(knock := seen.knocks[name])
    }
    for status in sorted({s for s in strange.values() if s is not None} - {UNAVAILABLE}):
        names = [name for name, said in strange.items() if said == status]
        yield warning(
            "not-patroni",
            f"GET {_path(seen)} on {listed(names)} answers {status}, must be 200 or 503",
            f"Whoever answers there is not Patroni: while {one_of(names)} leads, nobody gets in.",
            f"see what listens on port {seen.port} of {listed(names)}: docs/mux.md",
        )


def _several(seen: Evidence) -> Iterator[Finding]:
    names = [n for n in _of(seen, "http") if answers_yes(seen.knocks[n])]
    if len(names) > 1:
        yield error(
            "other-passes",
            f"GET {_path(seen)} passes on {listed(names)}, must pass on one",
            "Two members call themselves primary, and clients of the balancer write to both.",
            f"see who leads: pgbaton verify {seen.table.cluster}",
        )
