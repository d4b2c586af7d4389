"""A keyring made for a whole site, for tests that only look at it."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.keyring import Completed, Keyring, Wanted, complete, read, wanted
from jobs.inventory import Inventory
from tests.contract.keyring.sites import site_toml

ETCD = {"etcd1": "127.0.0.11", "etcd2": "127.0.0.12", "etcd3": "127.0.0.13"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The folder, its reader, the inventory's text with the public halves, and what it asks for."""

    folder: Path
    keyring: Keyring
    text: str
    asked: Wanted


def made_site(folder: Path, now: dt.datetime) -> Site:
    done = complete(site_toml(ETCD), folder, now)
    assert isinstance(done, Completed), done
    inventory = read(done.text)
    assert isinstance(inventory, Inventory)
    return Site(folder=folder, keyring=Keyring(folder), text=done.text, asked=wanted(inventory))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return made_site(tmp_path_factory.mktemp("site") / "keys", dt.datetime.now(dt.UTC))
