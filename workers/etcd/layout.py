"""Patroni's keys turned into values: without it, raw JSON from other machines would reach the judge."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from jobs.claims import (
    AskedFor,
    BrokenRecord,
    ClusterView,
    LeaderKey,
    MemberRecord,
    is_words,
    pg_timeline_of,
)
from jobs.event import MAX_TEXT
from jobs.inventory.address import is_host
from jobs.ports import DcsUnavailable, ScopeRef
from workers.etcd.wire import Answer, KeyValue, key_range, prefix_range

QUESTIONS_PER_SCOPE = 6

_TRUE = frozenset({"on", "true", "yes", "1"})
_STANDBY_SOURCES = ("host", "port", "restore_command")


class UnsupportedLayout(DcsUnavailable):
    """The scope holds Citus groups: several clusters under one name, which pgbaton refuses."""


def leader_key(scope: ScopeRef) -> bytes:
    return f"{scope.path}leader".encode()


def questions(scope: ScopeRef) -> list[dict[str, Any]]:
    """The ranges of one cluster's transaction, in the order `view` expects their answers.

    The last finds keys that start with a digit, as Citus groups (`<scope>/0/…`) do.
    """
    base = scope.path.encode()
    return [
        key_range(leader_key(scope)),
        prefix_range(base + b"members/"),
        key_range(base + b"config"),
        key_range(base + b"initialize"),
        key_range(base + b"failover"),
        key_range(base + b"0", base + b":", limit=1, keys_only=True),
    ]


def glance_question(scope: ScopeRef) -> list[dict[str, Any]]:
    """One range over leader key and member records, which are neighbours in etcd's order: as many
    clusters fit into a transaction as it takes operations."""
    base = scope.path.encode()
    return [key_range(leader_key(scope), base + b"members0")]


def glanced(scope: ScopeRef, answer: Answer) -> ClusterView:
    """Leader and members of what `glance_question` found."""
    [found] = answer.ranges
    key, members = leader_key(scope), f"{scope.path}members/".encode()
    return ClusterView(
        cluster=scope.cluster,
        revision=answer.revision,
        leader=parse_leader(tuple(kv for kv in found if kv.key == key)),
        members=tuple(parse_member(scope, kv) for kv in found if kv.key.startswith(members)),
    )


def view(scope: ScopeRef, answer: Answer) -> ClusterView:
    """One cluster's keys, parsed. Raises UnsupportedLayout where they are Citus groups."""
    leader, members, config, initialize, failover, digits = answer.ranges
    if not leader:
        _refuse_groups(scope, digits)
    settings = _object(config[0].value) if config else {}
    return ClusterView(
        cluster=scope.cluster,
        revision=answer.revision,
        leader=parse_leader(leader),
        members=tuple(parse_member(scope, kv) for kv in members),
        system_identifier=(_decode(initialize[0].value) or None) if initialize else None,
        paused=_is_on(settings.get("pause")),
        failsafe=_is_on(settings.get("failsafe_mode")),
        standby_cluster=_is_standby(settings.get("standby_cluster")),
        crash_moves=_crash_moves(settings),
        asked=_asked(failover),
    )


def _crash_moves(settings: Mapping[str, object]) -> bool:
    """Before Patroni 3 the setting had another name, which later ones still read."""
    names = ("primary_start_timeout", "master_start_timeout")
    return any(str(settings.get(name)) == "0" for name in names)


def _asked(found: tuple[KeyValue, ...]) -> AskedFor | None:
    """The key outlives what it asked for, as `{}`."""
    if not found:
        return None
    return AskedFor(revision=found[0].mod_revision, pending=bool(_object(found[0].value)))


def parse_leader(found: tuple[KeyValue, ...]) -> LeaderKey | None:
    """The leader key, if there is one; its value is the member's bare name, not JSON."""
    if not found:
        return None
    kv = found[0]
    return LeaderKey(member=_decode(kv.value), epoch=kv.create_revision, lease=kv.lease)


def parse_member(scope: ScopeRef, kv: KeyValue) -> MemberRecord | BrokenRecord:
    """A member record; what cannot be used is told apart by reason, never dropped."""
    name = _decode(kv.key.removeprefix(f"{scope.path}members/".encode()))
    try:
        record = json.loads(kv.value)
    except (ValueError, RecursionError) as error:
        return BrokenRecord(name=name, reason=f"the record is not JSON: {error}")
    if not isinstance(record, dict):
        return BrokenRecord(name=name, reason="the record is JSON, but not an object")
    flaw = (
        _name_flaw(name)
        or _flaw(record, "conn_url", ("postgres", "postgresql"))
        or _flaw(record, "api_url", ("http", "https"))
    )
    return BrokenRecord(name=name, reason=flaw) if flaw else _member(name, record)


def _member(name: str, record: Mapping[str, Any]) -> MemberRecord:
    return MemberRecord(
        name=name,
        conn_url=record["conn_url"],
        api_url=record["api_url"],
        proxy_url=_text(record.get("proxy_url")),
        role=_words(record.get("role")),
        state=_words(record.get("state")),
        pg_timeline=pg_timeline_of(record.get("timeline")),
    )


def _name_flaw(name: str) -> str | None:
    """The name goes into files, sentences and pages."""
    if name.isprintable() and len(name) <= MAX_TEXT:
        return None
    return f"its name holds control characters, or more than {MAX_TEXT}"


def _flaw(record: Mapping[str, Any], field: str, schemes: tuple[str, ...]) -> str | None:
    """Why the field is no address one could connect to, or None."""
    value = record.get(field)
    if not isinstance(value, str) or not value:
        return f"the record has no {field}"
    return _url_flaw(value, field, schemes)


@lru_cache(maxsize=10_000)
def _url_flaw(value: str, field: str, schemes: tuple[str, ...]) -> str | None:
    """Remembered: a record is written every ten seconds, its addresses hardly ever change."""
    url = _split(value)
    if url is None or not url.hostname or url.scheme not in schemes:
        return f"{field} is no {schemes[0]}:// address with a host and a port"
    if not is_host(unquote(url.hostname)):
        return f"{field} holds characters that no host name or address has"
    return None


def _split(value: str) -> SplitResult | None:
    try:
        url = urlsplit(value)
        _ = url.port  # a port that is no number shows only here
    except ValueError:
        return None
    return url


def _refuse_groups(scope: ScopeRef, digits: tuple[KeyValue, ...]) -> None:
    base = scope.path.encode()
    if digits and re.match(rb"\d+/", digits[0].key.removeprefix(base)):
        raise UnsupportedLayout(
            reason=f"{scope.path} holds Citus groups, which pgbaton does not support",
            remedy="take the cluster out of the inventory; pgbaton looks after plain clusters",
        )


def _object(raw: bytes) -> Mapping[str, Any]:
    """A JSON object, empty where there is none: Patroni itself falls back to its defaults."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_on(value: object) -> bool:
    """Patroni's own reading of a switch (`utils.parse_bool`): YAML and JSON users write both."""
    return str(value).lower() in _TRUE


def _is_standby(value: object) -> bool:
    """Patroni's own rule (`get_standby_cluster_config`): a block that names no source is none."""
    return isinstance(value, dict) and any(value.get(source) for source in _STANDBY_SOURCES)


def _decode(raw: bytes) -> str:
    """Patroni writes UTF-8; anything else is shown escaped and will match no member's name."""
    return raw.decode("utf-8", errors="backslashreplace")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _words(value: object) -> str | None:
    return value if isinstance(value, str) and is_words(value) else None
