"""The list of hardened mode as the inventory implies it."""

import pytest

from deploy.remote import permitted
from deploy.remote.hardened import Permitted
from jobs.blocked import Blocked
from jobs.inventory import Address, Inventory, load_inventory
from jobs.remote import ServiceRef
from tests.world import ENV, INVENTORY

KEYS = 'keys = { DB_HOST = "{host}", DB_PORT = "{port}" }'
MACHINES = 'machines = { pg1 = "10.0.0.1", pg2 = "fd00::2" }'
SHOP = INVENTORY.replace('scope = "shop"', f'scope = "shop"\n{MACHINES}')


def derived(text: str = SHOP, *, roots: tuple[str, ...] = ()) -> Permitted | Blocked:
    inventory = load_inventory(text)
    assert isinstance(inventory, Inventory), str(inventory)
    return permitted(inventory, "shop", "web1", roots=roots)


def listed(text: str = SHOP, *, roots: tuple[str, ...] = ()) -> Permitted:
    found = derived(text, roots=roots)
    assert isinstance(found, Permitted), found
    return found


def values(keys: str, text: str = SHOP) -> dict[str, set[str]]:
    """What each key may hold, for these templates."""
    [file] = listed(text.replace(KEYS, f"keys = {{ {keys} }}")).files
    assert all(len(set(words)) == len(words) for words in file.values.values())
    return {key: set(words) for key, words in file.values.items()}


def test_everything_of_the_hosts_applications_is_listed() -> None:
    """Files, the folders they lie in, members, services, commands and checks; each once."""
    text = SHOP.replace(
        'hosts = ["web1", "web2"]', 'hosts = ["web1"]\nafter = ["a b"]\ncheck = "c"'
    )
    found = listed(text)
    assert found.cluster == "shop"
    assert found.roots == ("/srv/shop",)
    assert found.leaders == (Address(host="10.0.0.1"), Address(host="fd00::2"))
    assert found.services == (ServiceRef(name="store", manager="systemd"),)
    assert (found.after, found.checks) == (("a b",), ("c",))
    assert [(f.path, f.format) for f in found.files] == [(ENV, "dotenv")]


def test_every_member_may_be_the_leader() -> None:
    """At the machine's address and the cluster's port."""
    text = SHOP.replace(MACHINES, f"{MACHINES}\npostgresql_port = 6000")
    assert values('DB_HOST = "{host}", DB_PORT = "{port}"', text) == {
        "DB_HOST": {"10.0.0.1", "fd00::2"},
        "DB_PORT": {"6000"},
    }


def test_the_applications_own_addresses_win() -> None:
    """As they do for a swap; a member they do not name is reached at its machine."""
    own = 'addresses = { pg2 = "db2:7000", pg3 = "db3:7001" }'
    text = SHOP.replace('hosts = ["web1", "web2"]', f'hosts = ["web1", "web2"]\n{own}')
    found = listed(text)
    assert set(found.leaders) == {
        Address(host="10.0.0.1"),
        Address(host="db2", port=7000),
        Address(host="db3", port=7001),
    }
    assert values('A = "{host}"', text) == {"A": {"10.0.0.1", "db2", "db3"}}


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{address}", {"10.0.0.1:5432", "[fd00::2]:5432"}),
        ("{url_host}", {"10.0.0.1", "[fd00::2]"}),
        ("{member}", {"pg1", "pg2"}),
        ("{url}", {"10.0.0.1", "10.0.0.1:5432", "[fd00::2]", "[fd00::2]:5432"}),
        ("{read_hosts}", {"10.0.0.1", "fd00::2"}),
        ("postgres://shop@{address}/shop?x=1", {"10.0.0.1:5432", "[fd00::2]:5432"}),
        ("postgres://shop@{url_host}:{port}/shop", {"10.0.0.1:5432", "[fd00::2]:5432"}),
        ("host={host} dbname=shop", {"10.0.0.1", "fd00::2"}),
        ("db-{member}.example.com", {"db-pg1.example.com", "db-pg2.example.com"}),
        ("prefer 5432", {"prefer", "5432"}),
    ],
)
def test_a_template_gives_the_words_that_the_host_sees(template: str, words: set[str]) -> None:
    """A word is what the host judges: a host, a port, or both with a colon."""
    assert values(f'A = "{template}"') == {"A": words}


def test_members_of_a_list_keep_what_stands_beside_them() -> None:
    """The first and the last of a list; those between stand alone."""
    words = values('A = "x:{read_hosts}:1"')["A"]
    assert {"x:10.0.0.1", "10.0.0.1", "10.0.0.1:1", "x:10.0.0.1:1"} <= words


def test_parts_of_one_value_are_listed_together() -> None:
    """Host and port of a URL are one word on the host, and its key has no part there."""
    assert values('"URL:host" = "{host}", "URL:port" = "{port}"') == {
        "URL": {"10.0.0.1", "10.0.0.1:5432", "fd00::2", "[fd00::2]", "[fd00::2]:5432", "5432"}
    }


def test_roots_may_be_given() -> None:
    """For files behind links, as in current -> releases/7."""
    assert listed(roots=("/srv",)).roots == ("/srv",)


@pytest.mark.parametrize("root", ["/", "//"])
def test_the_whole_machine_is_no_root(root: str) -> None:
    """Neither given nor derived from a file right below it."""
    for found in (derived(roots=(root,)), derived(SHOP.replace(ENV, "/.env"))):
        assert isinstance(found, Blocked)
        assert "root" in found.reason


def test_without_members_nothing_is_guessed() -> None:
    """The refusal names both ways to say them."""
    found = derived(INVENTORY)
    assert isinstance(found, Blocked)
    assert found.where == "applications.store"
    assert "machines" in found.remedy
    assert "addresses" in found.remedy


def test_a_machine_without_an_address_is_named() -> None:
    """What stands there can be reached by nobody."""
    inventory = load_inventory(SHOP)
    assert isinstance(inventory, Inventory)
    shop = inventory.clusters["shop"].model_copy(update={"machines": {"pg1": "a b"}})
    wrong = inventory.model_copy(update={"clusters": {"shop": shop}})
    found = permitted(wrong, "shop", "web1")
    assert isinstance(found, Blocked)
    assert found.where == "clusters.shop.machines"
    assert "'a b'" in found.reason


def test_commands_without_files_list_their_leaders_too() -> None:
    """A command is told where it was led, and only a listed leader may be told to it."""
    start = SHOP.index("[[applications.store.files]]")
    behind = (
        'endpoint = "nodebalancer"\ncheck = "c"\n[nodebalancers.front]\ncluster = "shop"\n'
        'label = "front"\nregion = "us-ord"\naddress = "203.0.113.10"\nport = 5433\n'
        'backends = { pg1 = "192.168.128.1" }\n'
    )
    for text in (SHOP[:start], INVENTORY[: INVENTORY.index("[[applications.store.files]]")]):
        inventory = load_inventory(f"{text}{behind}[clusters.shop.mux]\nport = 5433\n")
        assert isinstance(inventory, Inventory), str(inventory)
        found = permitted(inventory, "shop", "web1@front")
        assert isinstance(found, Permitted), found
        assert found.leaders == (Address(host="203.0.113.10", port=5433),)
        assert (found.files, found.checks) == ([], ("c",))
