"""Linode's API through linode_api4: NodeBalancers, DNS records and events, none of it trusted to answer."""

from workers.linode.balancers import LinodeBalancers
from workers.linode.client import Api, Call
from workers.linode.events import LinodeEventFeed
from workers.linode.records import LinodeRecords

__all__ = ["Api", "Call", "LinodeBalancers", "LinodeEventFeed", "LinodeRecords"]
