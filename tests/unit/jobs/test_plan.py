"""From a leader and a host's files to one swap: addresses, templates, what blocks a host."""

from __future__ import annotations

import hashlib

import pytest

from jobs.blocked import Blocked
from jobs.claims import MemberRecord
from jobs.edits.splice import apply
from jobs.fence import Fence
from jobs.inventory import Address, Inventory, load_inventory
from jobs.plan import HostPlan, plan_host
from jobs.remote import FileFault, FileState, ReadReply
from jobs.verdict import Leadership
from tests.world import ENV, INVENTORY

FENCE = Fence(system="7", pg_timeline=2, epoch=9)


def record(name: str, url: str, proxy_url: str | None = None) -> MemberRecord:
    return MemberRecord(
        name=name, conn_url=url, api_url="http://x:8008", state="running", proxy_url=proxy_url
    )


LEADER = Leadership(
    member="pg2",
    fence=FENCE,
    record=record("pg2", "postgres://10.0.0.2:5432/postgres"),
    others=(record("pg1", "postgres://10.0.0.1:5432/postgres"),),
)


def planned(
    content: bytes, leadership: Leadership = LEADER, text: str = INVENTORY
) -> HostPlan | Blocked:
    """Plan web1, whose `.env` holds `content`."""
    inventory = load_inventory(text)
    assert isinstance(inventory, Inventory), str(inventory)
    state = FileState(path=ENV, sha256=hashlib.sha256(content).hexdigest(), content=content)
    reply = ReadReply(fence=None, journal=None, files=(state,))
    return plan_host(inventory, cluster="shop", host="web1", leadership=leadership, reply=reply)


def rewritten(content: bytes, leadership: Leadership = LEADER, text: str = INVENTORY) -> bytes:
    plan = planned(content, leadership, text)
    assert isinstance(plan, HostPlan), plan
    [file] = plan.request.apps[0].files
    after = apply(content, file.splices)
    assert file.after == hashlib.sha256(after).hexdigest()
    return after


def with_keys(keys: str) -> str:
    return INVENTORY.replace(
        'keys = { DB_HOST = "{host}", DB_PORT = "{port}" }', f"keys = {{ {keys} }}"
    )


def test_only_the_value_changes() -> None:
    """Comments, quotes and order of a dotenv file stay as they are."""
    before = b"# shop\nDB_HOST='10.0.0.1' # leader\nDB_PORT=5432\nAPP=x\n"
    assert rewritten(before) == before.replace(b"10.0.0.1", b"10.0.0.2")


def test_host_that_is_right_gets_no_splices() -> None:
    """Nothing to change: an empty diff, and still a swap that raises the fence."""
    plan = planned(b"DB_HOST=10.0.0.2\nDB_PORT=5432\n")
    assert isinstance(plan, HostPlan)
    assert not any(d.changes for d in plan.diffs)
    assert plan.request.fence == FENCE


def test_applications_own_address_map_wins_over_proxy_and_conn_url() -> None:
    """In this order: the map by member, then proxy_url, then conn_url."""
    proxied = Leadership(
        member="pg2",
        fence=FENCE,
        record=record("pg2", "postgres://10.0.0.2:5432/x", proxy_url="postgres://10.9.9.9:6432/x"),
    )
    assert b"DB_HOST=10.9.9.9\nDB_PORT=6432" in rewritten(b"DB_HOST=a\nDB_PORT=1\n", proxied)
    mapped = INVENTORY.replace(
        'hosts = ["web1", "web2"]', 'hosts = ["web1", "web2"]\naddresses = { pg2 = "db2:7000" }'
    )
    assert b"DB_HOST=db2\nDB_PORT=7000" in rewritten(b"DB_HOST=a\nDB_PORT=1\n", proxied, mapped)


def test_ipv6_is_bracketed_in_urls_only() -> None:
    """DB_HOST holds the bare address; a URL holds it in brackets; the password stays."""
    six = Leadership(
        member="pg2", fence=FENCE, record=record("pg2", "postgres://[2001:db8::2]:5432/x")
    )
    text = with_keys('DB_HOST = "{host}", DATABASE_URL = "{url}"')
    before = (
        b"DB_HOST=10.0.0.1\nDATABASE_URL=postgres://u:p%40ss@10.0.0.1:5432/shop?sslmode=require\n"
    )
    after = rewritten(before, six, text)
    assert b"DB_HOST=2001:db8::2\n" in after
    assert b"DATABASE_URL=postgres://u:p%40ss@[2001:db8::2]:5432/shop?sslmode=require\n" in after


def test_password_of_a_url_is_neither_shown_nor_sent() -> None:
    """Splices and diffs of a DATABASE_URL carry host and port, never the password."""
    plan = planned(
        b"DATABASE_URL=postgres://u:hunter2hunter2@10.0.0.1:5432/shop\n",
        text=with_keys('DATABASE_URL = "{url}"'),
    )
    assert isinstance(plan, HostPlan)
    assert "hunter2" not in repr(plan)


def test_members_beside_the_leader_are_to_be_avoided() -> None:
    """After a restart no socket may lead to another member."""
    plan = planned(b"DB_HOST=10.0.0.1\nDB_PORT=5432\n")
    assert isinstance(plan, HostPlan)
    assert plan.request.avoid == (Address(host="10.0.0.1"),)


def test_replicas_that_an_application_reads_from_are_not_to_be_avoided() -> None:
    """With {read_hosts} a connection to a running replica is meant to be there."""
    text = with_keys('DB_HOST = "{host}", DB_READ = "{read_hosts}"')
    plan = planned(b"DB_HOST=10.0.0.9\nDB_READ=10.0.0.9\n", text=text)
    assert isinstance(plan, HostPlan)
    assert plan.request.avoid == ()


def test_unusable_conn_url_blocks_and_says_what_lifts_it() -> None:
    """A record whose address cannot be read is no reason to guess."""
    broken = Leadership(member="pg2", fence=FENCE, record=record("pg2", "http://nowhere"))
    blocked = planned(b"DB_HOST=a\n", broken)
    assert isinstance(blocked, Blocked)
    assert "addresses.pg2" in blocked.remedy


def test_file_that_cannot_be_read_blocks_with_the_hosts_own_words() -> None:
    """A missing or immutable file is named with its remedy, and nothing is sent."""
    inventory = load_inventory(INVENTORY)
    assert isinstance(inventory, Inventory)
    fault = FileFault(path=ENV, reason="is immutable", remedy="chattr -i it")
    reply = ReadReply(fence=None, journal=None, files=(fault,))
    blocked = plan_host(inventory, cluster="shop", host="web1", leadership=LEADER, reply=reply)
    assert blocked == Blocked(where=ENV, reason="is immutable", remedy="chattr -i it")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"DB_HOST='never closed\n"])
def test_file_that_does_not_parse_blocks(content: bytes) -> None:
    """A file nobody can read as what it should be is left alone."""
    assert isinstance(planned(content), Blocked)
