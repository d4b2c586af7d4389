import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from deploy.keyring import Expiry, broken, expiries
from deploy.keyring.turning import Turning, rotate, switch
from tests.unit.deploy.keyring.sites import NOW, SITE, Site, loaded, site_in

DAY = dt.timedelta(days=1)
LEAF = "certificates/pg1.patroni"


def row(site: Site, whose: str, *, now: dt.datetime = NOW, text: str | None = None) -> Expiry:
    inventory = site.inventory if text is None else loaded(text)
    (found,) = (one for one in expiries(site.keyring, inventory, now) if one.whose == whose)
    return found


@pytest.mark.parametrize(
    ("left", "state"),
    [(31, "ok"), (30, "soon"), (1, "soon"), (0, "expired"), (-5, "expired")],
)
def test_a_certificate_is_called_out_a_month_before_it_ends(
    site: Site, left: int, state: str
) -> None:
    """And says how many days are left, and how it is renewed."""
    found = row(site, "pg1.patroni", now=NOW + (365 - left) * DAY)
    assert (found.state, found.days) == (state, left)
    assert found.until == NOW + 365 * DAY
    assert found.wrong == (state != "ok")
    assert found.remedy == ("" if state == "ok" else "pgbaton keys renew pg1.patroni, then push")


def test_the_ca_is_called_out_earlier(site: Site) -> None:
    """Its successor has to reach every machine first."""
    ends = NOW + 3650 * DAY
    found = [expiries(site.keyring, site.inventory, ends - n * DAY)[0] for n in (91, 90)]
    assert [one.state for one in found] == ["ok", "soon"]
    assert found[1].remedy == "pgbaton keys rotate ca"


def test_a_short_lived_certificate_is_called_out_in_its_last_third(tmp_path: Path) -> None:
    """A month before its end it would not have begun."""
    site = site_in(tmp_path / "keys", f"{SITE}\n[deploy]\ncertificate_days = 30\n")
    assert row(site, "pg1.patroni", now=NOW + 19 * DAY).state == "ok"
    assert row(site, "pg1.patroni", now=NOW + 21 * DAY).state == "soon"


def test_a_missing_certificate_is_missing(site: Site) -> None:
    """Either half of it."""
    site.vault.remove(f"{LEAF}.key")
    assert row(site, "pg1.patroni").state == "missing"


def test_a_certificate_of_a_foreign_ca_is_foreign(site: Site, tmp_path: Path) -> None:
    """Nobody would believe it."""
    other = site_in(tmp_path / "other")
    for ending in ("key", "pem"):
        site.vault.replace(f"{LEAF}.{ending}", other.vault.read(f"{LEAF}.{ending}"))
    assert row(site, "pg1.patroni").state == "foreign"


def test_a_key_of_another_certificate_is_told(site: Site) -> None:
    """The server would not start with it."""
    site.vault.replace(f"{LEAF}.key", site.vault.read("certificates/pg2.patroni.key"))
    assert row(site, "pg1.patroni").state == "unpaired"


@pytest.mark.parametrize("ending", ["pem", "key"])
@pytest.mark.parametrize("text", ["", "nothing that could be read\n"])
def test_a_file_that_is_none_is_told(site: Site, ending: str, text: str) -> None:
    """Without a word of what is in it."""
    site.vault.replace(f"{LEAF}.{ending}", text)
    found = row(site, "pg1.patroni")
    assert found.state == "unreadable"
    assert "could be read" not in found.note


def test_a_machine_that_moved_is_told(site: Site) -> None:
    """Its certificate proves an address that it has no more."""
    found = row(site, "pg1.patroni", text=site.text.replace("10.0.0.21", "10.0.0.29"))
    assert (found.state, found.note) == ("names", "does not prove 10.0.0.29")


def test_what_the_inventory_does_not_hold_is_unannounced(site: Site) -> None:
    """The webhook would refuse this sender, and workers this host."""
    found = expiries(site.keyring, loaded(SITE), NOW)
    untold = {(one.what, one.whose) for one in found if one.state == "unannounced"}
    senders = {("sender", name) for name in ("pg1", "pg2", "watch", "probe", "ops")}
    assert untold == {*senders, ("host", "web1")}


