"""What stands at Linode besides machines: a NodeBalancer in front of a cluster, a DNS record that follows it.

Ranges and defaults are Linode's own (API 4.234: NodeBalancer configuration, node, domain record).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from jobs.inventory.address import Address
from jobs.inventory.parts import Name, Part, Path, Port, Seconds, Text

LABEL = r"^[A-Za-z0-9_.-]{3,32}\Z"
"""A NodeBalancer's label, and a node's."""

Label = Annotated[str, StringConstraints(pattern=LABEL)]


def is_ip(text: str) -> bool:
    """True for an IPv4 or a bare IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def shortest(text: str) -> str:
    """An IP address in its one shortest form, since equal ones must look equal; else as it is."""
    return str(ipaddress.ip_address(text)) if is_ip(text) else text


def _ip(text: str) -> str:
    if not is_ip(text):
        msg = f"{text!r} is no IP address; Linode takes no names here"
        raise ValueError(msg)
    return shortest(text)


def _api_url(text: str) -> str:
    if re.fullmatch(r"https?://[^\s?#@]+", text) is None:
        msg = "must look like https://api.linode.com/v4"
        raise ValueError(msg)
    return text.rstrip("/")


Ip = Annotated[str, AfterValidator(_ip)]


class Linode(Part):
    """Linode's API. The token is the secret `linode-token`; `every` is how often the probe polls."""

    url: Annotated[str, AfterValidator(_api_url)] = "https://api.linode.com/v4"
    ca: Path | None = None
    timeout: Annotated[float, Field(gt=0, le=60)] = 5
    every: Annotated[float, Field(ge=2, le=3600)] = 5


class NodeBalancer(Part):
    """A TCP NodeBalancer before one cluster. It checks the port that carries traffic and no other,
    so each database node needs the cluster's `mux`.

    `address` is the balancer's own, as applications reach it: what a login proves, API or not.
    `backends` are the members' addresses on the balancer's side, where they are not the cluster's
    `machines`; with `subnet_id` they are VPC addresses. `modes = "enforce"`: pgbaton rejects the
    other nodes before it accepts the leader's. `within` is how long it may take to follow.
    `leastconn` would send everybody to a member that was just demoted: its mux closes every session,
    so it always has the fewest.
    """

    cluster: Name
    label: Label
    region: Text | None = None
    type: Literal["common", "premium", "premium_40gb", "enterprise"] = "common"
    address: Text | None = None
    port: Port = 5432
    subnet_id: Annotated[int, Field(ge=1)] | None = None
    firewall_id: Annotated[int, Field(ge=1)] | None = None
    tags: tuple[Text, ...] = ("pgbaton",)
    backends: Mapping[Name, Ip] = {}
    algorithm: Literal["roundrobin", "leastconn", "source"] = "roundrobin"
    check_path: Annotated[str, StringConstraints(pattern=r"^/[a-zA-Z0-9/\-%?&=.]*\Z")] = "/primary"
    check_interval: Annotated[int, Field(ge=2, le=3600)] = 5
    check_timeout: Annotated[int, Field(ge=1, le=30)] = 2
    check_attempts: Annotated[int, Field(ge=1, le=30)] = 3
    modes: Literal["observe", "enforce"] = "observe"
    within: Seconds = 60

    @property
    def endpoint(self) -> Address | None:
        """Where applications log in, as far as the inventory knows."""
        return None if self.address is None else Address(host=self.address, port=self.port)


class DnsRecord(Part):
    """An A or AAAA record of a domain at Linode that follows the leader; `name` is the part before
    the domain, empty for the domain itself. `addresses` are the members', else the cluster's
    `machines`. Linode rounds other values of `ttl` (seconds) up to one of these."""

    cluster: Name
    domain: Text
    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.*-]{0,100}\Z")] = ""
    ttl: Literal[30, 120, 300, 3600] = 30
    addresses: Mapping[Name, Ip] = {}

    @property
    def fqdn(self) -> str:
        """The name that clients resolve."""
        return f"{self.name}.{self.domain}" if self.name else self.domain
