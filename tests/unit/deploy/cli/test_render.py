"""`pgbaton render`, as somebody types it."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.render.written import inventory_toml
from tests.ground import Ground, pretended
from tests.unit.deploy.cli.desk import Operator


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    """Give a site whose inventory and keys lie side by side, as they do by default."""
    ground = pretended(tmp_path / "site/keys")
    (tmp_path / "site/inventory.toml").write_text(inventory_toml(ground.inventory))
    return ground


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
    for file in ground.keyring.folder.rglob("*"):
        assert not file.is_file() or file.read_text() not in said


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
