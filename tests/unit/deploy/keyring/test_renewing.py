import datetime as dt
import itertools
import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.x509 import Certificate

from deploy.keyring import Keyring, NoAuthorityError, Wanted, expiries
from deploy.keyring.authority import belongs, certificates, new_key, signed_by
from deploy.keyring.renewing import behind, renew, retire_ca, rotate_ca, switch_ca
from deploy.keyring.turning import OutOfTurnError
from deploy.keyring.vault import Vault
from tests.unit.deploy.keyring.sites import NOW, Cut, Dying, Site, files

LATER = NOW + dt.timedelta(days=100)
Step = Callable[[Vault], Iterable[str] | None]


def steps(asked: Wanted) -> dict[str, Step]:
    return {
        "renew": lambda v: renew(v, asked.leaves, LATER, days=90),
        "rotate": lambda v: rotate_ca(v, asked, LATER),
        "switch": lambda v: switch_ca(v, asked, LATER),
        "retire": lambda v: retire_ca(v, asked),
    }


def run(step: Step, vault: Vault) -> None:
    list(step(vault) or ())


def wrong(site: Site, keyring: Keyring) -> list[object]:
    return [one for one in expiries(keyring, site.inventory, LATER) if one.wrong]


def test_a_renewed_certificate_has_another_key_and_a_later_end(site: Site) -> None:
    """From the same CA, for the same names."""
    before = site.keyring.certificate("pg1", "patroni")
    leaf = next(leaf for leaf in site.asked.leaves if leaf.stem == "pg1.patroni")
    assert list(renew(site.vault, [leaf], LATER, days=90)) == ["pg1.patroni"]
    after = site.keyring.certificate("pg1", "patroni")
    assert after.key != before.key
    assert certificates(after.cert)[0].not_valid_after_utc == LATER + dt.timedelta(days=90)
    assert wrong(site, site.keyring) == []


def test_a_certificate_does_not_outlive_its_ca(site: Site) -> None:
    """It would end earlier than it says."""
    (ca,) = certificates(site.keyring.ca())
    list(renew(site.vault, site.asked.leaves, LATER, days=9000))
    (own,) = certificates(site.keyring.certificate("pg1", "patroni").cert)
    assert own.not_valid_after_utc == ca.not_valid_after_utc


def test_a_ca_rotates_in_three_steps(site: Site) -> None:
    """Trusted before it signs; the former one trusted until nobody needs it; ca.pem as it is while the
    signing changes hands."""
    (former,) = certificates(site.keyring.ca())
    rotate_ca(site.vault, site.asked, LATER)
    assert certificates(site.keyring.ca())[0] == former
    assert behind(site.vault, site.asked.leaves) == ()
    bundle = site.keyring.ca()
    run(steps(site.asked)["switch"], site.vault)
    assert site.keyring.ca() == bundle
    retire_ca(site.vault, site.asked)
    (left,) = certificates(site.keyring.ca())
    assert left == certificates(bundle)[1]
    assert wrong(site, site.keyring) == []


def test_after_every_effect_all_that_serves_is_trusted_and_the_step_can_be_ended(
    site: Site, tmp_path: Path
) -> None:
    """Cut after the k-th effect for every k: each certificate fits its key and is signed by a CA that
    machines trusted before this step; the same step again ends it."""
    asked = replace(site.asked, leaves=site.asked.leaves[:2])
    for name, step in steps(asked).items():
        trusted = certificates(site.keyring.ca())
        for effects in itertools.count():
            folder = tmp_path / f"{name}{effects}"
            shutil.copytree(site.vault.folder, folder)
            try:
                run(step, Dying(folder, [effects]))
            except Cut:
                cut = True
            else:
                cut = False
            keyring = Keyring(folder)
            assert whole(keyring, asked, trusted)
            if not cut:
                break
            _again(name, step, Vault(folder))
            assert whole(keyring, asked, trusted)
            assert not {f for f in files(folder) if f.startswith("next/certificates/")}
        assert effects > 0
        run(step, site.vault)


def whole(keyring: Keyring, asked: Wanted, trusted: list[Certificate]) -> bool:
    """Whether each certificate fits its key, and a CA signed it that is trusted, and was before."""
    now = certificates(keyring.ca())
    pairs = [keyring.certificate(leaf.name, leaf.purpose) for leaf in asked.leaves]
    return all(
        belongs(cert, pair.key) and signed_by(cert, trusted) and signed_by(cert, now)
        for pair in pairs
        for cert in certificates(pair.cert)
    )


def _again(name: str, step: Step, vault: Vault) -> None:
    if name == "retire" and len(certificates(vault.read("ca.pem"))) == 1:
        return  # its one effect has happened
    run(step, vault)


def test_no_ca_goes_while_a_certificate_needs_it(site: Site) -> None:
    """The refusal counts and names them, and says what to do."""
    site.vault.replace("kept", site.vault.read("certificates/pg1.patroni.pem"))
    rotate_ca(site.vault, site.asked, LATER)
    run(steps(site.asked)["switch"], site.vault)
    site.vault.move("kept", "certificates/pg1.patroni.pem")
    with pytest.raises(OutOfTurnError, match=r"1 certificates.*\(pg1\.patroni\).*keys switch ca"):
        retire_ca(site.vault, site.asked)


def test_a_step_out_of_turn_says_which_one_is_next(site: Site) -> None:
    """And changes nothing."""
    _refused(site, "switch", "keys rotate ca")
    _refused(site, "retire", "nothing is left")
    run(steps(site.asked)["rotate"], site.vault)
    _refused(site, "retire", "keys switch ca")
    run(steps(site.asked)["switch"], site.vault)
    _refused(site, "rotate", "keys retire ca")


def _refused(site: Site, step: str, remedy: str) -> None:
    before = files(site.vault.folder)
    with pytest.raises(OutOfTurnError, match=remedy):
        run(steps(site.asked)[step], site.vault)
    assert files(site.vault.folder) == before


def test_an_ended_ca_signs_nothing_and_another_one_can_follow(site: Site) -> None:
    """The refusal says how; the steps work with what has ended."""
    late = NOW + dt.timedelta(days=4000)
    with pytest.raises(NoAuthorityError, match=r"ended on 2036-11-22.*keys rotate ca"):
        list(renew(site.vault, site.asked.leaves, late, days=90))
    rotate_ca(site.vault, site.asked, late)
    list(switch_ca(site.vault, site.asked, late))
    retire_ca(site.vault, site.asked)
    assert [one for one in expiries(site.keyring, site.inventory, late) if one.wrong] == []


def test_a_ca_that_cannot_sign_is_not_followed(site: Site, tmp_path: Path) -> None:
    """A key that belongs to no trusted CA is told at once, before a second CA is announced."""
    before = files(site.vault.folder)
    site.vault.replace("ca.key", new_key())
    with pytest.raises(NoAuthorityError):
        rotate_ca(site.vault, site.asked, NOW)
    assert files(site.vault.folder).keys() == before.keys()
