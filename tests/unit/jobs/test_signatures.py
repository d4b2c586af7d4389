import base64
import hashlib
import hmac
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.signatures import (
    MAX_SIGNATURES,
    KeyPair,
    Message,
    VerifyKeys,
    key_pair,
    private_key,
    public_key,
    secret_bytes,
    secret_text,
    sign,
    verify,
)

PAIR, OTHER = key_pair(secrets.token_bytes(32)), key_pair(secrets.token_bytes(32))
SECRET = secret_text(secrets.token_bytes(32))
MESSAGE = Message(id="db1-1", timestamp="1700000000", body=b'{"a": 1}')


def public(*pairs: KeyPair) -> VerifyKeys:
    return VerifyKeys(public=tuple(public_key(p.public) for p in pairs))


def shared(*texts: str) -> VerifyKeys:
    return VerifyKeys(secrets=tuple(map(secret_bytes, texts)))


def test_ed25519_signatures_fit_their_key_only() -> None:
    """A v1a signature fits the public half of its pair, and no other."""
    signature = sign(MESSAGE, PAIR.private)
    assert signature.startswith("v1a,")
    assert verify(MESSAGE, signature, public(PAIR))
    assert not verify(MESSAGE, signature, public(OTHER))


def test_hmac_is_what_the_specification_says() -> None:
    """A v1 signature is the HMAC-SHA256 of id, timestamp and body, joined by dots, in base64."""
    raw = base64.b64decode(SECRET.removeprefix("whsec_"))
    mac = hmac.new(raw, b'db1-1.1700000000.{"a": 1}', hashlib.sha256).digest()
    assert sign(MESSAGE, SECRET) == "v1," + base64.b64encode(mac).decode()
    assert verify(MESSAGE, sign(MESSAGE, SECRET), shared(SECRET))


def test_one_fitting_signature_among_several_is_enough() -> None:
    """A sender that signs with its old and its new key is understood by whoever knows either."""
    both = f"{sign(MESSAGE, OTHER.private)} {sign(MESSAGE, PAIR.private)}"
    assert verify(MESSAGE, both, public(PAIR))
    assert verify(MESSAGE, both, public(OTHER))


def test_several_keys_let_either_signature_in() -> None:
    """While keys rotate, the webhook knows both."""
    for pair in (PAIR, OTHER):
        assert verify(MESSAGE, sign(MESSAGE, pair.private), public(PAIR, OTHER))


def test_a_version_is_checked_by_its_own_keys_only() -> None:
    """A signature under the other version's name, or an unknown one, fits nothing."""
    signature = sign(MESSAGE, SECRET).removeprefix("v1,")
    for version in ("v1a", "v2", "V1", ""):
        assert not verify(MESSAGE, f"{version},{signature}", shared(SECRET))
    assert not verify(MESSAGE, f"v1,{signature}", public(PAIR))


def test_no_keys_let_nothing_in() -> None:
    """A sender without a key of the signature's kind is a stranger."""
    assert not verify(MESSAGE, sign(MESSAGE, SECRET), VerifyKeys())


def test_only_so_many_signatures_are_looked_at() -> None:
    """A long header does not buy more than eight verifications."""
    header = "v1,AAAA " * MAX_SIGNATURES + sign(MESSAGE, SECRET)
    assert not verify(MESSAGE, header, shared(SECRET))
    assert verify(MESSAGE, header.removeprefix("v1,AAAA "), shared(SECRET))


@given(st.text(max_size=200))
def test_no_header_raises_or_fits(header: str) -> None:
    """Whatever stands in the header, only a real signature fits."""
    keys = VerifyKeys(public=public(PAIR).public, secrets=shared(SECRET).secrets)
    assert not verify(MESSAGE, header, keys)


@given(st.binary(max_size=100), st.integers(min_value=0, max_value=7), st.data())
def test_a_changed_bit_anywhere_fits_no_more(body: bytes, bit: int, data: st.DataObject) -> None:
    """Each byte of the body is covered by both kinds of signature."""
    at = data.draw(st.integers(min_value=0, max_value=len(body)))
    changed = bytearray(body + b"\0")
    changed[at] ^= 1 << bit
    message = Message(id="a", timestamp="1", body=body + b"\0")
    forged = Message(id="a", timestamp="1", body=bytes(changed))
    keys = VerifyKeys(public=public(PAIR).public, secrets=shared(SECRET).secrets)
    for key in (PAIR.private, SECRET):
        assert verify(message, sign(message, key), keys)
        assert not verify(forged, sign(message, key), keys)


def test_id_and_timestamp_are_covered() -> None:
    """A signature cannot be carried over to another id or another time."""
    signature = sign(MESSAGE, PAIR.private)
    for id_, timestamp in (("db1-2", "1700000000"), ("db1-1", "1700000001")):
        moved = Message(id=id_, timestamp=timestamp, body=MESSAGE.body)
        assert not verify(moved, signature, public(PAIR))


def test_no_byte_moves_between_a_signature_and_what_it_covers() -> None:
    """A signature with what was cut off the id behind it would fit, were its length not looked at."""
    whole = Message(id="12-3", timestamp="1700000000", body=b"{}")
    signature = base64.b64decode(sign(whole, PAIR.private).removeprefix("v1a,"))
    cut = Message(id="-3", timestamp=whole.timestamp, body=whole.body)
    assert b"12" + cut.content == whole.content
    for raw in (signature + b"12", signature + b"1", signature[:-1], b""):
        text = "v1a," + base64.b64encode(raw).decode()
        assert not verify(cut, text, public(PAIR))
        assert not verify(whole, text, public(PAIR))


def test_a_private_key_may_carry_its_public_half() -> None:
    """Both spellings of whsk_ sign alike: the seed alone, and seed with public key."""
    seed = base64.b64decode(PAIR.private.removeprefix("whsk_"))
    whole = seed + base64.b64decode(PAIR.public.removeprefix("whpk_"))
    text = "whsk_" + base64.b64encode(whole).decode()
    assert sign(MESSAGE, text) == sign(MESSAGE, PAIR.private)


def test_keys_that_do_not_belong_together_are_refused() -> None:
    """A private key with another pair's public half would sign what nobody can verify."""
    seed = base64.b64decode(PAIR.private.removeprefix("whsk_"))
    whole = seed + base64.b64decode(OTHER.public.removeprefix("whpk_"))
    with pytest.raises(ValueError, match="not its seed's"):
        private_key("whsk_" + base64.b64encode(whole).decode())


@pytest.mark.parametrize("count", [0, 23, 65])
def test_a_secret_of_the_wrong_length_is_refused(count: int) -> None:
    """Fewer than 24 bytes can be guessed, more than 64 the specification does not know."""
    with pytest.raises(ValueError, match=f"24 to 64 bytes in base64, not {count}"):
        secret_text(secrets.token_bytes(count))


@pytest.mark.parametrize(
    "text",
    [
        *("", "whpk_", "whpk_####", "AAAA", "whpk_ AAA="),
        pytest.param(PAIR.private, id="a private one"),
    ],
)
def test_what_is_no_public_key_is_refused(text: str) -> None:
    """The message says how a key looks, and shows nothing of it."""
    with pytest.raises(ValueError, match="whpk_") as caught:
        public_key(text)
    assert PAIR.private not in str(caught.value)


def test_nothing_secret_is_printed() -> None:
    """Neither a pair nor the verifying keys show in a log what must stay secret."""
    shown = repr(PAIR) + repr(shared(SECRET))
    assert PAIR.private not in shown
    assert repr(secret_bytes(SECRET)) not in shown
