"""What a particular disaster must end in, beyond what must hold after every drill; decided from the history alone."""

from deploy.lab.drill.expected.heard import came, claims_to_lead, says
from deploy.lab.drill.expected.leads import CHANGES_BACK, MOVED, SAME_MEMBER, STAYED, changed_leader
from deploy.lab.drill.expected.said import (
    NO_INCIDENT,
    ONE_INCIDENT,
    alarm,
    brief_incidents,
    cause,
    silent,
    verdict,
)
from deploy.lab.drill.expected.served import interrupted, served_until
from deploy.lab.drill.expected.timed import outage, taken_over, takes_orders
from deploy.lab.drill.expected.touched import (
    NOBODY_RESTARTED,
    NOBODY_TOUCHED,
    SAME_UNRESTARTED,
    untouched_since,
    untouched_until,
)
from deploy.lab.drill.expected.writing import beside, both_write

__all__ = [
    "CHANGES_BACK",
    "MOVED",
    "NOBODY_RESTARTED",
    "NOBODY_TOUCHED",
    "NO_INCIDENT",
    "ONE_INCIDENT",
    "SAME_MEMBER",
    "SAME_UNRESTARTED",
    "STAYED",
    "alarm",
    "beside",
    "both_write",
    "brief_incidents",
    "came",
    "cause",
    "changed_leader",
    "claims_to_lead",
    "interrupted",
    "outage",
    "says",
    "served_until",
    "silent",
    "taken_over",
    "takes_orders",
    "untouched_since",
    "untouched_until",
    "verdict",
]
