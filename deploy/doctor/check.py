"""A configuration's settings: which of them keep the balancer from following, and which make it slow."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.doctor.evidence import Evidence
from deploy.doctor.finding import Finding, error, warning
from deploy.doctor.path import Passes, passes
from jobs.balancer.drift import spelled
from jobs.balancer.wanted import Settings

SLOW = 30
"""Seconds; by Linode's own defaults a lost leader is noticed within 18."""

CHECKS = {
    "none": "Nobody is checked, so every node gets clients, replicas and dead machines included: of "
    "three writes two fail.",
    "connection": "Whoever accepts a connection passes, replicas too, and nothing says who leads: "
    "writes land on members that refuse them.",
}
PATHS = {
    Passes.EVERYONE: "It passes on replicas, too: clients land there, and their writes fail.",
    Passes.REPLICAS: "It passes on replicas and never on the leader: every write fails.",
    Passes.STANDBY_LEADER: "It passes in a standby cluster alone: here every node is DOWN for good.",
    Passes.NOBODY: "No member ever passes it: every node is DOWN for good, and nobody gets in.",
}
DRIFTED = {
    "protocol": error,
    "proxy_protocol": error,
    "check_passive": warning,
    "algorithm": warning,
}
WHY_DRIFTED = {
    "protocol": "The balancer takes what clients say for HTTP, and answers PostgreSQL's own protocol "
    "with an error: nobody logs in.",
    "proxy_protocol": "It begins each connection with a line about the client that neither the mux "
    "(it has no accept-proxy) nor PostgreSQL understands: nobody logs in.",
    "check_passive": "A leader that refuses a connection for a moment (all slots taken, a restart) is "
    "marked DOWN besides its check: an overload becomes an outage.",
    "algorithm": "Two nodes may be UP for some seconds around a failover; how clients are spread over "
    "them is not what the inventory counts on.",
}


def check(seen: Evidence) -> Iterator[Finding]:
    """What is wrong with the settings in effect; of a balancer nobody sees, with those wanted."""
    if seen.config is not None:
        yield from _drifted(seen)
    yield from _kind(seen)
    yield from _path(seen)
    if seen.settings.get("check", "none") != "none":
        yield from _times(seen)
    if within(seen.want.settings) > SLOW:
        yield _slow(seen)


def _drifted(seen: Evidence) -> Iterator[Finding]:
    for name, finding in DRIFTED.items():
        if seen.settings.get(name) != seen.want.settings[name]:
            yield finding(name, _against(seen, name), WHY_DRIFTED[name], seen.apply)


def _kind(seen: Evidence) -> Iterator[Finding]:
    kind = str(seen.settings.get("check", "none"))
    if kind == "http_body":
        why = (
            f"The answer must also match {seen.settings.get('check_body', '')!r}; Patroni's differs "
            "from version to version, and then every node is DOWN."
        )
        yield warning("check", _against(seen, "check"), why, seen.apply)
    elif kind != "http":
        yield error("check", _against(seen, "check"), CHECKS.get(kind, CHECKS["none"]), seen.apply)


def _path(seen: Evidence) -> Iterator[Finding]:
    """The inventory's own path may be the bad one: then nothing else is worth saying."""
    has, must = str(seen.settings.get("check_path", "")), str(seen.want.settings["check_path"])
    by_inventory, by_linode = _passes(seen, must), _passes(seen, has)
    if by_inventory is not Passes.LEADER:
        what = f"check_path is {must} in the inventory, must be /primary"
        remedy = f'write check_path = "/primary" in {seen.table_name}, then: {seen.apply}'
        yield error("check_path", what, _why(seen, must, by_inventory), remedy)
    elif str(seen.settings.get("check", "none")) not in {"http", "http_body"}:
        return
    elif by_linode is not Passes.LEADER or not has:
        what = f"check_path is {has or 'not set'}, must be {must}"
        yield error("check_path", what, _why(seen, has, by_linode), seen.apply)
    elif has != must:
        why = "Only the leader passes it, too; but it is not what the inventory says."
        yield warning("check_path", _against(seen, "check_path"), why, seen.apply)


def _passes(seen: Evidence, path: str) -> Passes:
    return passes(path, muxed=seen.cluster.mux is not None)


def _why(seen: Evidence, path: str, who: Passes) -> str:
    if not path:
        return "An HTTP check without a path asks for no member in particular; Linode wants one."
    if who is Passes.NOBODY and passes(path, muxed=False) is not Passes.NOBODY:
        return "The mux lets only health checks through and denies this one: every node is DOWN."
    standby = who is Passes.STANDBY_LEADER and _standby(seen)
    return (
        "It follows a standby cluster's leader, which takes no writes." if standby else PATHS[who]
    )


def _standby(seen: Evidence) -> bool:
    return bool(getattr(seen.view, "standby_cluster", False))


def _times(seen: Evidence) -> Iterator[Finding]:
    has, want = seen.settings, seen.want.settings
    interval, timeout = _number(has, "check_interval"), _number(has, "check_timeout")
    if timeout >= interval:
        what = f"check_timeout is {timeout}, must be below check_interval ({interval})"
        why = (
            "Linode's own two defaults contradict each other like this. A check that hangs is not "
            "over when the next is due, and Linode refuses other changes until it is mended."
        )
        yield error("check_timeout", what, why, seen.apply)
    for name in ("check_interval", "check_timeout", "check_attempts"):
        if has.get(name) != want[name] and not (name == "check_timeout" and timeout >= interval):
            why = f"{_noticed(has)}; by the inventory within {within(want)} s."
            yield warning(name, _against(seen, name), why, seen.apply)


def _slow(seen: Evidence) -> Finding:
    want = seen.want.settings
    interval, attempts = want["check_interval"], want["check_attempts"]
    return warning(
        "slow",
        f"{attempts} checks, {interval} s apart, must fail before a node is DOWN",
        f"{_noticed(want)}: that long applications wait behind the balancer, however fast Patroni is.",
        f"write a smaller check_interval or check_attempts in {seen.table_name}, then: {seen.apply}",
    )


def within(settings: Settings) -> int:
    """Seconds until a lost leader's node is DOWN, at the worst: it answers, is lost, and the last of
    the checks that must fail hangs until its timeout."""
    interval, attempts = _number(settings, "check_interval"), _number(settings, "check_attempts")
    return interval * attempts + _number(settings, "check_timeout")


def _noticed(settings: Settings) -> str:
    return f"A lost leader is noticed within {within(settings)} s"


DEFAULTS = {"check_interval": 5, "check_timeout": 30, "check_attempts": 3}
"""Linode's own, for what an answer lacks."""


def _number(settings: Settings, name: str) -> int:
    value = settings.get(name)
    return value if isinstance(value, int) else DEFAULTS[name]


def _against(seen: Evidence, name: str) -> str:
    has = seen.settings.get(name)
    return f"{name} is {spelled(has)}, must be {spelled(seen.want.settings[name])}"
