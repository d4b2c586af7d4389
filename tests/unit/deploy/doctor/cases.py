"""Each finding beside a case in which it is not said: without them, a diagnosis could say anything."""

from __future__ import annotations

from dataclasses import replace

from deploy.doctor.evidence import Evidence, Unseen
from deploy.doctor.finding import Severity
from jobs.balancer.found import Knock
from tests.unit.deploy.doctor.values import (
    MEMBERS,
    NO,
    RANGE,
    YES,
    accept,
    balancer,
    by,
    evidence,
    found,
    node,
    nodes,
    view,
    wall,
)

HEALTHY = evidence()
NO_HTTP, REFUSED = Knock(kind="no-http"), Knock(kind="refused")
SILENT = Knock(kind="silent", reason="no answer")
BACKENDS = ", ".join(f'pg{i} = "192.168.130.{i}"' for i in (1, 2, 3))
PREMIUM = f'type = "premium"\nbackends = {{ {BACKENDS} }}'
E, W, N = Severity.ERROR, Severity.WARNING, Severity.NOTE
UNMUXED = ("[clusters.shop.mux]", "")
ENFORCED = ('address = "192.0.2.10"', 'address = "192.0.2.10"\nmodes = "enforce"')


def with_line(line: str, **parts: object) -> Evidence:
    """Evidence over an inventory whose NodeBalancer has one line more."""
    return by('label = "shop-front"', f'label = "shop-front"\n{line}', **parts)


def all_knock(knock: Knock) -> dict[str, Knock]:
    return dict.fromkeys(MEMBERS, knock)


