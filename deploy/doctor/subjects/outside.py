"""Slack and Linode's API: tokens that were taken back, or may not do what tonight will need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from deploy.doctor.evidence import Unseen
from deploy.doctor.finding import Finding, error, listed, warning
from deploy.doctor.report import Report, not_seen, report


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One thing that was tried with a token. `refused`: the other side said no, for good; without it
    `unseen` only says that nobody answered."""

    what: str
    unseen: Unseen | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackSeen:
    """A bot's token. `scopes` None where the answers do not name them; `private`: the channel is one."""

    tries: Sequence[Tried]
    team: str = ""
    scopes: frozenset[str] | None = None


POST = "chat:write"


def judge_slack(seen: SlackSeen | Unseen | None) -> Report:
    """None: the inventory names no channel."""
    if seen is None:
        return report("slack", ["not in the inventory"], ())
    if isinstance(seen, Unseen):
        return report("slack", (), [not_seen("Slack", seen)])
    findings = [
        f
        for one in seen.tries
        for f in _tried(one, "slack", "Nobody reads of the incident in Slack.")
    ]
    if seen.scopes is not None and POST not in seen.scopes:
        why = "It may not post: nobody reads of the incident in Slack."
        findings.append(
            error(
                "slack-scope",
                f"the token lacks {POST}",
                why,
                "add it to the app's bot scopes, install it anew (docs/slack.md)",
            )
        )
    well = [t.what for t in seen.tries if t.unseen is None]
    return report("slack", [f"{seen.team or 'Slack'}: {', '.join(well)}" if well else ""], findings)


def judge_linode(tries: Sequence[Tried] | Unseen | None) -> Report:
    """Each area that the inventory needs, by a harmless look; None: it needs none."""
    if tries is None:
        return report("linode", ["not in the inventory"], ())
    if isinstance(tries, Unseen):
        return report("linode", (), [not_seen("the token's scopes", tries)])
    hurts: Mapping[str, str] = HURTS
    findings = [f for t in tries for f in _tried(t, "linode", hurts.get(t.what, ""))]
    well = [t.what for t in tries if t.unseen is None]
    return report("linode", [f"the token may look at {', '.join(well)}" if well else ""], findings)


HURTS = {
    "nodebalancers": "No NodeBalancer is watched or mended.",
    "linodes": "A lost machine is not known as lost, and no firewall is explained.",
    "firewall": "Which firewall keeps the health check out is not told.",
    "events": "A host's reboot or shutdown is not heard of from Linode.",
    "domains": "No DNS record follows the leader.",
}


def _tried(one: Tried, subject: str, why: str) -> Iterator[Finding]:
    if one.unseen is None:
        return
    if one.refused:
        what = f"{one.what}: {one.unseen.reason}"
        yield error(f"{subject}-refused", what, why, one.unseen.remedy)
    else:
        yield not_seen(one.what, one.unseen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """One signed event to one webhook, by one sender. `status` None: nobody answered. `recorded`: its
    entry stands in the trail; None where the trail could not be read."""

    sender: str
    url: str
    status: int | None
    detail: str = ""
    recorded: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadSeen:
    """`keyless`: senders whose key is not here, so that nobody could speak for them; `heard`: those of
    them whose events stand in the trail, so that they were believed."""

    pings: Sequence[Ping]
    keyless: Sequence[str] = ()
    urls: Sequence[str] = ()
    heard: frozenset[str] = frozenset()


ACCEPTED = 202


def judge_road(seen: RoadSeen) -> Report:
    """The whole road of an event: signed, posted, believed, recorded."""
    if not seen.urls:
        why = "No hook, watch or probe can tell anything: only the clock notices a failover."
        none = error(
            "no-webhook",
            "the inventory names no webhook.urls",
            why,
            'urls = ["https://…/events"] in [webhook]',
        )
        return report("webhook", (), [none])
    findings = [f for ping in _together(seen.pings) for f in _ping(ping)]
    unheard = [name for name in seen.keyless if name not in seen.heard]
    if unheard:
        unseen = Unseen(
            reason="they were never heard, and no key of theirs is here",
            remedy="name the keys folder (--keys), or run it where their keys are",
        )
        findings.append(not_seen(f"whether {listed(unheard)} would be believed", unseen))
    return report("webhook", _recorded(seen), findings)


def _recorded(seen: RoadSeen) -> Iterator[str]:
    well = [p for p in seen.pings if p.status == ACCEPTED and p.recorded is not False]
    senders = ", ".join(dict.fromkeys(p.sender for p in well))
    if well:
        yield f"{len(well)} of {len(seen.pings)} signed pings recorded ({senders})"
    if heard := [name for name in seen.keyless if name in seen.heard]:
        yield f"heard before: {', '.join(heard)}"


def _together(pings: Sequence[Ping]) -> Iterator[Ping]:
    """Senders to whom one webhook answers the same are named together."""
    same = {
        replace(ping, sender=""): [
            p.sender for p in pings if replace(p, sender="") == replace(ping, sender="")
        ]
        for ping in pings
    }
    yield from (replace(ping, sender=listed(senders)) for ping, senders in same.items())


def _ping(ping: Ping) -> Iterator[Finding]:
    what = f"{ping.url} and {ping.sender}: "
    if ping.status == ACCEPTED:
        yield from _accepted(ping, what)
        return
    name, why, remedy = _refusal(ping)
    finding = warning if name == "webhook-answer" else error
    status = "" if ping.status is None else f"{ping.status} "
    yield finding(name, f"{what}{status}{ping.detail}", why, remedy)


def _accepted(ping: Ping, what: str) -> Iterator[Finding]:
    if ping.recorded is False:
        why = "It says yes, and writes elsewhere: another Redis, or another prefix."
        mend = "give that machine this inventory; systemctl reload pgbaton-web"
        yield error("webhook-astray", f"{what}accepted, and not in the trail", why, mend)
    elif ping.recorded is None:
        unseen = Unseen(reason="the trail cannot be read", remedy="see redis")
        yield not_seen(f"{what}its entry", unseen)


def _refusal(ping: Ping) -> tuple[str, str, str]:
    """Name, why and mend of whatever is not a yes."""
    match ping.status:
        case None:
            why = "Hooks spool and try again; a failover is noticed by the clock alone meanwhile."
            return "webhook-down", why, "systemctl start pgbaton-web there, or open the way to it"
        case 401:
            why = f"Whatever {ping.sender} tells is refused: its events are lost."
            mend = f"put the public key of {ping.sender} into its keys in [senders]"
            return "sender-unknown", why, f"{mend}; reload pgbaton-web (SIGHUP)"
        case 503:
            why = "Events are not recorded until it can; hooks spool."
            return "webhook-503", why, "see redis, by the webhook's own eyes: its log"
        case _:
            return "webhook-answer", "This sender's events are not recorded.", "do what it says"
