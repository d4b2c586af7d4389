"""What was told outside, as values: Slack's messages, the on-call tool's alerts, signs of life, anchors."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from deploy.lab import layout, outside
from deploy.lab.drill.history import AlertHeard, History, SlackMessage
from deploy.lab.drill.invariants.heard import unheard
from deploy.lab.drill.invariants.telling import untold
from deploy.lab.keys import KeyPair
from deploy.lab.lab import Lab
from jobs.anchor import Anchor
from jobs.audit import Entry
from jobs.ports import Unavailable
from jobs.signatures import Message, VerifyKeys, public_key, verify
from workers.etcd.placing import anchors_of
from workers.secrets import Secrets


def complete(
    entries: Sequence[Entry], *, cluster: str = layout.CLUSTER, lost: Sequence[Entry] = ()
) -> bool:
    """Whether Slack holds by now whatever a cluster's trail has to tell; `lost` as History has it."""
    told = of_cluster(messages(outside.channel()), cluster)
    return not any(untold(_history(entries, lost=tuple(lost), slack=told)))


def heard(lab: Lab, entries: Sequence[Entry], *, risen: float, lost: Sequence[Entry] = ()) -> bool:
    """Whether the on-call tool and the dead-man's switch have heard everything, too."""
    rung, beats = alerts(outside.alerts(), lab.secrets.alerts), outside.heartbeats()
    known = _history(entries, lost=tuple(lost), alerts=rung, beats=beats, risen=risen)
    return not any(unheard(known))


def _history(entries: Sequence[Entry], **told: Any) -> History:
    return History(fault=0, leaderships=(), entries=tuple(entries), **told)


def messages(channel: Mapping[str, Any]) -> tuple[SlackMessage, ...]:
    """The channel as the double shows it, thread by thread; what a person says is not ours."""
    return tuple(
        message
        for root in channel["threads"]
        for message in (_message(root), *(_message(r, below=root["ts"]) for r in root["replies"]))
        if message.key
    )


def of_cluster(known: Sequence[SlackMessage], cluster: str) -> tuple[SlackMessage, ...]:
    """The threads of one cluster's incidents and notices, by the keys of their first messages."""
    roots = {m.ts for m in known if m.thread is None and _cluster_of(m) == cluster}
    return tuple(m for m in known if m.ts in roots or m.thread in roots)


def _cluster_of(root: SlackMessage) -> str:
    incident = root.key.partition("@")[0]
    return incident.removeprefix("notice-").rpartition("-")[0]


def _message(raw: Mapping[str, Any], *, below: str | None = None) -> SlackMessage:
    words = _words([raw["text"], raw["blocks"], raw["attachments"]])
    return SlackMessage(ts=raw["ts"], thread=below, key=raw["key"] or "", text="\n".join(words))


def _words(value: object) -> Iterator[str]:
    """Every text in a message that people see."""
    match value:
        case str():
            yield value
        case dict():
            yield from _words(
                [
                    value[n]
                    for n in ("text", "fallback", "blocks", "elements", "fields")
                    if n in value
                ]
            )
        case list():
            for one in value:
                yield from _words(one)
        case _:
            pass


def alerts(raw: Sequence[Mapping[str, Any]], ours: KeyPair) -> tuple[AlertHeard, ...]:
    """What the on-call tool took, each held to its signature."""
    keys = VerifyKeys(public=(public_key(ours.whpk),))
    return tuple(_alert(one, keys) for one in raw)


def _alert(raw: Mapping[str, Any], keys: VerifyKeys) -> AlertHeard:
    headers, event = raw["headers"], json.loads(raw["body"])
    name = headers.get("webhook-id", "")
    message = Message(
        id=name, timestamp=headers.get("webhook-timestamp", ""), body=raw["body"].encode()
    )
    return AlertHeard(
        id=name,
        status=event["type"].rpartition(".")[2],
        incident=event["data"]["incident"],
        entry=event["data"]["entry"],
        genuine=verify(message, headers.get("webhook-signature", ""), keys),
        at=raw["at"],
    )


def anchors(lab: Lab, cluster: str = layout.CLUSTER) -> tuple[Anchor, ...]:
    """What etcd notes of the trail; nothing where it cannot be asked."""
    try:
        return tuple(anchors_of(lab.inventory, Secrets({}))[cluster].placed(cluster))
    except Unavailable:
        return ()
