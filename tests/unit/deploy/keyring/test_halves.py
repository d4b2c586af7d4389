import difflib
import tomllib

import pytest

from deploy.keyring import wanted
from deploy.keyring.halves import Half, halves
from deploy.keyring.turning import Turning, rotate
from deploy.keyring.writing import CannotWriteError, with_halves, with_pin, without
from tests.unit.deploy.keyring.sites import SITE, Site, loaded

NEW = Half(section="senders", name="pg1", key="keys", lacking=("whpk_new",), clusters=("shop",))
KEYS = """\
[senders.pg1]  # the first
clusters = ["shop"]
keys = [
    "whpk_one",  # since May
    "whpk_two",
]
per_minute = 60
"""


def changes(before: str, after: str) -> list[str]:
    """Lines that went and came."""
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line[0] in "+-"]


def test_every_comment_and_line_stays(site: Site) -> None:
    """Lines are added, none is touched."""
    found = changes(SITE, site.text)
    assert found
    assert [line for line in found if line[0] == "-"] == []


def test_nothing_is_lacking_afterwards(site: Site) -> None:
    """A second look finds all public halves in their places."""
    assert list(halves(site.inventory, site.asked, site.keyring)) == []


def test_a_key_joins_those_that_are_there() -> None:
    """In their own array, laid out as it is."""
    half = Half(section="senders", name="pg1", key="keys", lacking=("whpk_new",))
    assert changes(KEYS, with_halves(KEYS, (half,))) == ['+     "whpk_new",']


@pytest.mark.parametrize(
    "text",
    ["", "[senders.pg2]\nkeys = []\n", "senders = {}\n", "[senders]\n"],
    ids=["none", "another", "inline", "empty"],
)
def test_a_sender_that_is_not_there_comes_whole(text: str) -> None:
    """With its clusters, however the others are written."""
    after = tomllib.loads(with_halves(f"a = 1\n{text}", (NEW,)))
    assert after["a"] == 1
    assert after["senders"]["pg1"] == {"clusters": ["shop"], "keys": ["whpk_new"]}


def test_a_cluster_that_joins_is_one_that_our_senders_may_speak_of(site: Site) -> None:
    """Else the webhook would refuse what the watch tells of it."""
    more = '[clusters.more]\netcd = "main"\nscope = "more"\n'
    text = f"{site.text}\n{more}"
    inventory = loaded(text)
    found = {half.name: half for half in halves(inventory, wanted(inventory), site.keyring)}
    assert {name: half.clusters for name, half in found.items()} == {
        "watch": ("more",),
        "probe": ("more",),
    }
    after = loaded(with_halves(text, tuple(found.values())))
    assert after.senders["watch"].clusters == ("shop", "more")
    assert after.senders["watch"].keys == inventory.senders["watch"].keys


def test_a_layout_that_cannot_be_changed_safely_is_left_alone() -> None:
    """What stands behind would change its meaning: the result is read again before it is believed."""
    text = 'senders.a.keys = ["x"]\nsenders.b.keys = ["y"]\n'
    with pytest.raises(CannotWriteError, match="dotted keys"):
        with_halves(text, (NEW,))


def test_a_former_key_goes_and_nothing_else() -> None:
    """Its line with it; the others keep their comments."""
    after = without(KEYS, frozenset({"whpk_two"}))
    assert changes(KEYS, after) == ['-     "whpk_two",']


def test_a_key_that_rotates_is_told_for_a_sender_that_nobody_asked_us_for(site: Site) -> None:
    """Once its key was made here, its successor is ours to announce as well."""
    rotate(site.vault, Turning(kind="sender", name="ops"))
    (half,) = halves(site.inventory, site.asked, site.keyring)
    assert (half.name, half.lacking) == ("ops", site.keyring.sender_keys("ops")[1:])


def test_a_pin_that_is_not_ours_is_left_alone(site: Site) -> None:
    """Somebody compared it on the machine's console; a key that was made for it earlier is not told."""
    text = with_pin(site.text, "web1", "ssh-ed25519 AAAAother", host=True)
    assert list(halves(loaded(text), site.asked, site.keyring)) == []


def test_a_pin_is_written_where_the_machine_stands() -> None:
    """Of a host under hosts, of another machine under machines, which may have to be made."""
    host = with_pin('[hosts.web1]\naddress = "a"  # here\n', "web1", "k", host=True)
    assert host == '[hosts.web1]\naddress = "a"  # here\nhost_keys = ["k"]\n'
    assert (
        with_pin("a = 1\n", "pg1", "k", host=False)
        == 'a = 1\n\n[machines.pg1]\nhost_keys = ["k"]\n'
    )


def test_what_is_shown_is_toml_that_can_be_pasted() -> None:
    """A whole table, or the lines of one."""
    assert str(NEW) == '[senders.pg1]\nclusters = ["shop"]\nkeys = ["whpk_new"]'
