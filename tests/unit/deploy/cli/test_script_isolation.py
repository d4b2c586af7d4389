"""What is printed for database nodes is what push would put there."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from deploy.isolate import authorized_key, isolate_script
from tests.unit.deploy.cli.desk import Operator
from tests.unit.jobs.test_isolation import sound


@pytest.fixture
def isolating(ann: Operator) -> Operator:
    """Her inventory stops a stale primary."""
    ann.world.inventory = sound("stop")
    return ann


def test_the_script_comes_out_whole(ann: Operator) -> None:
    """Byte for byte, and nothing else on standard output."""
    seen = ann.types("script", "isolate")
    assert (seen.exit_code, seen.stdout) == (0, isolate_script())


def test_its_configuration_names_the_member(isolating: Operator) -> None:
    """With TLS where its files are named; for nobody who is no member."""
    seen = isolating.types("script", "isolate-conf", "shop", "pg2", "--rest-ca", "/ca.pem")
    assert seen.exit_code == 0
    assert "rest=https://10.0.0.2:8008/leader\n" in seen.stdout
    assert "cacert=/ca.pem\n" in seen.stdout
    wrong = isolating.types("script", "isolate-conf", "shop", "pg9")
    assert wrong.exit_code == 78
    assert "add pg9" in wrong.stderr


def test_the_keys_line_is_for_one_command(isolating: Operator, tmp_path: Path) -> None:
    """A database node's line forces the script; where nothing is stopped, a member is no host."""
    public = tmp_path / "key.pub"
    made = Ed25519PrivateKey.generate().public_key()
    key = made.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    public.write_text(f"{key}\n")
    seen = isolating.types("script", "authorized-key", "pg1", str(public))
    assert (seen.exit_code, seen.stdout) == (0, authorized_key(key))
    isolating.world.inventory = sound("off")
    assert isolating.types("script", "authorized-key", "pg1", str(public)).exit_code != 0
