"""The guide's first steps, one after the other: what `pgbaton init` writes is created, checked and rendered."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.cli.command import main
from deploy.cli.equipped import EquippedDesk
from tests.contract.linode.double import Double

NEXT = (("keys", "renew"), ("keys", "show"), ("check", "--strict"), ("render", "out"))


@pytest.mark.parametrize(
    ("words", "machines", "more"),
    [
        ((), 9, ""),
        (("--compact", "--hosts", "1", "--controls", "2"), 6, 'endpoint = "nodebalancer"\n'),
    ],
    ids=["at the leader", "behind the balancer"],
)
def test_from_a_few_answers_to_rendered_machines(
    make_double: Callable[..., Double],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    machines: int,
    more: str,
) -> None:
    """Every step ends with 0, no comment of the inventory is lost, and nothing is left to complete: a
    NodeBalancer's address neither, which its applications need and only Linode can tell."""
    monkeypatch.chdir(tmp_path)
    double, file = make_double(), tmp_path / "inventory.toml"
    environ = {"PGBATON_INVENTORY": str(file), "PATH": "/usr/bin:/bin"}

    def types(*typed: str, token: str | None = None) -> Result:
        desk = EquippedDesk({**environ, **({"PGBATON_LINODE_TOKEN": token} if token else {})})
        return CliRunner(env=environ).invoke(main, typed, obj=desk, catch_exceptions=False)

    begun = types("init", str(file), "--yes", "--operators", "203.0.113.7", *words)
    assert begun.exit_code == 0, begun.output
    comments = [line for line in file.read_text().splitlines() if line.startswith("#")]
    text = file.read_text().replace("[applications.shop]\n", f"[applications.shop]\n{more}")
    file.write_text(f'{text}\n[linode]\nurl = "{double.url}"\n')
    (tmp_path / "keys/secrets/linode-token").write_text(double.token)
    made = types("provision", "--write", token=double.token)
    assert made.exit_code == 0, made.output
    for step in NEXT:
        seen = types(*step)
        assert seen.exit_code == 0, (step, seen.output)
    assert [line for line in file.read_text().splitlines() if line.startswith("#")] == comments
    assert len([one for one in (tmp_path / "out").iterdir() if one.is_dir()]) == machines
    assert "worth a look" not in types("check").output
