"""What deploy writes for etcd, Patroni and the hook comes from the inventory, quoted for its reader."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from ruamel.yaml import YAML

from deploy.render import (
    CannotRender,
    EtcdGround,
    HookGround,
    PatroniGround,
    PatroniSecrets,
    ServerTls,
    bootstrap_sql,
    etcd_yml,
    hook_conf,
    patroni_yml,
)
from jobs.inventory import Inventory, load_inventory

INVENTORY = """
schema = 1
redis.url = "redis://10.0.0.9:6379/0"
[etcd.main]
endpoints = ["{scheme}://10.0.0.1:2379", "{scheme}://10.0.0.3:2379"]
machines = {{ e1 = "10.0.0.1", e2 = "2001:db8::2", e3 = "10.0.0.3" }}
tls = {{ ca = "/ca", cert = "/cert", key = "/key" }}
[clusters.shop]
etcd = "main"
scope = "shop: #1"
machines = {{ pg1 = "10.0.0.11", pg2 = "2001:db8::12" }}
probe.user = "pgbaton"
ttl = 20
loop_wait = 2
retry_timeout = 3
parameters = {{ shared_buffers = "64MB", log_statement = "none", jit = false }}
[senders.pg1]
clusters = ["shop"]
hmac = true
[webhook]
urls = ["https://a.example/events", "https://b.example/events"]
"""
QUOTE = 'it\'s "odd": #\\ '


def inventory(scheme: str = "https") -> Inventory:
    loaded = load_inventory(INVENTORY.format(scheme=scheme))
    assert isinstance(loaded, Inventory)
    return loaded


def passwords() -> PatroniSecrets:
    """Fresh ones, with every character that YAML or SQL could trip over."""
    names = ("superuser", "replication", "rewind", "rest", "probe")
    return PatroniSecrets(**{name: QUOTE + secrets.token_hex(8) for name in names})


def parsed(text: str) -> Any:
    return YAML(typ="safe").load(text)


def patroni(own: PatroniSecrets, member: str = "pg1", **changes: Any) -> Any:
    ground = PatroniGround(networks=("10.0.0.0/8",), hook="/bin/sh /x --config '/y z'", **changes)
    return parsed(patroni_yml(inventory(), "shop", member, secrets=own, ground=ground))


def test_patroni_gets_the_inventory_s_timing_and_etcd() -> None:
    """etcd3 with every endpoint, the cluster's own timing, synchronous mode, and pg_rewind."""
    said = patroni(passwords())
    assert said["etcd3"]["hosts"] == ["10.0.0.1:2379", "10.0.0.3:2379"]
    assert said["etcd3"]["protocol"] == "https"
    dcs = said["bootstrap"]["dcs"]
    assert (dcs["ttl"], dcs["loop_wait"], dcs["retry_timeout"]) == (20, 2, 3)
    assert dcs["synchronous_mode"] is True
    assert dcs["postgresql"]["use_pg_rewind"] is True


def test_the_reference_s_parameters_may_be_overridden() -> None:
    """What the cluster names wins, the rest stays as the reference has it."""
    parameters = patroni(passwords())["bootstrap"]["dcs"]["postgresql"]["parameters"]
    assert parameters["shared_buffers"] == "64MB"
    assert parameters["log_statement"] == "none"
    assert parameters["jit"] is False
    assert parameters["max_connections"] == 100
    assert parameters["wal_level"] == "replica"


def test_odd_characters_survive_yaml() -> None:
    """Scope, passwords and commands are read back as they were."""
    own = passwords()
    said = patroni(own)
    assert said["scope"] == "shop: #1"
    assert said["postgresql"]["authentication"]["superuser"]["password"] == own.superuser
    assert said["restapi"]["authentication"]["password"] == own.rest
    assert set(said["postgresql"]["callbacks"].values()) == {"/bin/sh /x --config '/y z'"}
    assert set(said["postgresql"]["callbacks"]) == {"on_role_change", "on_start", "on_stop"}


def test_an_ipv6_member_stands_in_brackets() -> None:
    """Where a port follows, and only there."""
    said = patroni(passwords(), "pg2")
    assert said["postgresql"]["connect_address"] == "[2001:db8::12]:5432"
    assert said["postgresql"]["listen"] == "[::]:5432"


def test_only_the_private_network_may_come_in() -> None:
    """Every rule asks for scram-sha-256, and none is open to the world."""
    rules = [rule.split() for rule in patroni(passwords())["postgresql"]["pg_hba"]]
    assert {rule[-1] for rule in rules} == {"scram-sha-256"}
    networks = {rule[3] for rule in rules if rule[0] == "host"}
    assert networks == {"127.0.0.1/32", "::1/128", "10.0.0.0/8"}