def test_every_password_that_is_asked_for_is_looked_for(site: Site) -> None:
    """One row each."""
    for name in site.asked.passwords:
        site.vault.remove(f"secrets/{name}")
    found = expiries(site.keyring, site.inventory, NOW)
    missing = {one.whose for one in found if one.what == "secret" and one.state == "missing"}
    assert missing == {
        "redis-password",
        "redis-reload-password",
        "probe-shop-password",
        "database-shop-shop",
        *(f"patroni-shop-{what}" for what in ("superuser", "replication", "rewind", "rest")),
    }


def test_an_empty_folder_has_everything_missing(site: Site, tmp_path: Path) -> None:
    """And nothing raises."""
    nothing = site.at(tmp_path / "nothing")
    found = expiries(nothing.keyring, site.inventory, NOW)
    assert {one.state for one in found} == {"missing"}


def test_a_lost_or_broken_ca_is_told(site: Site) -> None:
    """Its remedy is not to make another one."""
    site.vault.replace("ca.pem", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n")
    assert expiries(site.keyring, site.inventory, NOW)[0].state == "unreadable"
    site.vault.remove("ca.pem")
    assert expiries(site.keyring, site.inventory, NOW)[0].state == "missing"


def test_what_rotates_says_how_far_it_is(site: Site) -> None:
    """It is no fault."""
    key = Turning(kind="ssh", name="worker")
    rotate(site.vault, key)
    assert row(site, "worker").note == "rotates: the next key is announced"
    switch(site.vault, key)
    assert dataclasses.replace(row(site, "worker"), note="") == Expiry(what="ssh", whose="worker")
    assert row(site, "worker").note == "rotates: the former key is still trusted"


@pytest.mark.parametrize("name", ["ssh/worker", "ssh/hosts/web1", "senders/pg1.pem"])
def test_a_key_that_is_none_or_anothers_is_told(site: Site, tmp_path: Path, name: str) -> None:
    """Nobody would be let in with it."""
    whose = Path(name).stem
    site.vault.replace(name, "nothing that could be read")
    assert {one.state for one in _of(site, whose)} >= {"unreadable"}
    other = site_in(tmp_path / "other")
    site.vault.replace(name, other.vault.read(name))
    assert {one.state for one in _of(site, whose)} >= {"unpaired"}


def _of(site: Site, whose: str) -> list[Expiry]:
    return [one for one in expiries(site.keyring, site.inventory, NOW) if one.whose == whose]


def test_a_certificate_that_does_not_hold_yet_is_called_out(site: Site) -> None:
    """Made while a clock ran ahead, it is as useless as an expired one, and less conspicuous."""
    found = row(site, "pg1.patroni", now=NOW - dt.timedelta(hours=2))
    assert (found.state, found.wrong) == ("early", True)
    assert "2026-11-25 11:00" in found.note
    assert found.remedy


def test_a_password_that_was_left_empty_is_called_out(site: Site) -> None:
    """A full disk leaves such a file; whoever logs in with nothing would be let in."""
    (site.keyring.folder / "secrets/redis-password").write_text("\n")
    assert row(site, "redis-password").state == "unreadable"


@pytest.mark.parametrize(
    ("file", "whose"),
    [
        ("ssh/hosts/pg1", "pg1"),
        ("ssh/push.pub", "push"),
        ("senders/pg2.pem", "pg2"),
        ("ca.pem", "pgbaton"),
        (f"{LEAF}.key", "pg1.patroni"),
        (f"{LEAF}.pem", "pg1.patroni"),
        ("secrets/patroni-shop-superuser", "patroni-shop-superuser"),
    ],
)
@pytest.mark.parametrize("left", [b"", b"\xff\xfe\x00"])
def test_what_is_broken_is_told_from_what_is_fine(
    site: Site, file: str, whose: str, left: bytes
) -> None:
    """Whatever was left of a file, nothing is sound that nobody could start with."""
    assert broken(site.keyring, site.inventory, NOW) == ()
    (site.keyring.folder / file).write_bytes(left)
    assert whose in {one.whose for one in broken(site.keyring, site.inventory, NOW)}
