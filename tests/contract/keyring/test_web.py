"""Senders' keys, the web's certificate and the CA change under a running intake."""

import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from deploy.keyring import Completed, complete, halves, read, wanted
from deploy.keyring.opening import opened
from deploy.keyring.renewing import renew, retire_ca, rotate_ca, switch_ca
from deploy.keyring.turning import Turning, retire, retiring, rotate, switch
from deploy.keyring.vault import Vault
from deploy.keyring.writing import with_halves, without
from jobs.inventory import Inventory
from tests.contract.keyring.web_site import WebSite, telling
from tests.contract.webhook.stage import RedisServer, end
from tests.waiting import until

NOW = dt.datetime.now(dt.UTC)
PG1 = Turning(kind="sender", name="pg1")
ACCEPTED, UNKNOWN = 202, 401
CONNECTIONS, INSTANTS = 300, 20


@pytest.fixture
def site(require: Callable[[str], Path], tmp_path: Path) -> Iterator[WebSite]:
    redis = RedisServer(require("redis-server"), tmp_path)
    redis.start()
    yield WebSite(tmp_path, redis.port)
    end(redis.process)


def test_every_event_is_accepted_while_keys_and_certificates_rotate(
    site: WebSite, measured: Callable[[str], None]
) -> None:
    """Whichever of web and database machine is pushed to first, no event of either key is refused until
    the former one is retired; and another machine's events go on being accepted, over TLS, through the
    renewal of the web's certificate and the change of the CA."""
    done = complete(site.toml(), site.folder / "keys", NOW)
    assert isinstance(done, Completed), done
    with site.serving(done.text), telling(site) as answers:
        former = site.keyring.sender("pg1").whsk
        text = _rotated(site, done.text, former)
        for step in _certificates(text):
            with opened(site.folder / "keys") as vault:
                list(step(vault) or ())
            site.push(text)
            before = len(answers)  # what was under way may know the former step only
            until(lambda before=before: len(answers) > before + 10, seconds=30)  # type: ignore[misc]
        _retired(site, text, former)
    assert set(answers) == {ACCEPTED}
    measured(f"keys: {len(answers)} events accepted while a sender's key and the CA rotated")


def test_no_connection_meets_two_halves_of_a_renewal(site: WebSite) -> None:
    """Both halves lie in one file, which is opened once for either: it is changed once for each connection,
    at another instant of it each time, so that some of them open it twice around a change."""
    done = complete(site.toml(), site.folder / "keys", NOW)
    assert isinstance(done, Completed), done
    asked, pems = wanted(_loaded(done.text)).leaves, [_web_pem(site)]
    with opened(site.folder / "keys") as vault:
        list(renew(vault, asked, NOW, days=90))
    pems.append(_web_pem(site))
    with site.serving(done.text), telling(site) as answers:
        for number in range(CONNECTIONS):
            before = len(answers)
            site.put("web.pem", pems[number % 2])
            until(lambda before=before: len(answers) > before, seconds=30, step=0.0005)  # type: ignore[misc]
            time.sleep(number % INSTANTS * 0.0005)
    assert set(answers) == {ACCEPTED}


def _web_pem(site: WebSite) -> str:
    own = site.keyring.certificate("control1", "web")
    return own.cert + own.key


def _rotated(site: WebSite, text: str, former: str) -> str:
    """Announce, push, switch: the database machine signs with the former key or with the next one."""
    with opened(site.folder / "keys") as vault:
        rotate(vault, PG1)
    inventory = _loaded(text)
    lacked = tuple(halves(inventory, wanted(inventory), site.keyring))
    text = with_halves(text, lacked)
    assert site.tell(former) == ACCEPTED
    site.push(text)
    with opened(site.folder / "keys") as vault:
        until(lambda: site.tell(former) == ACCEPTED, seconds=30)
        switch(vault, PG1)
    assert site.keyring.sender("pg1").whsk != former
    until(lambda: site.tell(site.keyring.sender("pg1").whsk) == ACCEPTED, seconds=30)
    assert site.tell(former) == ACCEPTED
    return text


def _retired(site: WebSite, text: str, former: str) -> None:
    """The former key is worth nothing in the end."""
    with opened(site.folder / "keys") as vault:
        text = without(text, frozenset({retiring(vault, PG1)}))
        retire(vault, PG1)
    site.push(text)
    until(lambda: site.tell(former) == UNKNOWN, seconds=30)
    assert site.tell(site.keyring.sender("pg1").whsk) == ACCEPTED


def _certificates(text: str) -> tuple[Callable[[Vault], Iterable[str] | None], ...]:
    asked = wanted(_loaded(text))
    return (
        lambda v: renew(v, asked.leaves, NOW, days=90),
        lambda v: rotate_ca(v, asked, NOW),
        lambda v: switch_ca(v, asked, NOW),
        lambda v: retire_ca(v, asked),
    )


def _loaded(text: str) -> Inventory:
    inventory = read(text)
    assert isinstance(inventory, Inventory)
    return inventory
