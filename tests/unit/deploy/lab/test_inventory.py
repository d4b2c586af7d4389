"""The lab's own inventory is an ordinary one, and holds no secret."""

from __future__ import annotations

from deploy.lab import layout
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
