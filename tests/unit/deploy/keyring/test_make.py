from dataclasses import replace
from pathlib import Path

import pytest

from deploy.keyring import Keyring, MissingKeyError, NoAuthorityError, Wanted, expiries, make
from deploy.keyring.authority import belongs, certificates
from deploy.keyring.make import made
from deploy.keyring.vault import Vault
from jobs.inventory import Inventory, load_inventory
from jobs.signatures import private_key, public_key, secret_bytes
from tests.unit.deploy.keyring.sites import NOW, SITE, Cut, Dying, Site, files, loaded, site_in
from webhook.pages import Credentials, read_credentials


def test_everything_that_is_asked_for_is_made(site: Site) -> None:
    """Afterwards nothing is missing, and nothing else is wrong."""
    found = expiries(site.keyring, site.inventory, NOW)
    assert [one for one in found if one.wrong] == []
    assert {one.what for one in found} == {"ca", "certificate", "ssh", "host", "sender", "secret"}


def test_the_inventory_loads_with_its_public_halves(site: Site) -> None:
    """No stand-in is left in it."""
    assert isinstance(load_inventory(site.text), Inventory)
    assert site.inventory.senders["pg1"].keys == (site.keyring.sender("pg1").public,)
    assert site.inventory.hosts["web1"].host_keys == (site.keyring.host_key("web1").public,)


def test_a_second_run_changes_nothing(site: Site) -> None:
    """Not one byte."""
    before = files(site.vault.folder)
    assert make(site.inventory, site.vault.folder, NOW) == ()
    assert files(site.vault.folder) == before


def test_only_what_is_missing_is_made(site: Site) -> None:
    """What somebody brought stays."""
    site.vault.replace("secrets/redis-password", "brought\n")
    site.vault.remove("secrets/probe-shop-password")
    assert make(site.inventory, site.vault.folder, NOW) == ("secrets/probe-shop-password",)
    assert site.keyring.secret("redis-password") == "brought"


def test_a_pinned_machine_is_given_no_host_key(tmp_path: Path) -> None:
    """Its own is the one to believe."""
    pin = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA"
    text = SITE.replace('address = "10.0.0.31"', f'host_keys = ["{pin}"]\naddress = "10.0.0.31"')
    site = site_in(tmp_path / "keys", text)
    with pytest.raises(MissingKeyError):
        site.keyring.host_key("web1")
    assert site.inventory.hosts["web1"].host_keys == (pin,)


def test_the_three_spellings_of_a_senders_key_are_one_key(site: Site) -> None:
    """What the hook signs with, what we do, and what the webhook holds against it."""
    key = site.keyring.sender("pg1")
    assert private_key(key.whsk).public_key() == public_key(key.public)


def test_a_shared_secret_is_made_for_who_asks_for_one(site: Site) -> None:
    """A sender with hmac."""
    assert len(secret_bytes(site.keyring.secret("sender-old"))) == 32


def test_the_viewers_password_is_kept_for_people_and_fits_its_hash(site: Site) -> None:
    """In a file of its own, which no machine is given."""
    known = read_credentials(site.keyring.secret("viewer-password").split(), [])
    assert isinstance(known, Credentials)
    assert known.has_password(site.vault.read("people/viewer-password").strip())


def test_the_on_call_tool_is_told_the_public_half(site: Site) -> None:
    """Of what alerts are signed with."""
    public = site.vault.read("people/alert-key.pub").strip()
    assert private_key(site.keyring.secret("alert-key")).public_key() == public_key(public)


def test_a_run_that_is_cut_anywhere_is_finished_by_the_next(site: Site, tmp_path: Path) -> None:
    """After each effect: what is there is whole, stays as it is, and the rest is made."""
    asked = replace(site.asked, leaves=site.asked.leaves[:1], passwords=("redis-password",))
    asked = replace(asked, senders={"pg1": ()}, hosts=("web1",), viewer=False)
    made(asked, Vault(tmp_path / "whole"), NOW)
    everything = files(tmp_path / "whole").keys()
    for effects in range(len(everything)):
        vault = Vault(tmp_path / f"cut{effects}")
        with pytest.raises(Cut):
            made(asked, Dying(vault.folder, [effects]), NOW)
        left = files(vault.folder)
        assert len(left) == effects
        assert len(made(asked, vault, NOW)) == len(everything) - effects
        assert files(vault.folder).items() >= left.items()
        assert files(vault.folder).keys() == everything
        assert _pairs_fit(Keyring(vault.folder), asked)


def _pairs_fit(keyring: Keyring, asked: Wanted) -> bool:
    pairs = [keyring.certificate(leaf.name, leaf.purpose) for leaf in asked.leaves]
    return all(belongs(certificates(pair.cert)[0], pair.key) for pair in pairs)


def test_a_viewers_password_that_was_cut_off_from_its_hash_gets_one(site: Site) -> None:
    """The password that people may have read already stays."""
    plain = site.vault.read("people/viewer-password")
    site.vault.remove("secrets/viewer-password")
    make(site.inventory, site.vault.folder, NOW)
    known = read_credentials(site.keyring.secret("viewer-password").split(), [])
    assert isinstance(known, Credentials)
    assert known.has_password(plain.strip())


def test_a_lost_ca_key_is_told_and_no_second_ca_made(site: Site) -> None:
    """Else half the machines would trust one and half the other."""
    site.vault.remove("ca.key")
    with pytest.raises(NoAuthorityError, match=r"ca\.key is missing beside ca\.pem; put it back"):
        make(site.inventory, site.vault.folder, NOW)


def test_a_foreign_ca_key_is_told(site: Site, tmp_path: Path) -> None:
    """It would sign what nobody trusts."""
    other = site_in(tmp_path / "other")
    site.vault.replace("ca.key", other.vault.read("ca.key"))
    site.vault.remove("certificates/pg1.patroni.pem")
    with pytest.raises(NoAuthorityError, match="belongs to no CA"):
        make(loaded(site.text), site.vault.folder, NOW)
