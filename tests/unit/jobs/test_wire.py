import hashlib
from base64 import b64encode
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.edits.splice import Splice
from jobs.fence import Fence
from jobs.inventory import Address
from jobs.remote import (
    AppSwap,
    FileFault,
    FileState,
    FileSwap,
    Journal,
    LiftRequest,
    Outcome,
    Phase,
    ReadRequest,
    ServiceRef,
    SwapRequest,
)
from jobs.wire import BadReplyError, decode_read, decode_swap, encode, quote, torn, unquote

FENCE = Fence(system="7300000000000000001", pg_timeline=3, epoch=41)
SHA = hashlib.sha256(b"DB_HOST=a\n").hexdigest()


def swap(**changes: object) -> SwapRequest:
    app = AppSwap(
        leader=Address(host="fd00::2", port=5432),
        files=(
            FileSwap(
                path="/srv/my shop/.env",
                before=SHA,
                after=None,
                splices=(Splice(offset=8, length=1, replacement=b"10.0.0.2"),),
            ),
        ),
        after=("php artisan config:cache",),
        services=(ServiceRef(name="shop", manager="runit"),),
        check="true",
    )
    parts: dict[str, object] = {
        "cluster": "shop",
        "fence": FENCE,
        "avoid": (Address(host="10.0.0.1"),),
        "apps": (app,),
    }
    return SwapRequest(**(parts | changes))  # type: ignore[arg-type]


def bad_checksum() -> FileSwap:
    return FileSwap(path="/a", before="no", after=None, splices=())


@given(st.binary(max_size=64))
def test_any_bytes_become_one_word_that_a_shell_reads(raw: bytes) -> None:
    """A word holds no space, no quote and no control character, and is never empty."""
    word = quote(raw)
    assert word
    assert set(word) <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+=,~-\\"
    )


@given(st.text(max_size=64))
def test_a_text_survives_its_word(text: str) -> None:
    """unquote undoes quote for every text."""
    text = text.encode("utf-8", "ignore").decode()
    assert unquote(quote(text)) == text


def test_a_dash_is_not_the_empty_word() -> None:
    """`-` alone stands for nothing, so a real dash is escaped."""
    assert quote("") == "-"
    assert quote("-") != "-"
    assert unquote(quote("-")) == "-"


def test_a_swap_is_told_line_by_line() -> None:
    """The whole request as the script reads it: order, quoting, last line."""
    assert encode(swap(force=True), wait=5).decode().splitlines() == [
        "pgbaton 1",
        "verb swap",
        "cluster shop",
        "wait 5.0",
        "fence 7300000000000000001/3/41",
        "avoid 10.0.0.1 5432",
        "force",
        "app /srv/my\\0040shop/.env 60.000 60.000 30.000 fd00::2 5432",
        f"file /srv/my\\0040shop/.env {SHA} - 1",
        "splice 8 1 10.0.0.2",
        "after php\\0040artisan\\0040config:cache",
        "service runit:shop",
        "check true",
        "end",
    ]


def test_a_lift_carries_the_fence_it_expects() -> None:
    """With an expected fence the host may refuse; without one it forgets whatever it holds."""
    assert b"fence 7300000000000000001/3/41" in encode(LiftRequest(cluster="shop", expected=FENCE))
    assert b"fence" not in encode(LiftRequest(cluster="shop", expected=None))


@pytest.mark.parametrize(
    "request_",
    [
        ReadRequest(cluster="shop", paths=("/srv/a\nend",)),
        ReadRequest(cluster="", paths=()),
        swap(fence=Fence(system="a b", pg_timeline=1, epoch=1)),
        swap(fence=Fence(system="a/b", pg_timeline=1, epoch=1)),
        swap(apps=(replace(swap().apps[0], files=(bad_checksum(),)),)),
    ],
)
def test_what_a_host_could_not_read_back_is_never_sent(request_: ReadRequest | SwapRequest) -> None:
    """Control characters, odd fences and broken checksums end here, not on a host."""
    with pytest.raises(ValueError):
        encode(request_)


def test_a_read_answer_becomes_values() -> None:
    """Files, faults, fence and journal, each as its own value."""
    content = b"DB_HOST=a\n"
    text = (
        f"pgbaton 1 read\nfence {FENCE}\njournal written {FENCE}\n"
        f"file /srv/a {SHA} {b64encode(content).decode()}\n"
        "fault /srv/my\\0040b\nreason does not exist\nremedy create it\nend\n"
    )
    reply = decode_read(text.encode())
    assert reply.fence == FENCE
    assert reply.journal == Journal(phase=Phase.WRITTEN, fence=FENCE)
    assert reply.files == (
        FileState(path="/srv/a", sha256=SHA, content=content),
        FileFault(path="/srv/my b", reason="does not exist", remedy="create it"),
    )


def test_a_swap_answer_becomes_values() -> None:
    """Outcome, fence, phase, services, seconds and the two sentences."""
    text = (
        f"pgbaton 1 swap\noutcome failed\nfence {FENCE}\nphase written\nrestarted shop\n"
        "seconds write 0.02\nreason php-fpm does not restart\nremedy look at its log\nend\n"
    )
    reply = decode_swap(text.encode())
    assert (reply.outcome, reply.fence, reply.phase) == (Outcome.FAILED, FENCE, Phase.WRITTEN)
    assert reply.restarted == ("shop",)
    assert reply.seconds == (("write", 0.02),)
    assert (reply.reason, reply.remedy) == ("php-fpm does not restart", "look at its log")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello\n",
        "pgbaton 1 read\nfence -\n",
        "pgbaton 2 read\nend\n",
        "pgbaton 1 swap\nfence -\nend\n",
        "pgbaton 1 read\nwhat is this\nend\n",
        "pgbaton 1 read\nfence a/b/c\nend\n",
        "pgbaton 1 read\njournal nowhere 1/1/1\nend\n",
        f"pgbaton 1 read\nfile /a {SHA} ???\nend\n",
        "pgbaton 1 read\nfault /a\nend\n",
    ],
)
def test_an_answer_that_is_none_is_refused(text: str) -> None:
    """Cut off, of another version, or of another tongue: never half a value."""
    with pytest.raises(BadReplyError):
        decode_read(text.encode())


def test_what_a_login_shell_prints_first_is_passed_over() -> None:
    """A chatty start file does not cost a failover."""
    assert decode_read(b"Welcome!\n\npgbaton 1 read\nfence -\njournal -\nend\n").fence is None


@given(st.binary(max_size=200))
def test_garbage_never_raises_anything_else(raw: bytes) -> None:
    """Whatever a host prints, the decoder ends in a value or in BadReplyError."""
    for decode in (decode_read, decode_swap):
        for text in (
            raw,
            b"pgbaton 1 read\n" + raw + b"\nend\n",
            b"pgbaton 1 swap\n" + raw + b"\nend\n",
        ):
            try:
                decode(text)
            except BadReplyError:
                continue


def test_a_torn_file_is_noticed() -> None:
    """Content and checksum of different bytes mean that somebody wrote in between."""
    assert not torn(FileState(path="/a", sha256=SHA, content=b"DB_HOST=a\n"))
    assert torn(FileState(path="/a", sha256=SHA, content=b"DB_HOST=b\n"))
