"""Domains and their records: not in the OpenAPI document at hand, so by what clients and the docs say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from deploy.lab.linode.account.world import World
from deploy.lab.linode.rest.forms import Form, Row, integer, ip, many, nullable, one_of, said, text
from deploy.lab.linode.rest.refusal import refuse
from deploy.lab.linode.rest.routes import Route, usual

TTLS = (0, 30, 120, 300, 3600, 7200, 14_400, 28_800, 57_600, 86_400, 172_800, 345_600, 604_800)
"""What Linode keeps, with 0 for the default; other values become the next higher, or the highest."""
MANY = integer(0, 2_419_200)
WORD = integer(0, 65_535)
DOMAIN = Form(
    members={
        "domain": text(1, 253, pattern=r"[A-Za-z0-9.\-]+"),
        "type": one_of("master", "slave"),
        "soa_email": text(),
        "description": text(0, 253),
        "status": one_of("disabled", "active", "edit_mode"),
        "ttl_sec": MANY,
        "refresh_sec": MANY,
        "retry_sec": MANY,
        "expire_sec": MANY,
        "master_ips": nullable(many(ip)),
        "axfr_ips": nullable(many(ip)),
        "tags": nullable(many(text())),
        "group": text(),
    },
    required=("domain", "type"),
)
RECORD = Form(
    members={
        "type": one_of("A", "AAAA", "NS", "MX", "CNAME", "TXT", "SRV", "PTR", "CAA"),
        "name": text(0, 100, pattern=r"[A-Za-z0-9_.*\-]*"),
        "target": text(0, 1024),
        "ttl_sec": MANY,
        "priority": integer(0, 255),
        "weight": WORD,
        "port": WORD,
        "service": nullable(text()),
        "protocol": nullable(text()),
        "tag": nullable(text()),
    },
    required=("type",),
)
UPDATE = Form(members={n: check for n, check in RECORD.members.items() if n != "type"})


def routes(world: World) -> list[Route]:
    desk, area = Zones(world), "domains"
    path, one = "/domains", "/domains/<int:domain>"
    record = f"{one}/records/<int:record>"
    return [
        *usual(path, one, desk, area),
        Route("GET", f"{one}/records", desk.records, area, collection=True),
        Route("POST", f"{one}/records", desk.add_record, area),
        Route("GET", record, desk.record, area),
        Route("PUT", record, desk.set_record, area),
        Route("DELETE", record, desk.drop_record, area),
    ]


@dataclass(frozen=True, slots=True)
class Zones:
    """What one may do with domains."""

    world: World

    def all(self) -> Iterable[Row]:
        return self.world.domains

    def view(self, domain: int) -> Row:
        return self.world.domains.get(domain)

    def create(self, body: object) -> Row:
        return add(self.world, said(DOMAIN.read(body)))

    def update(self, domain: int, body: object) -> Row:
        row = self.world.domains.get(domain)
        row.update(_rounded(said(DOMAIN.read(body, partial=True))))
        self.world.tell("domain_update", "domain", row)
        return row

    def delete(self, domain: int) -> Row:
        row = self.world.domains.get(domain)
        for record in self.world.records.where(domain=domain):
            self.world.records.drop(record)
        self.world.domains.drop(row)
        self.world.tell("domain_delete", "domain", row)
        return {}

    def records(self, domain: int) -> Iterable[Row]:
        self.world.domains.get(domain)
        return [_shown(row) for row in self.world.records.where(domain=domain)]

    def record(self, domain: int, record: int) -> Row:
        return _shown(self.world.records.get(record, domain=domain))

    def add_record(self, domain: int, body: object) -> Row:
        zone = self.world.domains.get(domain)
        row = add_record(self.world, zone, RECORD.read(body))
        self.world.tell("domain_record_create", "domain", zone)
        return _shown(row)

    def set_record(self, domain: int, record: int, body: object) -> Row:
        row = self.world.records.get(record, domain=domain)
        asked = _rounded(UPDATE.read(body, partial=True))
        _points_somewhere({**row, **asked})
        row.update(asked, updated=self.world.now())
        self.world.tell("domain_record_updated", "domain", self.world.domains.get(domain))
        return _shown(row)

    def drop_record(self, domain: int, record: int) -> Row:
        self.world.records.drop(self.world.records.get(record, domain=domain))
        self.world.tell("domain_record_delete", "domain", self.world.domains.get(domain))
        return {}


def _shown(record: Row) -> Row:
    return {name: value for name, value in record.items() if name != "domain"}


def add(world: World, asked: Row) -> Row:
    """A domain that was read before."""
    if world.domains.where(domain=asked["domain"]):
        raise refuse("Domain already exists in our nameservers' database", "domain")
    if asked["type"] == "master" and not asked.get("soa_email"):
        raise refuse("soa_email is required when type=master", "soa_email")
    row = world.domains.add(**{**_blank(world.now()), **_rounded(asked)})
    world.tell("domain_create", "domain", row)
    return row


def add_record(world: World, zone: Row, asked: Row) -> Row:
    """A record that was read before."""
    now = world.now()
    blank: Row = {
        "name": "",
        "target": "",
        "ttl_sec": 0,
        "priority": 0,
        "weight": 0,
        "port": 0,
        "service": None,
        "protocol": None,
        "tag": None,
        "created": now,
        "updated": now,
    }
    record = {**blank, **_rounded(asked)}
    _points_somewhere(record)
    _alone(world.records.where(domain=zone["id"], name=record["name"]), record)
    return world.records.add(domain=zone["id"], **record)


def _points_somewhere(record: Row) -> None:
    if record["type"] in {"A", "AAAA"} and not _address(record["type"], record["target"]):
        raise refuse(f"Must be a valid {_FAMILIES[record['type']]} address", "target")


def _alone(others: list[Row], record: Row) -> None:
    """A CNAME stands alone at its name."""
    if others and "CNAME" in {record["type"], *(other["type"] for other in others)}:
        raise refuse("Record conflict - CNAMES must be unique", "name")


_FAMILIES = {"A": "IPv4", "AAAA": "IPv6"}


def _address(kind: str, target: str) -> bool:
    return ip(target) is None and (":" in target) == (kind == "AAAA")


def _rounded(asked: Row) -> Row:
    ttl = asked.get("ttl_sec")
    if ttl is None:
        return asked
    return {**asked, "ttl_sec": next((kept for kept in TTLS if kept >= ttl), TTLS[-1])}


def _blank(now: str) -> Row:
    """A domain of which nothing was said."""
    return {
        "soa_email": "",
        "description": "",
        "status": "active",
        "group": "",
        "ttl_sec": 0,
        "refresh_sec": 0,
        "retry_sec": 0,
        "expire_sec": 0,
        "master_ips": [],
        "axfr_ips": [],
        "tags": [],
        "created": now,
        "updated": now,
    }
