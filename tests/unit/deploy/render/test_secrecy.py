"""What is secret stands in secret files alone, and each process is given its own secrets and no other's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest

from deploy.blueprint import Blueprint, RenderedFile
from deploy.render import first_boots
from tests.ground import Ground

KNOWS = {
    "web": {"redis-password"},
    "pages": {"redis-password", "viewer-password"},
    "worker@": {"redis-password", "probe-shop-password", "linode-token", "ssh-key"},
    "watch": {"sender-key-watch"},
    "probe": {"redis-password", "linode-token", "sender-key-probe"},
    "clock": {"redis-password"},
    "chronicle": {"redis-password", "slack-token", "alert-key"},
}
SHOWN = re.compile(r"\.pub$|viewer-password$|ca\.pem$|certificates/.*\.pem$")
"""Files of the keyring that are no secret, or a hash of one."""


def _files(blueprint: Blueprint) -> Iterator[RenderedFile]:
    yield from blueprint.files
    yield from blueprint.fragments.values()


def _private(ground: Ground) -> Mapping[str, str]:
    files = (f for f in ground.keyring.folder.rglob("*") if f.is_file())
    return {str(f): f.read_text() for f in files if not SHOWN.search(str(f))}


def test_no_secret_stands_in_a_file_that_is_none(
    ground: Ground, blueprints: Mapping[str, Blueprint]
) -> None:
    """Whatever of the keyring is private: only in files that are secret, and nobody else may read those."""
    private = _private(ground)
    assert len(private) > 25
    for blueprint in blueprints.values():
        for file in _files(blueprint):
            if file.secret:
                assert not file.mode & 0o007, file.path
            else:
                assert [name for name, text in private.items() if text in file.text] == []


def test_nothing_secret_shows_by_accident(blueprints: Mapping[str, Blueprint]) -> None:
    """A file that lands in a message or a traceback does not show its text."""
    for blueprint in blueprints.values():
        for file in _files(blueprint):
            assert file.text not in repr(file) or not file.text.strip()


@pytest.mark.parametrize("process", KNOWS)
def test_a_process_knows_its_own_secrets_alone(
    blueprints: Mapping[str, Blueprint], process: str
) -> None:
    """By LoadCredential, from files that root alone reads; none stands in its environment or command."""
    path = f"/etc/systemd/system/pgbaton-{process}.service"
    unit = next(f for f in blueprints["control"].files if f.path == path)
    given = dict(re.findall(r"^LoadCredential=([^:]+):(.+)$", unit.text, re.MULTILINE))
    assert set(given) == KNOWS[process]
    for name, source in given.items():
        file = next(f for f in blueprints["control"].files if f.path == source)
        assert (file.owner, file.mode, file.secret) == ("root", 0o600, True), name


def test_a_secret_is_where_somebody_needs_it(blueprints: Mapping[str, Blueprint]) -> None:
    """No token lies on a machine for nobody."""
    there = {f.path for f in blueprints["control"].files if "/secrets/" in f.path}
    assert there == {f"/etc/pgbaton/secrets/{name}" for names in KNOWS.values() for name in names}


def test_user_data_holds_no_secret_but_the_host_key(
    ground: Ground, blueprints: Mapping[str, Blueprint]
) -> None:
    """Whoever reads the metadata service as root learns nothing that opens another machine."""
    for name, blueprint in blueprints.items():
        text = blueprint.fragments["cloud-init.yml"].text
        found = [n for n, secret in _private(ground).items() if secret in text]
        assert found == [str(ground.keyring.folder / "ssh/hosts" / name)]


def test_a_machine_can_be_born_before_its_tokens_are_there(
    ground: Ground, blueprints: Mapping[str, Blueprint]
) -> None:
    """The same user data, though nobody has brought Linode's token or Slack's."""
    folder = ground.keyring.folder / "secrets"
    away = folder.rename(folder.with_name("away"))
    try:
        born = first_boots(ground.inventory, ground.keyring)
    finally:
        away.rename(folder)
    assert born == {n: b.fragments["cloud-init.yml"].text for n, b in blueprints.items()}
