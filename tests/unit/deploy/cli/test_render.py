"""`pgbaton render`, as somebody types it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from deploy.keyring import Keyring
from deploy.render.written import inventory_toml
from tests.ground import Ground, made
from tests.unit.deploy.cli.desk import Operator


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Give keys that are real: render looks whether anything could start with them."""
    return made(tmp_path_factory.mktemp("first") / "keys")


@pytest.fixture
def ground(first: Ground, tmp_path: Path) -> Ground:
    """Give a site whose inventory and keys lie side by side, as they do by default."""
    folder = tmp_path / "site/keys"
    shutil.copytree(first.keyring.folder, folder)
    (tmp_path / "site/inventory.toml").write_text(inventory_toml(first.inventory))
    return Ground(inventory=first.inventory, keyring=Keyring(folder))


def _types(ann: Operator, *words: str) -> tuple[int, str]:
    inventory = ann.folder / "site/inventory.toml"
    seen = ann.types("render", str(ann.folder / "out"), "--inventory", str(inventory), *words)
    return seen.exit_code, seen.output


@pytest.mark.usefixtures("ground")
def test_every_machine_has_its_folder_and_its_row(ann: Operator) -> None:
    """Keys are found beside the inventory; the second run says that all is as before."""
    code, said = _types(ann)
    assert code == 0
    rows = [line.split() for line in said.splitlines()[1:-1]]
    machines = {path.name for path in (ann.folder / "out").iterdir() if path.is_dir()}
    assert {row[0] for row in rows} == machines == {
        "e1", "e2", "e3", "pg1", "pg2", "redis", "control", "web1", "web2",
    }  # fmt: skip
    assert {row[1] for row in (line.split() for line in _types(ann)[1].splitlines()[1:-1])} == {"0"}


@pytest.mark.usefixtures("ground")
def test_one_machine_alone(ann: Operator) -> None:
    """--machine renders that one; a name that there is not is answered with those that there are."""
    assert _types(ann, "--machine", "pg1")[0] == 0
    assert [p.name for p in (ann.folder / "out").iterdir() if p.is_dir()] == ["pg1"]
    code, said = _types(ann, "--machine", "pg7")
    assert code == 2
    assert "there is: e1, e2" in said


def test_no_secret_is_said(ann: Operator, ground: Ground) -> None:
    """Whatever it prints holds nothing of the keyring."""
    said = _types(ann)[1]
    lines = [
        line
        for file in ground.keyring.folder.rglob("*")
        if file.is_file() and file.parent != ground.keyring.folder
        for line in file.read_text().splitlines()
    ]
    assert len(lines) > 100
    assert [line for line in lines if line in said] == []


def test_what_is_lacking_is_said_in_two_lines(ann: Operator, ground: Ground) -> None:
    """No keys at all, one key, a secret that only people have, a foreign folder: what, and what to do."""
    folder = ground.keyring.folder
    code, said = _types(ann, "--keys", str(ann.folder / "nowhere"))
    assert (code, said.splitlines()[0]) == (
        78,
        f"pgbaton: there are no keys in {ann.folder}/nowhere",
    )
    assert "pgbaton keys make" in said
    (folder / "secrets/linode-token").unlink()
    code, said = _types(ann)
    assert code == 78
    assert f"{folder}/secrets/linode-token" in said
    (folder / "secrets/patroni-shop-rest").unlink()
    (folder / "secrets/linode-token").write_text("x")
    code, said = _types(ann)
    assert code == 78
    assert "pgbaton keys make" in said
    assert not (ann.folder / "out").exists()


@pytest.mark.parametrize("file", ["ssh/hosts/pg1", "secrets/redis-password", "ca.pem"])
def test_a_broken_key_is_not_rendered(ann: Operator, ground: Ground, file: str) -> None:
    """A machine that was given an empty host key would let nobody in any more."""
    (ground.keyring.folder / file).write_text("")
    code, said = _types(ann)
    assert (code, "nothing can start with what is in" in said) == (78, True)
    assert not (ann.folder / "out").exists()


def test_a_folder_that_others_may_read_is_not_rendered(ann: Operator, ground: Ground) -> None:
    """As `pgbaton keys` itself refuses it."""
    ground.keyring.folder.chmod(0o755)
    code, said = _types(ann)
    assert (code, f"chmod 700 {ground.keyring.folder}" in said) == (78, True)


@pytest.mark.usefixtures("ground")
def test_a_folder_of_somebody_else_s_stays_as_it_is(ann: Operator) -> None:
    """Refused, and named."""
    out = ann.folder / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("mine")
    code, said = _types(ann)
    assert code == 2
    assert "thesis.txt" in said
    assert [p.name for p in out.iterdir()] == ["thesis.txt"]


@pytest.mark.usefixtures("ground")
def test_every_mistake_of_the_inventory_is_told(ann: Operator) -> None:
    """Nothing is rendered from one that cannot be used."""
    file = ann.folder / "site/inventory.toml"
    file.write_text(file.read_text().replace('etcd = "main"', 'etcd = "other"'))
    code, said = _types(ann)
    assert code == 78
    assert "clusters.shop.etcd" in said
    assert not (ann.folder / "out").exists()
