"""From Linode's objects to values: what it leaves empty must not come back to it as null."""

from deploy.provision.reading import wall_of
from workers.linode.rows import Row


def test_a_rule_that_somebody_added_can_be_sent_back() -> None:
    """Without the members that Linode shows as null, and refuses as null."""
    rule = {
        "label": "theirs",
        "action": "ACCEPT",
        "protocol": "ICMP",
        "addresses": {"ipv6": ["::/0"]},
    }
    shown = {**rule, "ports": None, "description": None}
    rules = {"inbound_policy": "DROP", "outbound_policy": "ACCEPT", "inbound": [shown]}
    row = {"id": 1, "label": "w", "status": "enabled", "tags": [], "rules": rules, "entities": []}
    assert wall_of(Row("firewall", row)).inbound == (rule,)
