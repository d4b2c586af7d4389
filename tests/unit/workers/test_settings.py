import secrets
from pathlib import Path

import pytest

from jobs.signatures import secret_bytes, secret_text
from workers.settings import BadSettings, Settings, hmac_secrets, read_settings, settings_or_exit

GOOD = """
[redis]
url = "redis://127.0.0.1:6379/0"
[etcd.main]
endpoints = ["http://127.0.0.1:2379"]
[clusters.orders]
etcd = "main"
scope = "orders"
[senders.a]
clusters = ["orders"]
hmac = true
[senders.b]
clusters = ["orders"]
hmac = true
"""


def write(folder: Path, text: str) -> dict[str, str]:
    (folder / "inventory.toml").write_text(text)
    return {"PGBATON_INVENTORY": str(folder / "inventory.toml")}


def settings(folder: Path, **environ: str) -> Settings:
    found = read_settings({**write(folder, GOOD), **environ})
    assert isinstance(found, Settings)
    return found


def test_the_inventory_is_read_from_where_the_environment_says(tmp_path: Path) -> None:
    """PGBATON_INVENTORY names the file."""
    assert list(settings(tmp_path).inventory.senders) == ["a", "b"]


def test_every_mistake_is_told_and_the_exit_code_is_78(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody mends a file twice: all mistakes at once, each with the file it is in."""
    text = GOOD.replace("orders", "sales", 1).replace('scope = "orders"', "scpe = 1")
    with pytest.raises(SystemExit) as caught:
        settings_or_exit(write(tmp_path, text))
    assert caught.value.code == 78
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4
    assert all(line.startswith(f"{tmp_path}/inventory.toml: ") for line in lines)


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    """The message names the file and the variable that leads to another."""
    bad = read_settings({"PGBATON_INVENTORY": str(tmp_path / "none.toml")})
    assert isinstance(bad, BadSettings)
    assert "none.toml: No such file" in str(bad)
    assert "PGBATON_INVENTORY" in str(bad)


def test_shared_secrets_are_read_raw(tmp_path: Path) -> None:
    """Each sender with hmac has its secrets, several while they rotate."""
    one, two = (secret_text(secrets.token_bytes(32)) for _ in range(2))
    found = settings(tmp_path, PGBATON_SENDER_A=f"{one} {two}", PGBATON_SENDER_B=two)
    assert hmac_secrets(found) == {
        "a": (secret_bytes(one), secret_bytes(two)),
        "b": (secret_bytes(two),),
    }


def test_missing_and_malformed_secrets_are_all_told(tmp_path: Path) -> None:
    """A sender that could never be believed is found at the start, and no secret is shown."""
    short = "whsec_aHVzaA=="
    bad = hmac_secrets(settings(tmp_path, PGBATON_SENDER_B=short))
    assert isinstance(bad, BadSettings)
    assert len(bad.mistakes) == 2
    assert "PGBATON_SENDER_A" in bad.mistakes[0]
    assert "24 to 64 bytes" in bad.mistakes[1]
    assert short not in str(bad)
