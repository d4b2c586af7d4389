"""Host keys of the inventory, as they are pinned."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from workers.ssh.keys import BadKeyError, pinned_keys


def host_key() -> str:
    """A fresh key as known_hosts writes it."""
    public = Ed25519PrivateKey.generate().public_key()
    return public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def test_a_whole_key_is_pinned() -> None:
    """With or without a comment behind it."""
    field = host_key()
    [bare], [remarked] = pinned_keys([field]), pinned_keys([f"{field} web1"])
    assert bare == remarked
    assert bare.get_base64() == field.split()[1]


@pytest.mark.parametrize("cut", [1, 4, 20])
def test_a_key_that_lost_its_end_is_named(cut: int) -> None:
    """Padded with nothing, it would be a key that no host shows: refused for ever."""
    kind, text = host_key().split()
    raw = base64.b64decode(text)[:-cut]
    field = f"{kind} {base64.b64encode(raw).decode()}"
    with pytest.raises(BadKeyError, match="is cut") as refused:
        pinned_keys([host_key(), field])
    assert field[:40] in str(refused.value)


@pytest.mark.parametrize("field", ["", "ssh-ed25519", "ssh-ed25519 ???", "ssh-other AAAA"])
def test_what_is_no_key_is_named(field: str) -> None:
    """And told apart from a key that is cut."""
    with pytest.raises(BadKeyError, match="is none"):
        pinned_keys([field])
