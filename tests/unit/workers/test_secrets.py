from pathlib import Path

import pytest

from workers.secrets import Secrets, SecretUnreadableError


def test_a_secret_comes_from_the_environment() -> None:
    """Whatever is no letter or digit in the name is an underscore in the variable."""
    secrets = Secrets({"PGBATON_PROBE_ORDERS_EU_1_PASSWORD": "hush"})
    assert secrets.get("probe-orders.eu-1-password") == "hush"
    assert secrets.get("redis-password") is None


def test_a_secret_comes_from_a_named_file(tmp_path: Path) -> None:
    """PGBATON_…_FILE names a file; its last newline is none of the secret."""
    (tmp_path / "pw").write_text(" hush hush\n")
    secrets = Secrets({"PGBATON_REDIS_PASSWORD_FILE": str(tmp_path / "pw")})
    assert secrets.get("redis-password") == " hush hush"
    assert secrets.words("redis-password") == ("hush", "hush")


def test_a_secret_comes_from_systemds_credentials(tmp_path: Path) -> None:
    """LoadCredential= puts files by name into a folder."""
    (tmp_path / "redis-password").write_text("hush")
    secrets = Secrets({"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert secrets.get("redis-password") == "hush"
    assert secrets.get("ssh-key") is None


def test_the_environment_wins(tmp_path: Path) -> None:
    """A variable goes before any file; an empty one switches a secret off."""
    (tmp_path / "redis-password").write_text("file")
    folder = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert Secrets({"PGBATON_REDIS_PASSWORD": "env", **folder}).get("redis-password") == "env"
    assert Secrets({"PGBATON_REDIS_PASSWORD": "", **folder}).get("redis-password") is None


def test_a_named_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    """A missing file is no missing secret: the message says what to mend."""
    secrets = Secrets({"PGBATON_SSH_KEY_FILE": str(tmp_path / "gone")})
    with pytest.raises(SecretUnreadableError, match=r"secret ssh-key.*gone.*mend its path"):
        secrets.get("ssh-key")


def test_nothing_is_shown() -> None:
    """Neither the values nor where they are show in a log."""
    assert repr(Secrets({"PGBATON_REDIS_PASSWORD": "hush"})) == "Secrets()"
