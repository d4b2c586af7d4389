"""The JSON gateway's dialect: base64, numbers as strings, zeros left out."""

from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.etcd import wire


def test_what_is_zero_is_left_out() -> None:
    """A key without a lease, with an empty value."""
    found = wire.read_key({"key": "L2E=", "create_revision": "5", "mod_revision": "7"})
    assert found == wire.KeyValue(key=b"/a", value=b"", create_revision=5, mod_revision=7, lease=0)


def test_an_empty_range_has_no_kvs_at_all() -> None:
    """Nothing found is an answer, with a revision."""
    assert wire.read_range({"header": {"revision": "3"}}) == wire.Answer(revision=3, ranges=((),))


def test_numbers_beyond_a_float_stay_exact() -> None:
    """Lease ids use all 64 bits."""
    found = wire.read_key({"key": "", "lease": "9223372036854775807"})
    assert found.lease == 2**63 - 1


@given(st.binary(max_size=40))
def test_keys_survive_the_journey(raw: bytes) -> None:
    """Any bytes at all."""
    assert wire.read_key({"key": wire.text(raw)}).key == raw


@given(prefix=st.binary(max_size=8).map(lambda b: b + b"/"), rest=st.binary(max_size=8))
def test_a_prefix_covers_what_starts_with_it_and_nothing_else(prefix: bytes, rest: bytes) -> None:
    """[prefix, end) holds every key with the prefix, and no other."""
    asked = wire.prefix_range(prefix)
    start, end = b64decode(asked["key"]), b64decode(asked["range_end"])
    assert start <= prefix + rest < end
    assert (start <= rest < end) is rest.startswith(prefix)


def test_every_range_is_linearizable() -> None:
    """`serializable` would let a member answer from its own past."""
    assert "serializable" not in wire.key_range(b"/a", b"/b", limit=1, keys_only=True)


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ({"result": {"created": True, "watch_id": "3"}}, wire.WatchReply(created=True)),
        (
            {"result": {"watch_id": "3", "canceled": True, "compact_revision": "9"}},
            wire.WatchReply(canceled="canceled", compacted=9),
        ),
        (
            {"result": {"created": True, "canceled": True, "cancel_reason": "permission denied"}},
            wire.WatchReply(created=True, canceled="permission denied"),
        ),
        (
            {"error": {"grpc_code": 14, "message": "etcdserver: no leader"}},
            wire.WatchReply(error="etcdserver: no leader"),
        ),
        ({"result": {"header": {"revision": "4"}}}, wire.WatchReply()),
    ],
)
def test_lines_of_a_watch_are_told_apart(line: wire.Json, reply: wire.WatchReply) -> None:
    """Created, canceled, compacted, refused, ended, and the empty progress report."""
    assert wire.read_watch(line) == reply


def test_a_put_has_no_type_and_a_delete_no_value() -> None:
    """As etcd's gateway writes them."""
    put = {"kv": {"key": "L2E=", "value": "cGcw", "create_revision": "5", "mod_revision": "5"}}
    gone = {"type": "DELETE", "kv": {"key": "L2E=", "mod_revision": "6"}}
    first, second = wire.read_watch({"result": {"events": [put, gone]}}).events
    assert first.now is not None
    assert (first.now.value, first.revision) == (b"pg0", 5)
    assert (second.now, second.revision, second.key) == (None, 6, b"/a")
