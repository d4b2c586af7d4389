"""The lab's own inventory is an ordinary one, and holds no secret."""

from __future__ import annotations

from deploy.lab import layout, neighbours
from deploy.lab.inventory import PROFILES, inventory_toml
from deploy.lab.keys import make_secrets
from jobs.inventory import Inventory, load_inventory
from jobs.signatures import Message, VerifyKeys, public_key, sign, verify

SECRETS = make_secrets(
    senders=(*layout.MEMBERS, "watch", "probe"), hosts=(*layout.SHOPS, *layout.UNMANAGED)
)


def test_it_loads_and_has_the_profile_s_timing() -> None:
    """Both profiles pass every check of the inventory."""
    for profile in PROFILES.values():
        loaded = load_inventory(inventory_toml(profile=profile, secrets=SECRETS))
        assert isinstance(loaded, Inventory), loaded
        cluster = loaded.clusters[layout.CLUSTER]
        assert (cluster.ttl, cluster.loop_wait) == (profile.ttl, profile.loop_wait)


def test_it_loads_with_many_hosts_and_with_other_clusters() -> None:
    """Fifty hosts follow one cluster; or each neighbour has one of them, and the watch speaks for all."""
    many = make_secrets(
        senders=("watch",), hosts=(*layout.SHOPS, *layout.LIGHT, *layout.UNMANAGED, *layout.MEMBERS)
    )
    profile = PROFILES["lab"]
    fifty = load_inventory(inventory_toml(profile=profile, secrets=many, light=layout.LIGHT))
    assert isinstance(fifty, Inventory), fifty
    assert len(fifty.targets_of(layout.CLUSTER)) == 50
    light = {host: layout.LIGHT[host] for host in layout.NEIGHBOURS.values()}
    text = inventory_toml(profile=profile, secrets=many, light=light, over=neighbours.tables())
    five = load_inventory(text)
    assert isinstance(five, Inventory), five
    assert {c: five.targets_of(c) for c in layout.NEIGHBOURS} == {
        cluster: (host,) for cluster, host in layout.NEIGHBOURS.items()
    }
    assert set(five.senders["watch"].clusters) == {layout.CLUSTER, *layout.NEIGHBOURS}


def test_the_unmanaged_host_is_not_in_it() -> None:
    """pgbaton does not know of it at all."""
    text = inventory_toml(profile=PROFILES["lab"], secrets=SECRETS)
    assert not any(name in text or at in text for name, at in layout.UNMANAGED.items())


def test_no_secret_is_in_it() -> None:
    """Public keys only; the drill looks for the same texts everywhere."""
    text = inventory_toml(profile=PROFILES["lab"], secrets=SECRETS)
    assert len(SECRETS.texts) > 20
    assert not any(secret in text for secret in SECRETS.texts)


def test_a_sender_s_two_spellings_are_one_key() -> None:
    """What its whsk_ signs, its whpk_ verifies."""
    pair = SECRETS.senders["watch"]
    message = Message(id="m", timestamp="1", body=b"{}")
    keys = VerifyKeys(public=(public_key(pair.whpk),))
    assert verify(message, sign(message, pair.whsk), keys)
