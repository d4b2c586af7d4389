"""How servers are asked, as their own rendered files say it."""

from deploy.blueprint import Blueprint, RenderedFile
from deploy.push.asking import dynamic, etcd_asked, login, patroni_asked
from deploy.push.dcs import differing
from deploy.push.wanted import Asked

ETCD = """initial-cluster: "etcd1=https://10.0.0.1:2380"
advertise-client-urls: "https://10.0.0.1:2379"
client-transport-security:
  cert-file: "/etc/etcd/tls/server.pem"
  key-file: "/etc/etcd/tls/server.key"
  trusted-ca-file: "/etc/etcd/tls/ca.pem"
"""
PATRONI = """scope: "shop"
restapi:
  connect_address: "10.0.0.2:8008"
  certfile: "/etc/patroni/tls/server.pem"
  keyfile: "/etc/patroni/tls/server.key"
  cafile: "/etc/patroni/tls/ca.pem"
  authentication:
    username: "patroni"
    password: "word"
bootstrap:
  dcs:
    ttl: 30
"""


def of(text: str, path: str = "/etc/x.yml") -> Blueprint:
    return Blueprint(machine="one", files=(RenderedFile(path=path, text=text),))


def test_etcd_under_tls() -> None:
    """The address it tells others, with its own certificate as the client's."""
    assert etcd_asked(of(ETCD)) == Asked(
        url="https://10.0.0.1:2379",
        ca="/etc/etcd/tls/ca.pem",
        cert="/etc/etcd/tls/server.pem",
        key="/etc/etcd/tls/server.key",
    )


def test_patroni_under_tls() -> None:
    """Likewise; the login and the cluster-wide configuration come from the same file."""
    asked = patroni_asked(of(PATRONI))
    assert asked is not None
    assert asked.words == (
        "https://10.0.0.2:8008 /etc/patroni/tls/ca.pem /etc/patroni/tls/server.pem "
        "/etc/patroni/tls/server.key"
    )
    assert login(of(PATRONI)) == ("patroni", "word")
    assert dynamic(of(PATRONI)) == {"ttl": 30}


def test_without_tls_and_without_either() -> None:
    """Plain addresses need no files; a machine with neither server is not asked at all."""
    plain = of('initial-cluster: "a"\nadvertise-client-urls: "http://10.0.0.1:2379"\n')
    asked = etcd_asked(plain)
    assert asked is not None
    assert asked.words == "http://10.0.0.1:2379 - - -"
    assert etcd_asked(of("a: b\n")) is None
    assert patroni_asked(plain) is None


def test_only_our_own_keys_differ() -> None:
    """Nested ones too; what only the cluster has stays, and a number is the same as its text."""
    wanted = {"ttl": 30, "postgresql": {"parameters": {"a": 1, "b": "x"}}}
    there = {"ttl": "30", "pause": True, "postgresql": {"parameters": {"a": 2, "c": 3}}}
    assert differing(wanted, there) == {"postgresql": {"parameters": {"a": 1, "b": "x"}}}
    assert not differing(wanted, wanted)