SAID: list[tuple[str, str, Severity, Evidence, Evidence, str]] = [
    # What cannot be seen, or is not there.
    ("api-down", "unseen", E, evidence(found=Unseen(reason="api.linode.com gives no answer")),
     HEALTHY, "not seen: api.linode.com gives no answer"),
    ("no-balancer", "balancer", E, evidence(found=None),
     HEALTHY, "Linode knows no NodeBalancer labelled shop-front"),
    ("no-configuration", "port", E, evidence(found=balancer(configs=())),
     HEALTHY, "port 5432 has no configuration; there is: none"),
    # The balancer itself.
    ("address-not-written", "address", W, by('address = "192.0.2.10"', ""),
     HEALTHY, "address is not set, must be 192.0.2.10"),
    ("address-of-another", "address", E, evidence(found=balancer(ipv4="192.0.2.99")),
     evidence(found=balancer(ipv4="192.0.2.99", ipv6="192.0.2.10/64")),
     "address is 192.0.2.10, must be 192.0.2.99"),
    ("address-is-a-name", "address", W, by('address = "192.0.2.10"', ""),
     by("192.0.2.10", "db.example.com"), "address is not set"),
    ("region", "region", E, evidence(found=balancer(region="eu-west")),
     by('region = "us-ord"', "", found=balancer(region="eu-west")),
     "region is eu-west, must be us-ord"),
    ("type", "type", W, evidence(found=balancer(type="premium")),
     with_line('type = "premium"', found=balancer(type="premium")),
     "type is premium, must be common"),
    ("throttle", "throttle", W, evidence(found=balancer(throttle=10)),
     evidence(found=balancer(throttle=0)), "client_conn_throttle is 10, must be 0"),
    ("premium-with-private-ipv4", "premium", E, with_line(PREMIUM, found=None),
     with_line(f"{PREMIUM}\nsubnet_id = 12", found=None),
     "type is premium, and pg1, pg2 and pg3 have private IPv4 addresses"),
    # The port that is checked.
    ("no-mux", "mux", E, by(*UNMUXED, knocks=all_knock(NO_HTTP)),
     HEALTHY, "shop has no mux, and port 5433 is PostgreSQL's own"),
    ("no-mux-nobody-asked", "mux", E, by(*UNMUXED, knocks={}),
     HEALTHY, "shop has no mux"),
    ("no-mux-but-http", "mux", N, by(*UNMUXED, knocks={"pg1": YES, "pg2": NO, "pg3": SILENT}),
     HEALTHY, "shop has no mux in the inventory"),
    ("postgresql-on-the-muxs-port", "mux", E, evidence(view=view(port=5432), knocks={}),
     evidence(view=view(port=5432)), "PostgreSQL of pg1, pg2 and pg3 listens on 5432 by etcd"),
    ("postgresql-there-by-its-answer", "mux", E,
     evidence(view=view(port=5432), knocks={"pg1": YES, "pg2": NO_HTTP, "pg3": NO}),
     evidence(view=view(port=5432), knocks=all_knock(REFUSED)), "PostgreSQL of pg2 listens on 5432"),
    # The check.
    ("check-none", "check", E, evidence(found=found(check="none")),
     HEALTHY, "check is none, must be http"),
    ("check-connection", "check", E, evidence(found=found(check="connection")),
     HEALTHY, "check is connection, must be http"),
    ("check-http-body", "check", W, evidence(found=found(check="http_body", check_body="ok")),
     HEALTHY, "check is http_body, must be http"),
    ("path-missing", "check_path", E, evidence(found=found(check_path="")),
     HEALTHY, "check_path is not set, must be /primary"),
    ("path-health", "check_path", E, evidence(found=found(check_path="/health")),
     HEALTHY, "check_path is /health, must be /primary"),
    ("path-replica", "check_path", E, evidence(found=found(check_path="/replica")),
     HEALTHY, "check_path is /replica, must be /primary"),
    ("path-liveness", "check_path", E, evidence(found=found(check_path="/liveness")),
     HEALTHY, "check_path is /liveness, must be /primary"),
    ("path-denied", "check_path", E, evidence(found=found(check_path="/patroni")),
     HEALTHY, "check_path is /patroni, must be /primary"),
    ("path-of-a-standby-cluster", "check_path", E, evidence(found=found(check_path="/standby-leader")),
     HEALTHY, "check_path is /standby-leader, must be /primary"),
    ("path-bad-in-the-inventory", "check_path", E,
     with_line('check_path = "/health"', found=found(check_path="/health")),
     HEALTHY, "check_path is /health in the inventory, must be /primary"),
    ("path-bad-in-the-inventory-alone", "check_path", E, with_line('check_path = "/health"'),
     HEALTHY, "check_path is /health in the inventory, must be /primary"),
    ("path-other-but-good", "check_path", W, evidence(found=found(check_path="/read-write")),
     with_line('check_path = "/read-write"', found=found(check_path="/read-write")),
     "check_path is /read-write, must be /primary"),
    ("protocol", "protocol", E, evidence(found=found(protocol="http")),
     HEALTHY, "protocol is http, must be tcp"),
    ("proxy-protocol", "proxy_protocol", E, evidence(found=found(proxy_protocol="v2")),
     HEALTHY, "proxy_protocol is v2, must be none"),
    ("passive", "check_passive", W, evidence(found=found(check_passive=True)),
     HEALTHY, "check_passive is true, must be false"),
    ("algorithm", "algorithm", W, evidence(found=found(algorithm="source")),
     HEALTHY, "algorithm is source, must be roundrobin"),
    ("timeout-not-below", "check_timeout", E, evidence(found=found(check_timeout=5)),
     evidence(found=found(check="none", check_timeout=30)),
     "check_timeout is 5, must be below check_interval (5)"),
    ("timeout-other", "check_timeout", W, evidence(found=found(check_timeout=3)),
     HEALTHY, "check_timeout is 3, must be 2"),
    ("interval", "check_interval", W, evidence(found=found(check_interval=31)),
     HEALTHY, "check_interval is 31, must be 5"),
    ("attempts", "check_attempts", W, evidence(found=found(check_attempts=10)),
     HEALTHY, "check_attempts is 10, must be 3"),
    ("slow", "slow", W, with_line("check_interval = 15", found=found(check_interval=15)),
     HEALTHY, "3 checks, 15 s apart, must fail"),
    # Nodes and members.
    ("node-of-nobody", "stranger", E, evidence(found=found((*nodes(), node("pg9", host="10.9.9.9")))),
     HEALTHY, "node pg9 is 10.9.9.9:5432, which is no member's"),
    ("member-without-node", "missing", E, evidence(found=found(nodes()[:2])),
     HEALTHY, "pg3 is no node, must be: 10.0.0.3:5432"),
    ("other-port", "address-of-node", E,
     evidence(found=found((*nodes()[:2], replace(node("pg3"), address=replace(node("pg3").address, port=5433))))),
     HEALTHY, "node pg3 is 10.0.0.3:5433, must be 10.0.0.3:5432"),
    ("other-port-and-label", "address-of-node", E,
     evidence(found=found((*nodes()[:2], replace(node("pg3"), label="old", address=replace(node("pg3").address, port=8008))))),
     HEALTHY, "node old is 10.0.0.3:8008, must be 10.0.0.3:5432"),
    ("former-address", "address-of-node", E, evidence(found=found((*nodes()[:2], node("pg3", host="10.8.0.3")))),
     HEALTHY, "node pg3 is 10.8.0.3:5432, must be 10.0.0.3:5432"),
    ("second-port", "stranger", E,
     evidence(found=found((*nodes(), replace(node("pg3"), id=9, label="rest", address=replace(node("pg3").address, port=8008))))),
     HEALTHY, "node rest is 10.0.0.3:8008, must be 10.0.0.3:5432, which is a node already"),
    ("member-without-backend", "no-backend", E, evidence(view=view(*MEMBERS, "pg4")),
     HEALTHY, "pg4 is a member by etcd, and no backend"),
    ("backend-without-member", "no-member", W, evidence(view=view("pg1", "pg2")),
     evidence(view=replace(view(), members=())), "pg3 is a backend, and no member by etcd"),
    # What the ports answer.
    ("refused", "refused", E, evidence(knocks={"pg1": YES, "pg2": NO, "pg3": REFUSED}),
     HEALTHY, "pg3 refuses port 5432, must listen there"),
    ("silent", "silent", W, evidence(knocks={"pg1": YES, "pg2": SILENT, "pg3": SILENT}),
     HEALTHY, "pg2 and pg3 do not answer on port 5432 from here: no answer"),
    ("silent-to-us-alone", "silent", N, evidence(knocks={"pg1": SILENT, "pg2": NO, "pg3": NO}),
     HEALTHY, "pg1 does not answer us on port 5432"),
    ("no-http", "no-http", E, evidence(knocks={"pg1": YES, "pg2": NO_HTTP, "pg3": NO_HTTP}),
     HEALTHY, "pg2 and pg3 speak no HTTP on port 5432, must answer GET /primary"),
    ("leader-says-no", "leader-fails", E, evidence(knocks=all_knock(NO)),
     HEALTHY, "GET /primary on pg1 answers 503, must be 200: it leads"),
    ("other-says-yes", "other-passes", E, evidence(knocks={**HEALTHY.knocks, "pg2": YES}),
     HEALTHY, "GET /primary on pg2 answers 200, must not: pg1 leads"),
    ("two-say-yes", "other-passes", E, evidence(leader=None, knocks=all_knock(YES)),
     evidence(leader=None), "GET /primary passes on pg1, pg2 and pg3, must pass on one"),
    ("neither-yes-nor-no", "not-patroni", W,
     evidence(knocks={"pg1": YES, "pg2": Knock(kind="http", status=404), "pg3": NO}),
     evidence(knocks={"pg1": Knock(kind="http", status=404), "pg2": NO, "pg3": NO}),
     "GET /primary on pg2 answers 404, must be 200 or 503"),
    # Firewalls before the machines.
    ("firewall", "firewall", E, evidence(walls={"pg2": (wall(accept("22")),)}),
     HEALTHY, f"firewall db-nodes before pg2 keeps {RANGE} from port 5432: no rule accepts it"),
    ("firewall-though-up", "firewall", W, evidence(walls={"pg1": (wall(),)}),
     evidence(walls={"pg1": ()}), "firewall db-nodes before pg1"),
    ("one-of-two-firewalls", "firewall", W, evidence(walls={"pg2": (wall(), wall(accept()))}),
     evidence(walls={"pg2": (wall(policy="ACCEPT"), wall(accept()))}), "firewall db-nodes before pg2"),
    ("firewall-unseen", "firewall", N, evidence(walls=dict.fromkeys(MEMBERS, Unseen(reason="401"))),
     HEALTHY, "the firewalls before pg1, pg2 and pg3 were not seen: 401"),
    ("firewall-in-a-vpc", "firewall", N, with_line("subnet_id = 12", walls={"pg2": (wall(accept("22")),)}),
     with_line("subnet_id = 12", walls={"pg2": (wall(accept("5432", "0.0.0.0/0")),)}),
     "backends are in a VPC (subnet 12): firewall db-nodes was not judged"),
    ("no-machine", "machine", N, evidence(walls={"pg1": None, "pg2": None}),
     HEALTHY, "Linode knows no machines labelled pg1 and pg2"),
    # Who is UP, and who may take traffic.
    ("two-up", "several-up", E, evidence(found=found((node("pg1", status="UP"), node("pg2", status="UP"), node("pg3")))),
     HEALTHY, "pg1 and pg2 are UP, must be pg1 alone"),
    ("two-up-nobody-leads", "several-up", E,
     evidence(leader=None, found=found((node("pg1", status="UP"), node("pg2", status="UP"), node("pg3")))),
     evidence(leader=None), "pg1 and pg2 are UP, must be one alone"),
    ("wrong-one-up", "wrong-up", E, evidence(found=found(nodes(up="pg2"))),
     evidence(leader=None, found=found(nodes(up="pg2"))), "pg2 is UP, must be pg1: it leads"),
    ("leader-down", "leader-down", E, evidence(found=found(nodes(up=""))),
     evidence(found=found(nodes(up=""))  , leader=None), "pg1 is DOWN, must be UP: it leads"),
    ("nobody-up", "none-up", E, evidence(leader=None, found=found(nodes(up=""))),
     evidence(found=found(nodes(up=""))), "no node is UP, must be one: pg1 DOWN, pg2 DOWN and pg3 DOWN"),
    ("standby-cluster", "none-up", N, evidence(leader=None, view=view(standby=True), found=found(nodes(up=""))),
     HEALTHY, "no node is UP: shop is a standby cluster"),
    ("leader-rejected", "mode", E, evidence(found=found(nodes(up="", pg1="reject"))),
     HEALTHY, "mode of pg1 is reject, must be accept: it leads"),
    ("leader-drained", "mode", E, evidence(found=found(nodes(pg1="drain"))),
     HEALTHY, "mode of pg1 is drain, must be accept: it leads"),
    ("leader-backup", "mode", W, evidence(found=found(nodes(pg1="backup"))),
     HEALTHY, "mode of pg1 is backup, must be accept: it leads"),
    ("other-rejected", "mode", W, evidence(found=found(nodes(pg2="reject"))),
     by(*ENFORCED, found=found(nodes(pg2="reject", pg3="reject"))), "mode of pg2 is reject, must be accept"),
    ("other-accepted-under-enforce", "mode", W, by(*ENFORCED, found=found(nodes(pg2="reject"))),
     by(*ENFORCED, found=found(nodes(pg2="reject", pg3="reject"))), "mode of pg3 is accept, must be reject"),
    ("nobody-proven", "leader", N, evidence(leader=None, unproven="etcd has no quorum"),
     HEALTHY, "who leads shop is not proven: etcd has no quorum"),
]  # fmt: skip
