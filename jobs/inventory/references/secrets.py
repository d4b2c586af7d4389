"""Secrets that were written into the inventory, where everybody reads them: found, and never repeated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from jobs.inventory.references.mistake import Mistake
from jobs.inventory.references.raw import Raw

PRIVATE_KEY = r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
SHAPES: Mapping[str, str] = {
    PRIVATE_KEY: "a private key",
    r"\bwhsk_": "a sender's private key",
    r"\bwhsec_": "a shared secret of a sender",
    r"\bxox[a-z]-|\bxapp-": "a token of Slack's",
    r"://hooks\.slack\.com/services/": "an incoming webhook's address, which is a password",
    r"(?<![0-9A-Za-z])[0-9a-f]{64}(?![0-9A-Za-z])": "a token of Linode's",
    r"://[^/@\s]*:[^/@\s{$][^/@\s]*@": "a password in a URL",
    r"(?i)(?<![?&\w])\w*(?:password|passwd|secret|token)\s*=\s*['\"]?[^\s'\"{$]": "a password",
}
NAMED = r"(?i)(?:.*[_.-])?(?:password|passwd|passphrase|secret|token|api[_-]?key|private[_-]?key)s?"
"""Keys that could only hold one."""
NAMES = {"databases", "machines", "linodes", "backends", "addresses", "objectives"}
"""Maps whose keys are people's own names: a database may well be called `token`."""

SECRETS: Mapping[str, str] = {
    "redis": "redis-password",
    "etcd": "etcd-{name}-password",
    "clusters": "probe-{name}-password",
    "linode": "linode-token",
    "provision": "linode-token",
    "nodebalancers": "linode-token",
    "dns": "linode-token",
    "slack.url": "slack-webhook",
    "slack": "slack-token",
    "alerts": "alert-key",
    "senders": "sender-key-{name}",
    "pages": "viewer-password",
}
"""What somebody meant who wrote a secret into a section."""

SHORTEST = 6
"""Characters below which a value is a part of many words, and hardly a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revealed:
    """A secret in the inventory. `value` is there to be kept out of every other message."""

    mistake: Mistake
    value: str = field(repr=False)


def revealed(raw: Raw) -> Iterator[Revealed]:
    """Every secret, with where it belongs."""
    for path, value in _leaves(raw, ()):
        what = _looks_like(value) or _named(path, value)
        if what is not None:
            reason = (
                f"holds {what}, and an inventory holds none; put it into {_place(path, what)}, and make "
                f"a new one where others may have read this file"
            )
            yield Revealed(mistake=Mistake(path=".".join(path), reason=reason), value=value)


def unsaid(mistake: Mistake, secrets: tuple[Revealed, ...]) -> Mistake | None:
    """A mistake without the secrets in its text; None for one about a secret's own place."""
    if any(mistake.path == one.mistake.path for one in secrets):
        return None
    path, reason = mistake.path, mistake.reason
    for one in secrets:
        if len(one.value) >= SHORTEST:
            path, reason = path.replace(one.value, "…"), reason.replace(one.value, "…")
    return Mistake(path=path, reason=reason)


def _leaves(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    match value:
        case dict():
            for key, inner in value.items():
                if _looks_like(key):
                    yield (*path, "…"), key
                else:
                    yield from _leaves(inner, (*path, key))
        case list():
            for i, inner in enumerate(value):
                yield from _leaves(inner, (*path, str(i)))
        case str():
            yield path, value
        case _:
            pass


def _looks_like(text: str) -> str | None:
    return next((what for shape, what in SHAPES.items() if re.search(shape, text)), None)


def _named(path: tuple[str, ...], value: str) -> str | None:
    """What a key's name gives away; of a managed file only a value that is no template."""
    *before, key = [part for part in path if not part.isdigit()] or [""]
    if not value or re.fullmatch(NAMED, key) is None:
        return None
    if before and (before[-1] in NAMES or (before[-1] == "keys" and "{" in value)):
        return None
    return "a secret, as its name says"


def _place(path: tuple[str, ...], what: str) -> str:
    section, name = path[0], path[1] if len(path) > 1 else ""
    secret = SECRETS.get(".".join(path[:2])) or SECRETS.get(section)
    if secret is None or what == SHAPES[PRIVATE_KEY]:
        return "a file of the keys folder (pgbaton keys make makes what is missing there)"
    named = secret.format(name=name)
    variable = "PGBATON_" + re.sub(r"[^A-Z0-9]", "_", named.upper())
    return f"the secret {named} (secrets/{named} in the keys folder, or {variable})"
