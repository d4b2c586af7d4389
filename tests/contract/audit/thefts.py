"""What somebody does to a trail who may type anything into redis-cli, and knows how it is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jobs.audit import GENESIS, Draft, Kind, link
from workers.redis import Redis

TRAIL, HEAD = "pgbaton:trail:shop", "pgbaton:head:shop"
Row = tuple[str, Mapping[str, str]]
Theft = Callable[[Redis], None]


def rows(redis: Redis) -> list[Row]:
    """The stream as it is: ids and fields."""
    found: Any = redis.xrange(TRAIL)
    return [(i.decode(), {k.decode(): v.decode() for k, v in f.items()}) for i, f in found]


def rebuilt(redis: Redis, wanted: Sequence[Row]) -> None:
    """The stream made anew: XADD takes no id below the newest."""
    redis.delete(TRAIL)
    for id_, fields in wanted:
        plain: dict[Any, Any] = dict(fields)
        redis.xadd(TRAIL, plain, id=id_)


def head_is(redis: Redis, row: Row) -> None:
    redis.hset(HEAD, mapping={name: row[1][name] for name in ("seq", "hash", "at")})


def chained(wanted: Sequence[Row], first: int) -> list[Row]:
    """Numbers, ids and hashes from place `first` on as if it had always been so."""
    made, prev = list(wanted[:first]), wanted[first - 1][1]["hash"] if first else GENESIS
    for place, (_, old) in enumerate(wanted[first:], start=first):
        seq = place + 1
        hash_ = link(prev=prev, seq=seq, at=int(old["at"]), body=old["body"])
        made.append((f"{seq}-0", {**old, "seq": str(seq), "prev": prev, "hash": hash_}))
        prev = hash_
    return made


def aged(redis: Redis, *, seconds: int) -> None:
    """The same trail, written that long ago."""
    older = [(i, {**f, "at": str(int(f["at"]) - seconds * 1_000_000)}) for i, f in rows(redis)]
    made = chained(older, 0)
    rebuilt(redis, made)
    head_is(redis, made[-1])


def _other(row: Row) -> Row:
    return row[0], {**row[1], "body": row[1]["body"].replace("shop ", "shap ")}


def edit(redis: Redis) -> None:
    all_ = rows(redis)
    rebuilt(redis, [*all_[:5], _other(all_[5]), *all_[6:]])


def recompute(redis: Redis) -> None:
    all_ = rows(redis)
    made = chained([*all_[:5], _other(all_[5]), *all_[6:]], 5)
    rebuilt(redis, made)
    head_is(redis, made[-1])


def delete(redis: Redis) -> None:
    redis.xdel(TRAIL, "6-0")


def insert(redis: Redis) -> None:
    all_ = rows(redis)
    rebuilt(redis, [*all_[:6], ("6-1", {**_other(all_[5])[1]}), *all_[6:]])


def insert_and_recompute(redis: Redis) -> None:
    all_ = rows(redis)
    made = chained([*all_[:6], _other(all_[5]), *all_[6:]], 6)
    rebuilt(redis, made)
    head_is(redis, made[-1])


def reorder(redis: Redis) -> None:
    all_ = rows(redis)
    swapped = [*all_[:5], ("6-0", all_[6][1]), ("7-0", all_[5][1]), *all_[7:]]
    rebuilt(redis, swapped)


def trim_head(redis: Redis) -> None:
    redis.xtrim(TRAIL, minid="5-0", approximate=False)


def trim_tail(redis: Redis) -> None:
    """And nothing else: the head tells of entries that are not there."""
    redis.xdel(TRAIL, "11-0", "12-0")


def trim_tail_and_head(redis: Redis) -> None:
    all_ = rows(redis)
    rebuilt(redis, all_[:10])
    head_is(redis, all_[9])


def fork(redis: Redis) -> None:
    """The head set back by two, the stream as it is: the next append must not fit."""
    head_is(redis, rows(redis)[9])


def fork_hash(redis: Redis) -> None:
    redis.hset(HEAD, "hash", "f" * 64)


def text_as_head(redis: Redis) -> None:
    redis.hset(HEAD, "seq", "many")


def drop_head(redis: Redis) -> None:
    redis.delete(HEAD)


def drop_index(redis: Redis) -> None:
    redis.delete("pgbaton:incidents:shop", "pgbaton:reaches:shop")


def wipe(redis: Redis) -> None:
    redis.delete(TRAIL, HEAD, "pgbaton:incidents:shop", "pgbaton:reaches:shop")


def wipe_stream(redis: Redis) -> None:
    redis.delete(TRAIL)


def rename(redis: Redis) -> None:
    for kind in ("trail", "head"):
        redis.rename(f"pgbaton:{kind}:crm", f"pgbaton:{kind}:shop")


def _appended(redis: Redis, draft: Draft) -> None:
    all_ = rows(redis)
    fields = {"seq": "0", "at": all_[-1][1]["at"], "id": draft.id, "body": draft.body()}
    made = chained([*all_, ("0-0", fields)], len(all_))
    rebuilt(redis, made)
    head_is(redis, made[-1])


def fake_gap(redis: Redis) -> None:
    trim_tail_and_head(redis)
    evidence = {
        "after": 10,
        "anchored": 12,
        "lost": [[12, "a" * 64]],
        "reason": "Redis failed over",
    }
    _appended(redis, Draft(id="gap:x", kind=Kind.GAP, evidence=evidence))


def fake_checkpoint(redis: Redis) -> None:
    fifth = rows(redis)[4][1]
    evidence = {"first": 1, "through": 5, "head": fifth["hash"], "sha256": "a" * 64, "by": "dba"}
    _appended(redis, Draft(id="checkpoint:x", kind=Kind.CHECKPOINT, evidence=evidence))
    redis.xtrim(TRAIL, minid="6-0", approximate=False)


def junk(redis: Redis) -> None:
    redis.xadd(TRAIL, {"what": "ever"}, id="13-0")


def replace_by_text(redis: Redis) -> None:
    redis.delete(TRAIL)
    redis.set(TRAIL, "x")


def sign_off(redis: Redis, evidence: Mapping[str, object]) -> None:
    _appended(redis, Draft(id="gap:y", kind=Kind.GAP, evidence=evidence))
