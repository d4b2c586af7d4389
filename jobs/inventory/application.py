"""What follows a cluster's leader: hosts, and the applications on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from jobs.inventory.address import Address, parse_address
from jobs.inventory.parts import Name, Part, Path, Port, Seconds, Text
from jobs.templates import check_template

Template = Annotated[str, AfterValidator(check_template)]


def _address(text: str) -> str:
    parse_address(text)
    return text


class Host(Part):
    """A machine that applications run on, reached over SSH. `host_keys`: known_hosts key fields."""

    address: Text
    port: Port = 22
    user: Name = "pgbaton"
    host_keys: Annotated[tuple[Text, ...], Field(min_length=1)]
    become: Literal["sudo", "none"] = "sudo"
    mode: Literal["plain", "hardened"] = "plain"


class File(Part):
    """A managed file. `keys` maps a key of the format to a template over the leader; a key of `demands`
    must have that value already, or the file is left alone: what it says would be of no use."""

    path: Path
    format: Literal["dotenv", "ini", "json", "toml", "yaml"] = "dotenv"
    keys: Annotated[Mapping[Text, Template], Field(min_length=1)]
    demands: Mapping[Text, Text] = {}


class Service(Part):
    """What is restarted, and by whom."""

    name: Text
    manager: Literal["systemd", "runit"] = "systemd"


class Application(Part):
    """What follows a cluster's leader: files to edit, commands to run as their owner, services.

    `endpoint` says where it points: at the leader itself, or at a NodeBalancer, which `nodebalancer`
    names where the cluster has several. There `{host}` and `{port}` are the balancer's own. Commands
    (`after`, `check`) find where the application was led in PGBATON_HOST and PGBATON_PORT.
    `kind` is what it is made of, as the preset says that it was spelled out from (jobs/presets).
    """

    kind: Name | None = None
    cluster: Name
    hosts: tuple[Name, ...] = ()
    endpoint: Literal["leader", "nodebalancer"] = "leader"
    nodebalancer: Name | None = None
    files: tuple[File, ...] = ()
    after: tuple[Text, ...] = ()
    after_timeout: Seconds = 60
    services: tuple[Service, ...] = ()
    restart_timeout: Seconds = 60
    check: Text | None = None
    check_timeout: Seconds = 30
    addresses: Mapping[Name, Annotated[str, AfterValidator(_address)]] = {}

    def address_of(self, member: str) -> Address | None:
        """The address this application uses for a member, where its map names one."""
        text = self.addresses.get(member)
        return parse_address(text) if text is not None else None
