"""A file that must say something already: without it, a shop would be pointed at a database it does not use."""

import hashlib

from deploy.remote import permitted
from deploy.remote.hardened import Permitted
from jobs.blocked import Blocked
from jobs.claims import MemberRecord
from jobs.fence import Fence
from jobs.plan import HostPlan, plan_host
from jobs.remote import FileState, ReadReply
from jobs.verdict import Leadership
from tests.unit.jobs.presets.inventories import inventory

LINES = 'preset = "laravel"\npath = "/var/www/shop"\n'
PATH = "/var/www/shop/.env"


def planned(content: bytes, lines: str = LINES, *, mode: str = "hardened") -> HostPlan | Blocked:
    record = MemberRecord(
        name="pg2", conn_url="postgres://10.0.0.22:5432/x", api_url="http://x:8008", state="running"
    )
    fence = Fence(system="7", pg_timeline=2, epoch=9)
    leadership = Leadership(member="pg2", fence=fence, record=record, others=())
    state = FileState(path=PATH, sha256=hashlib.sha256(content).hexdigest(), content=content)
    reply = ReadReply(fence=None, journal=None, files=(state,))
    return plan_host(
        inventory(lines, mode=mode), cluster="shop", host="web1", leadership=leadership, reply=reply
    )


def test_what_is_demanded_stands_there() -> None:
    """Quotes do not matter, and the key itself is not touched."""
    plan = planned(b"DB_CONNECTION='pgsql' # not mysql\nDB_HOST=10.0.0.21\nDB_PORT=5432\n")
    assert isinstance(plan, HostPlan)
    assert [change.key for diff in plan.diffs for change in diff.changes] == ["DB_HOST"]


def test_something_else_stands_there() -> None:
    """The file, the key and the line to write are named, and not what stands there."""
    plan = planned(b"DB_CONNECTION=mysql\nDB_HOST=10.0.0.21\nDB_PORT=5432\n")
    assert isinstance(plan, Blocked)
    assert plan.where == f"{PATH} DB_CONNECTION"
    assert plan.reason == "does not say 'pgsql', so the application would use another database"
    assert plan.remedy.startswith("write DB_CONNECTION=pgsql there, or correct what")


def test_nothing_stands_there() -> None:
    """Laravel's own default is another database."""
    assert isinstance(planned(b"DB_HOST=10.0.0.21\nDB_PORT=5432\n"), Blocked)
    assert isinstance(planned(b"DB_CONNECTION=\nDB_HOST=10.0.0.21\nDB_PORT=5432\n"), Blocked)


def test_a_list_of_former_days_hides_it() -> None:
    """Then the host needs its list anew, not another file."""
    plan = planned(b"DB_CONNECTION=xxxxx\nDB_HOST=10.0.0.21\nDB_PORT=5432\n")
    assert isinstance(plan, Blocked)
    assert plan.remedy == "let root install the list anew: pgbaton script list HOST"


def test_nothing_is_demanded_where_the_inventory_says_so() -> None:
    """connection = false is for those whose config/database.php says it itself."""
    plan = planned(b"DB_HOST=10.0.0.21\nDB_PORT=5432\n", LINES + "connection = false\n")
    assert isinstance(plan, HostPlan)


def test_a_hardened_host_shows_it_and_lets_nobody_change_it() -> None:
    """The only value that the list permits for it is the demanded one."""
    allowed = permitted(inventory(LINES), "shop", "web1")
    assert isinstance(allowed, Permitted)
    assert allowed.files[0].values["DB_CONNECTION"] == ("pgsql",)


def test_a_value_that_the_list_does_not_know_is_in_the_way() -> None:
    """A hardened host turns one listed value into another and nothing else: better said before than there."""
    content = b"DB_CONNECTION=pgsql\nDB_HOST=xxxxxxxxx\nDB_PORT=5432\n"
    plan = planned(content)
    assert isinstance(plan, Blocked)
    assert plan.where == f"{PATH} DB_HOST"
    assert "by hand, once" in plan.remedy
    assert isinstance(planned(content, mode="plain"), HostPlan), (
        "elsewhere it is a name like any other"
    )
