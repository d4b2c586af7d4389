import pytest

from deploy.keyring import Leaf, leaves
from tests.unit.deploy.keyring.sites import SITE, loaded

LOCAL = ("localhost", "127.0.0.1", "::1")


def of(text: str) -> dict[str, tuple[str, ...]]:
    return {leaf.stem: leaf.hosts for leaf in leaves(loaded(text))}


def test_each_machine_has_one_for_each_thing_that_speaks_tls() -> None:
    """And ours has one for all processes, which proves no name."""
    assert of(SITE) == {
        "etcd1.etcd": ("etcd1", "10.0.0.11", *LOCAL),
        "pg1.patroni": ("pg1", "10.0.0.21", *LOCAL),
        "pg1.postgresql": ("pg1", "10.0.0.21", *LOCAL),
        "pg2.patroni": ("pg2", "10.0.0.22", *LOCAL),
        "pg2.postgresql": ("pg2", "10.0.0.22", *LOCAL),
        "control1.redis": ("control1", "10.0.0.41", *LOCAL),
        "pgbaton.client": (),
    }


def test_nobody_has_one_where_nothing_speaks_tls() -> None:
    """The inventory decides."""
    plain = SITE.replace("https://10", "http://10").replace("rediss:", "redis:")
    assert of(plain.replace("rest = {", "# rest = {")) == {}


def test_patroni_is_a_client_of_an_encrypted_etcd_even_with_a_plain_rest_api() -> None:
    """PostgreSQL then speaks no TLS."""
    found = of(SITE.replace("rest = {", "# rest = {"))
    assert "pg1.patroni" in found
    assert "pg1.postgresql" not in found


@pytest.mark.parametrize(
    ("addition", "stem", "host"),
    [
        ('[nodebalancers.front]\ncluster = "shop"\nlabel = "front"\naddress = "192.0.2.7"', "pg1.postgresql", "192.0.2.7"),
        ('[dns.db]\ncluster = "shop"\ndomain = "example.net"\nname = "db"', "pg2.postgresql", "db.example.net"),
        ('[webhook]\nurls = ["https://Hooks.example.net:8000"]\nca = "/etc/pgbaton/tls/ca.pem"', "control1.web", "hooks.example.net"),
        ('[pages]\nurl = "https://control1"', "control1.web", "control1"),
    ],
    ids=["balancer", "record", "webhook", "pages"],
)  # fmt: skip
def test_what_clients_call_instead_of_the_machine_is_proven_too(
    addition: str, stem: str, host: str
) -> None:
    """A NodeBalancer's address, a record's name, a service's own name."""
    assert host in of(SITE.replace("[alerts]", f"{addition}\n\n[alerts]"))[stem]


def test_pages_behind_somebody_elses_name_serve_no_tls_of_ours() -> None:
    """A proxy does that."""
    text = SITE.replace("[alerts]", '[pages]\nurl = "https://pages.example.net"\n\n[alerts]')
    assert "control1.web" not in of(text)


def test_where_push_reaches_a_machine_is_proven_too() -> None:
    """Its public address, say."""
    text = SITE.replace('address = "10.0.0.41"', 'address = "10.0.0.41"\nssh = "198.51.100.4:2222"')
    assert of(text)["control1.redis"][:3] == ("control1", "10.0.0.41", "198.51.100.4")


def test_a_name_is_proven_as_certificates_spell_it() -> None:
    """In small ASCII letters, an address in its shortest form."""
    text = SITE.replace("10.0.0.21", "DB1.bücher.example").replace("10.0.0.22", "fd00:0:0::22")
    found = of(text)
    assert found["pg1.patroni"][1] == "db1.xn--bcher-kva.example"
    assert found["pg2.patroni"][1] == "fd00::22"


def test_servers_that_are_each_others_clients_may_be_both() -> None:
    """etcd among its peers, Patroni towards etcd and the others; nobody else."""
    uses = {purpose: Leaf(name="x", purpose=purpose).uses for purpose in ("etcd", "patroni")}
    assert set(uses.values()) == {("server", "client")}
    assert Leaf(name="x", purpose="postgresql").uses == ("server",)
    assert Leaf(name="x", purpose="client").uses == ("client",)
