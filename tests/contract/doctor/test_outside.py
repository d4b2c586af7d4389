import secrets

from deploy.doctor.evidence import Unseen
from deploy.doctor.report import Report
from deploy.doctor.seeing.outside import see_linode, see_slack
from deploy.doctor.subjects.outside import judge_linode, judge_slack
from jobs.inventory import Inventory, load_inventory
from tests.contract.linode.double import Double as LinodeDouble
from tests.contract.slack.double import Double as SlackDouble
from tests.unit.deploy.doctor.subjects.told import told, words
from tests.world import INVENTORY
from workers.fleet import ThreadFleet
from workers.linode import Api
from workers.secrets import Secrets

FRONT = """
[nodebalancers.front]
cluster = "shop"
label = "front"
region = "us-ord"
address = "192.0.2.10"
backends = { pg1 = "10.0.0.1" }
"""


def inventory(text: str) -> Inventory:
    found = load_inventory(INVENTORY + text)
    assert isinstance(found, Inventory), str(found)
    return found


def slack(double: SlackDouble, token: str | None = None) -> Report:
    known = inventory(f'[slack]\nchannel = "{double.space.channel}"\nurl = "{double.slack.url}"\n')
    return judge_slack(see_slack(known, Secrets({"PGBATON_SLACK_TOKEN": token or double.token})))


def test_a_bot_that_may_post_is_green_and_a_revoked_one_red() -> None:
    """Nothing is posted to find that out."""
    with SlackDouble() as double:
        assert told(slack(double)) == {}
        stolen = slack(double, f"xoxb-{secrets.token_hex(8)}")
        assert told(stolen) == {"slack-refused": "red"}
        assert "invalid_auth" in words(stolen, "slack-refused")
        assert double.texts == []


def test_a_bot_without_a_scope_is_red() -> None:
    """The scope is named, though nothing was posted."""
    with SlackDouble() as double:
        double.hurt(scopes="channels:history")
        assert told(slack(double)) == {"slack-scope": "red"}
        double.hurt(scopes="chat:write")
        narrow = slack(double)
        assert told(narrow) == {"slack-refused": "red"}
        assert "history" in words(narrow, "slack-refused")


def test_without_a_token_it_says_where_to_put_it() -> None:
    """Amber: nobody looked."""
    seen = see_slack(inventory('[slack]\nchannel = "C012345"\n'), Secrets({}))
    assert isinstance(seen, Unseen)
    assert "PGBATON_SLACK_TOKEN" in seen.remedy


def test_each_scope_is_tried_by_a_look() -> None:
    """The one that lacks is red with its name; all requests are GETs."""
    known = inventory(FRONT)
    with LinodeDouble(
        scopes="nodebalancers:read_write linodes:read_only events:read_only"
    ) as double:
        api = Api(double.url, token=double.token)
        seen = judge_linode(see_linode(known, api, ThreadFleet()))
        assert {asked.method for asked in double.asked} == {"GET"}
    assert [f.name for f in seen.findings] == ["linode-refused"], "no DNS, no domains"
    assert words(seen, "linode-refused").startswith("firewall: ")
    assert "firewall:read_only" in words(seen, "linode-refused")
    assert seen.fine == ("the token may look at nodebalancers, linodes, events",)


def test_an_inventory_without_linode_needs_no_token() -> None:
    """And one with a NodeBalancer says where the token goes."""
    assert see_linode(inventory(""), None, ThreadFleet()) is None
    assert isinstance(see_linode(inventory(FRONT), None, ThreadFleet()), Unseen)