def test_a_member_without_a_machine_is_told_where_to_add_it() -> None:
    """The message names the table."""
    with pytest.raises(CannotRender, match=r"clusters\.shop\.machines"):
        patroni(passwords(), "pg9")


def test_the_monitoring_role_is_no_superuser_and_its_password_is_not_logged() -> None:
    """log_statement is off before the password is spoken, and quotes are doubled."""
    own = passwords()
    sql = bootstrap_sql(inventory().clusters["shop"], secrets=own)
    assert sql.index("log_statement = 'none'") < sql.index("PASSWORD")
    assert "NOSUPERUSER" in sql
    assert own.probe is not None
    assert own.probe.replace("'", "''") in sql


def test_secrets_do_not_show_when_printed() -> None:
    """A traceback may print the value."""
    own = passwords()
    assert own.superuser not in repr(own)


def test_etcd_gets_urls_with_hosts_and_its_gateway() -> None:
    """Client and peer URLs, an IPv6 machine in brackets, and the JSON gateway switched on."""
    said = parsed(etcd_yml(inventory(), "main", "e2", EtcdGround()))
    assert said["advertise-client-urls"] == "http://[2001:db8::2]:2379"
    assert said["initial-cluster"] == (
        "e1=http://10.0.0.1:2380,e2=http://[2001:db8::2]:2380,e3=http://10.0.0.3:2380"
    )
    assert said["enable-grpc-gateway"] is True
    assert "client-transport-security" not in said


def test_etcd_with_certificates_asks_its_clients_for_theirs() -> None:
    """TLS on both ports, and https in every URL."""
    ground = EtcdGround(tls=ServerTls(ca="/ca", cert="/cert", key="/key"))
    said = parsed(etcd_yml(inventory(), "main", "e1", ground))
    assert said["listen-client-urls"] == "https://10.0.0.1:2379"
    assert said["client-transport-security"]["client-cert-auth"] is True
    assert said["peer-transport-security"]["cert-file"] == "/cert"


def test_an_unknown_etcd_machine_is_told_where_to_add_it() -> None:
    """The message names the table."""
    with pytest.raises(CannotRender, match=r"etcd\.main\.machines"):
        etcd_yml(inventory(), "main", "e9", EtcdGround())


def test_the_hook_gets_every_webhook_in_order() -> None:
    """One line per url, and its key's path, never the key."""
    text = hook_conf(inventory(), "shop", "pg1", sender="pg1", ground=HookGround(key="/k"))
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines == [
        "sender=pg1",
        "cluster=shop",
        "member=pg1",
        "url=https://a.example/events",
        "url=https://b.example/events",
        "scheme=v1a",
        "key=/k",
        "spool=/var/spool/pgbaton",
    ]


def test_a_hook_may_not_speak_of_a_foreign_cluster() -> None:
    """A sender that the webhook would refuse is refused here already."""
    with pytest.raises(CannotRender, match=r"senders\.pg9"):
        hook_conf(inventory(), "shop", "pg1", sender="pg9", ground=HookGround(key="/k"))


def test_etcd_listens_at_numbers_alone() -> None:
    """A machine by its name: advertised as that, bound everywhere, since etcd refuses to bind to a name."""
    text = INVENTORY.format(scheme="https").replace("10.0.0.1:", "e1.example:")
    text = text.replace('e1 = "10.0.0.1"', 'e1 = "e1.example"')
    loaded = load_inventory(text)
    assert isinstance(loaded, Inventory)
    rendered = etcd_yml(loaded, "main", "e1", EtcdGround())
    said = YAML(typ="safe").load(rendered)
    assert said["listen-client-urls"] == "http://0.0.0.0:2379"
    assert said["advertise-client-urls"] == "http://e1.example:2379"
    assert said["listen-peer-urls"] == "http://0.0.0.0:2380"


@pytest.mark.parametrize(
    "database", [("shop", "postgres"), ("shop", "pgbaton"), ("template1", "shop")]
)
def test_what_is_there_already_is_not_made_again(database: tuple[str, str]) -> None:
    """A role or a database that every cluster has: the SQL would fail, and Patroni begin anew for ever."""
    name, role = database
    shop = inventory().clusters["shop"].model_copy(update={"databases": {name: role}})
    with pytest.raises(CannotRender, match="already"):
        bootstrap_sql(shop, secrets=passwords(), roles={role: "x"})
