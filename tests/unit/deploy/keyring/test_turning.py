import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.keyring import Keyring, spelling
from deploy.keyring.turning import (
    OutOfTurnError,
    Turning,
    retire,
    retiring,
    rotate,
    stage,
    switch,
)
from deploy.keyring.vault import Vault
from tests.unit.deploy.keyring.sites import Cut, Dying, Site, files

KEYS = [
    Turning(kind="ssh", name="push"),
    Turning(kind="ssh", name="worker"),
    Turning(kind="host", name="web1"),
    Turning(kind="sender", name="pg1"),
]
STEPS: list[Callable[[Vault, Turning], None]] = [rotate, switch, retire]


def named(key: Turning) -> str:
    return key.words


def trusted(keyring: Keyring, key: Turning) -> tuple[str, ...]:
    """Every public half that somebody believes."""
    match key.kind:
        case "ssh":
            return keyring.authorized("push" if key.name == "push" else "worker")
        case "host":
            return keyring.pins(key.name)
        case "sender":
            return keyring.sender_keys(key.name)


def used(keyring: Keyring, key: Turning) -> set[str]:
    """The public half of each private file that is in use."""
    folder = keyring.folder
    if key.kind != "sender":
        return {spelling.ssh_public((folder / key.files[0]).read_text())}
    sender = keyring.sender(key.name)
    return {spelling.public(sender.whsk), spelling.pem_public(sender.pem)}


@pytest.mark.parametrize("key", KEYS, ids=named)
def test_three_steps_change_the_key_and_trust_nothing_else_in_the_end(
    site: Site, key: Turning
) -> None:
    """The former one is trusted until it is retired, the next one before it is used."""
    keyring, vault = site.keyring, site.vault
    (former,) = trusted(keyring, key)
    rotate(vault, key)
    assert used(keyring, key) == {former}
    (_, coming) = trusted(keyring, key)
    switch(vault, key)
    assert used(keyring, key) == {coming}
    assert trusted(keyring, key) == (coming, former)
    assert retiring(vault, key) == former
    retire(vault, key)
    assert trusted(keyring, key) == (coming,)
    assert stage(vault, key) == "steady"


@pytest.mark.parametrize("key", KEYS, ids=named)
def test_after_every_effect_what_is_used_is_trusted_and_the_step_can_be_ended(
    site: Site, key: Turning, tmp_path: Path
) -> None:
    """Cut after the k-th effect for every k: what machines were told before still holds, a push works,
    and the same step again ends it as if nothing had happened."""
    for step in STEPS:
        before = files(site.vault.folder)
        announced = set(trusted(site.keyring, key))
        for effects in itertools.count():
            folder = tmp_path / f"{step.__name__}{effects}"
            shutil.copytree(site.vault.folder, folder)
            cut = _cut(step, key, folder, effects)
            keyring = Keyring(folder)
            assert used(keyring, key) <= set(trusted(keyring, key))
            assert step is rotate or used(keyring, key) <= announced
            if not cut:
                break
            _again(step, Vault(folder), key)
            assert stage(Vault(folder), key) == _after(step)
            assert used(keyring, key) <= set(trusted(keyring, key))
        assert effects > 0
        assert files(site.vault.folder) == before
        step(site.vault, key)


def _cut(step: Callable[[Vault, Turning], None], key: Turning, folder: Path, effects: int) -> bool:
    try:
        step(Dying(folder, [effects]), key)
    except Cut:
        return True
    return False


def _again(step: Callable[[Vault, Turning], None], vault: Vault, key: Turning) -> None:
    if not (step is retire and stage(vault, key) == "steady"):
        step(vault, key)


def _after(step: Callable[[Vault, Turning], None]) -> str:
    stages: dict[object, str] = {rotate: "announced", switch: "switched", retire: "steady"}
    return stages[step]


@pytest.mark.parametrize("key", KEYS, ids=named)
def test_a_step_out_of_turn_says_which_one_is_next(site: Site, key: Turning) -> None:
    """And changes nothing."""
    _refused(site, switch, key, "keys rotate")
    _refused(site, retire, key, "nothing is left to retire")
    rotate(site.vault, key)
    _refused(site, retire, key, "keys switch")
    switch(site.vault, key)
    _refused(site, rotate, key, "keys retire")


def _refused(site: Site, step: Callable[[Vault, Turning], None], key: Turning, remedy: str) -> None:
    before = files(site.vault.folder)
    with pytest.raises(OutOfTurnError, match=remedy):
        step(site.vault, key)
    assert files(site.vault.folder) == before


def test_what_was_not_made_here_cannot_rotate_here(site: Site) -> None:
    """A machine with a pinned key of its own, say."""
    _refused(site, rotate, Turning(kind="host", name="web9"), "not made here")


def test_a_machine_that_missed_the_first_push_can_still_be_reached(site: Site) -> None:
    """By hand, with the former login key, until that is retired."""
    key, former = Turning(kind="ssh", name="push"), site.keyring.ssh("push").private
    rotate(site.vault, key)
    switch(site.vault, key)
    assert site.vault.read("old/ssh/push") == former
    retire(site.vault, key)
    assert not site.vault.has("old/ssh/push")
