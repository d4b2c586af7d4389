"""Tries at Slack and at Linode what tonight will need, by calls that change nothing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from deploy.doctor.evidence import Unseen
from deploy.doctor.examine import NO_TOKEN, unseen
from deploy.doctor.rounds import PROBE
from deploy.doctor.subjects.outside import SlackSeen, Tried
from jobs.inventory import Inventory
from jobs.ports import Barred, Fleet, Later, LinodeUnavailable, Lost, Unfit
from workers.linode import Api as Linode
from workers.linode.client import Call
from workers.secrets import Secrets
from workers.slack.client import Answer
from workers.slack.client import Api as Slack

Refusal = Later | Lost | Barred | Unfit
LOOKS: Mapping[str, str] = {
    "nodebalancers": "/nodebalancers",
    "linodes": "/linode/instances",
    "firewall": "/networking/firewalls",
    "events": "/account/events",
    "domains": "/domains",
}


def see_slack(inventory: Inventory, secrets: Secrets) -> SlackSeen | Unseen | None:
    """Who the token is, and whether it reads the channel; an incoming webhook cannot be tried unheard."""
    if inventory.slack.channel is None:
        return None
    token = secrets.get("slack-token")
    if token is None:
        if secrets.get("slack-webhook"):
            return Unseen(
                reason="an incoming webhook can only be tried by posting",
                remedy="put a bot's token into slack-token instead (docs/slack.md)",
            )
        return Unseen(
            reason="the secret slack-token is not here",
            remedy="run it where pgbaton-chronicle has it, or put it into PGBATON_SLACK_TOKEN",
        )
    api = Slack(url=inventory.slack.url, token=token, timeout=PROBE)
    return _slack(api, inventory.slack.channel)


def _slack(api: Slack, channel: str) -> SlackSeen:
    us = api.ask("auth.test", json={})
    if not isinstance(us, Answer):
        return SlackSeen(tries=[_tried("the token", us)])
    history = api.ask("conversations.history", params={"channel": channel, "limit": 1})
    named = us.headers.get("x-oauth-scopes", "")
    scopes = frozenset(s.strip() for s in named.split(",") if s.strip())
    return SlackSeen(
        tries=[Tried(what="the token"), _tried(f"channel {channel}", history)],
        team=str(us.body.get("team", "")),
        scopes=scopes or None,
    )


def _tried(what: str, found: Answer | Refusal) -> Tried:
    match found:
        case Answer():
            return Tried(what=what)
        case Barred():
            seen = Unseen(reason=found.reason, remedy=found.remedy)
            return Tried(what=what, unseen=seen, refused=True)
        case Later():
            return Tried(what=what, unseen=Unseen(reason=found.reason, remedy="ask again later"))
        case Lost() | Unfit():
            seen = Unseen(reason=found.reason, remedy="see slack.channel in the inventory")
            return Tried(what=what, unseen=seen, refused=True)


def see_linode(
    inventory: Inventory, api: Linode | None, fleet: Fleet
) -> tuple[Tried, ...] | Unseen | None:
    """One page of one row in each area that the inventory needs; a token's right to write shows only where
    something is written."""
    if not inventory.nodebalancers and not inventory.dns:
        return None
    if api is None:
        return NO_TOKEN
    areas = [a for a in LOOKS if a != "domains" or inventory.dns]
    areas = areas if inventory.nodebalancers else ["domains"]
    found = dict(fleet.each(areas, partial(_look, api)))
    return tuple(found[a] for a in areas)


def _look(api: Linode, area: str) -> Tried:
    def look(call: Call) -> None:
        next(iter(call.rows(LOOKS[area])), None)

    try:
        api.ask(look, timeout=PROBE)
    except LinodeUnavailable as error:
        seen = unseen(error)
        return Tried(what=area, unseen=seen, refused=seen.refused)
    return Tried(what=area)
