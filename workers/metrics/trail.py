"""What the entries of a trail add up to. Counters begin with the trail, not with this process."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from jobs.audit import Kind
from jobs.remote import HOLDS
from jobs.story import Fact
from jobs.story.fact import inside

SWAP = (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300)
"""Seconds of one host's swap and of its stages."""

STAGES = frozenset({"write", "after", "restart", "check"})
"""The stages that a host measures."""

ALARMS = (
    "two-primaries",
    "isolation",
    "epochs-back",
    "leaderless",
    "left",
    "paused",
    "held",
    "nodebalancer",
    "other",
)
"""What alarms are about."""

KINDS = ("host", "nodebalancer", "dns")
"""What drifts."""


UNDER_WAY = frozenset({"asked", "changing"})
"""Entries of an isolation that end no try."""


class TrailMetrics:
    """Counts entries, one by one."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"pgbaton_{name}", text, ("cluster", *labels), registry=registry)

        def histogram(name: str, text: str, *labels: str) -> Histogram:
            return Histogram(
                f"pgbaton_{name}", text, ("cluster", *labels), buckets=SWAP, registry=registry
            )

        self.entries = counter("trail_entries", "Entries of the trail", "kind")
        self.gaps = counter("trail_gaps", "Times that entries were lost with a Redis failover")
        self.verdicts = counter("verdicts", "Verdicts recorded", "verdict")
        self.hosts = counter("host_outcomes", "How tries to bring a host along ended", "outcome")
        self.drifts = counter("drifts", "Targets found not as they were applied", "kind")
        self.isolations = counter(
            "isolations", "How tries to isolate a stale primary ended", "outcome"
        )
        self.alarms = counter("alarms", "Alarms raised, by what they are about", "alarm")
        self.takeovers = counter("takeovers", "Targets taken over from silent workers")
        self.refused = counter(
            "refused_requests",
            "Requests that the webhook refused, as its trail entries count them; cluster _intake: of none",
            "reason",
        )
        self.host = histogram("host_seconds", "One try to bring a host along", "result")
        self.stage = histogram("host_stage_seconds", "The stages of it that hosts measure", "stage")
        self.head = Gauge(
            "pgbaton_trail_head", "Number of the newest entry", ("cluster",), registry=registry
        )

    def know(self, cluster: str) -> None:
        """Show zeros of what alerts look at, so that a first time is an increase."""
        self.gaps.labels(cluster)
        self.takeovers.labels(cluster)
        for alarm in ALARMS:
            self.alarms.labels(cluster, alarm)
        for kind in KINDS:
            self.drifts.labels(cluster, kind)

    def take(self, cluster: str, fact: Fact) -> None:
        """Count one entry."""
        self.entries.labels(cluster, fact.kind).inc()
        self.head.labels(cluster).set(fact.seq)
        match fact.kind:
            case Kind.VERDICT:
                self.verdicts.labels(cluster, fact.evidence["verdict"]).inc()
            case Kind.HOST:
                self._host(cluster, fact)
            case Kind.ISOLATION if fact.evidence["outcome"] not in UNDER_WAY:
                self.isolations.labels(cluster, fact.evidence["outcome"]).inc()
            case Kind.DRIFT:
                self._drift(cluster, fact)
            case Kind.JOURNAL:
                self._done_inline(cluster, fact)
            case Kind.ALARM:
                self.alarms.labels(cluster, alarm_of(fact)).inc()
            case Kind.TAKEN_OVER:
                self.takeovers.labels(cluster).inc(len(fact.evidence["hosts"]))
            case Kind.REFUSED:
                self._refused(cluster, fact)
            case Kind.GAP if fact.evidence.get("how") != "accepted":
                self.gaps.labels(cluster).inc()
            case _:
                pass

    def _host(self, cluster: str, fact: Fact) -> None:
        outcome = str(fact.evidence["outcome"])
        self.hosts.labels(cluster, outcome).inc()
        result = "held" if outcome in HOLDS else "failed"
        self.host.labels(cluster, result).observe(fact.seconds or 0)
        for stage, seconds in (fact.evidence.get("stages") or {}).items():
            if stage in STAGES:
                self.stage.labels(cluster, stage).observe(seconds)

    def _done_inline(self, cluster: str, fact: Fact) -> None:
        """A host that a `repoint --now` brought along counts as one, whoever brought it."""
        step = inside(fact)
        if step is not None and step.kind == Kind.HOST:
            self._host(cluster, step)

    def _drift(self, cluster: str, fact: Fact) -> None:
        told = str(fact.evidence["host"]).partition(" ")[0]
        kind = {"NodeBalancer": "nodebalancer", "DNS": "dns"}.get(told, "host")
        self.drifts.labels(cluster, kind).inc()

    def _refused(self, cluster: str, fact: Fact) -> None:
        count = max(int(fact.evidence.get("count", 1)), 0)
        self.refused.labels(cluster, fact.evidence["reason"]).inc(count)


def alarm_of(fact: Fact) -> str:
    """What an alarm's entry is about, by its id: INCIDENT:alarm:ABOUT:… or, in peace, TARGET:…"""
    _, _, key = fact.id.partition(":alarm:")
    about = (key or fact.id).partition(":")[0]
    return about if about in ALARMS else "other"
