import stat

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from jobs.signatures import Message, VerifyKeys, public_key, sign, verify
from tests.unit.deploy.cli.desk import Operator
from webhook.pages import Credentials, read_credentials

MESSAGE = Message(id="x", timestamp="1", body=b"{}")


def test_the_pair_signs_for_the_hook_and_for_us(ann: Operator) -> None:
    """Both private files belong to the public key on standard output, and nobody else can read them."""
    seen = ann.types("keys", "sender", "pg1", "--folder", str(ann.folder))
    assert seen.exit_code == 0
    text = seen.stdout.removeprefix('keys = ["').removesuffix('"]\n')
    public = public_key(text)
    ours = (ann.folder / "sender-key-pg1").read_text().strip()
    assert verify(MESSAGE, sign(MESSAGE, ours), VerifyKeys(public=(public,)))
    pem = load_pem_private_key((ann.folder / "pg1.pem").read_bytes(), None)
    assert pem.public_key() == public
    assert {stat.S_IMODE(f.stat().st_mode) for f in ann.folder.iterdir()} == {0o600}
    assert ours not in seen.output


def test_a_key_is_never_overwritten(ann: Operator) -> None:
    """A second call changes no file."""
    ann.types("keys", "sender", "pg1", "--folder", str(ann.folder))
    before = {f.name: f.read_bytes() for f in ann.folder.iterdir()}
    seen = ann.types("keys", "sender", "pg1", "--folder", str(ann.folder))
    assert seen.exit_code == 1
    assert {f.name: f.read_bytes() for f in ann.folder.iterdir()} == before


@pytest.mark.parametrize("name", ["../pg1", "a/b", "", ".hidden", "a b"])
def test_a_name_is_no_path(ann: Operator, name: str) -> None:
    """Only what the inventory takes as a sender's name is a name."""
    assert ann.types("keys", "sender", "--folder", str(ann.folder), "--", name).exit_code == 2
    assert list(ann.folder.iterdir()) == []


def credentials(password: str = "", token: str = "") -> Credentials:
    found = read_credentials(password.split(), token.split())
    assert isinstance(found, Credentials)
    return found


def test_a_viewers_password_comes_from_standard_input_and_leaves_as_a_hash(ann: Operator) -> None:
    """The hash alone on standard output; the password nowhere."""
    seen = ann.types("keys", "viewer", answer="correct horse battery\n")
    assert seen.exit_code == 0
    known = credentials(password=seen.stdout)
    assert known.has_password("correct horse battery")
    assert not known.has_password("correct horse batter")
    assert "horse" not in seen.output


def test_a_password_and_a_token_can_be_made_up_and_are_shown_once(ann: Operator) -> None:
    """On standard error, away from what goes into a file."""
    made = ann.types("keys", "viewer", "--generate")
    said = made.stderr.partition("shown once: ")[2].partition("\n")[0]
    assert credentials(password=made.stdout).has_password(said)
    made = ann.types("keys", "viewer", "--token")
    said = made.stderr.partition("the form): ")[2].partition("\n")[0]
    assert credentials(token=made.stdout).has_token(said)
    assert said not in made.stdout


@pytest.mark.parametrize("typed", ["", "\n", "elevenchars\n"])
def test_a_short_password_is_refused(ann: Operator, typed: str) -> None:
    """With what would do."""
    seen = ann.types("keys", "viewer", answer=typed)
    assert seen.exit_code == 2
    assert "at least 12 characters" in seen.stderr
    assert seen.stdout == ""


def test_a_token_is_always_made_up(ann: Operator) -> None:
    """The two options contradict each other."""
    assert ann.types("keys", "viewer", "--token", "--generate").exit_code == 2
