"""Certificates and the CA itself change under a running etcd that demands client certificates."""

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from deploy.keyring import Certified, Completed, Keyring, complete, read, wanted
from deploy.keyring.opening import opened
from deploy.keyring.renewing import renew, retire_ca, rotate_ca, switch_ca
from deploy.keyring.vault import Vault
from jobs.inventory import Inventory
from jobs.ports import DcsUnavailable
from tests.contract.keyring.etcd_site import NAMES, EtcdSite, Traffic, traffic
from tests.contract.keyring.sites import site_toml
from tests.waiting import until
from workers.etcd import Gateway
from workers.tls import Tls

NOW = dt.datetime.now(dt.UTC)
WITHIN = 4.0
"""Seconds. A write to a member that ends just then waits for its own deadline, for it must not be sent
twice; then it is tried again, and may meet an election (0.5 to 1 s here)."""


def test_no_question_is_lost_while_everything_rotates(
    require: Callable[[str], Path], tmp_path: Path, measured: Callable[[str], None]
) -> None:
    """Leaves are renewed, a second CA joins, signs, and the first one goes, with a push after each step:
    every read and write of a process that runs on, and of ones that begin anew, is answered, at most one
    deadline and one election later. The members serve what was issued, and in the end refuse the former client."""
    require("etcd")
    done = complete(site_toml(NAMES), tmp_path / "keys", NOW)
    assert isinstance(done, Completed)
    inventory = read(done.text)
    assert isinstance(inventory, Inventory)
    asked, site = wanted(inventory), EtcdSite(keyring=Keyring(tmp_path / "keys"), folder=tmp_path)
    steps: dict[str, Callable[[Vault], Iterable[str] | None]] = {
        "renew": lambda v: renew(v, asked.leaves, NOW, days=90),
        "rotate ca": lambda v: rotate_ca(v, asked, NOW),
        "switch ca": lambda v: switch_ca(v, asked, NOW),
        "retire ca": lambda v: retire_ca(v, asked),
    }
    former = site.keyring.certificate("pgbaton", "client"), site.keyring.ca()
    with site.cluster, traffic(site) as both:
        for name, step in steps.items():
            before = _asked(both)
            with opened(tmp_path / "keys") as vault:
                list(step(vault) or ())
            site.push()
            _go_on(both)
            measured(f"keys: {name}: {_told(both, before)}")
            assert site.served() == site.issued()
        assert refuses(site, *former)
    assert max(max(one.took) for one in both) < WITHIN


def _go_on(both: tuple[Traffic, Traffic]) -> None:
    """Until each has asked some more."""
    goals = [(one, len(one.took) + 20) for one in both]
    until(lambda: all(len(one.took) >= goal for one, goal in goals), seconds=40)


def _asked(both: tuple[Traffic, Traffic]) -> list[int]:
    return [len(one.took) for one in both]


def refuses(site: EtcdSite, former: Certified, ca: str) -> bool:
    """Whether a client with what it had before the rotation is turned away, and turns away."""
    files = site.folder / "former"
    files.mkdir()
    (files / "own.pem").write_text(former.cert + former.key)
    (files / "both.pem").write_text(ca + site.keyring.ca())
    gateway = Gateway(
        site.cluster.endpoints, tls=Tls(ca=files / "both.pem", cert=files / "own.pem")
    )
    with pytest.raises(DcsUnavailable):
        gateway.range({"key": "L3Rlc3QvYQ=="}, timeout=2)
    return True


def _told(both: tuple[Traffic, Traffic], before: list[int]) -> str:
    took = [t for one, n in zip(both, before, strict=True) for t in one.took[n:]]
    return f"{2 * len(took)} questions to etcd, the slowest pair {max(took):.2f} s, tried again so far {sum(b.retried for b in both)}"
