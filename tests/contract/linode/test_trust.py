"""Who asks Linode's API, and who answers: tokens that never show, and certificates that are signed."""

import secrets
import ssl
from pathlib import Path

import pytest

from jobs.inventory import Inventory, load_inventory
from tests.contract import ports
from tests.contract.certificates import Authority
from tests.contract.linode.api_server import (
    closing,
    errors,
    page,
    serving,
)
from tests.contract.linode.questions import QUESTIONS, TOKEN, refused
from tests.world import INVENTORY
from workers.linode import Api
from workers.secrets import Secrets
from workers.ways import linode_of


def _read(api: Api) -> object:
    return QUESTIONS["balancer"](api, 5)


def test_a_call_says_who_asks() -> None:
    """The token, pgbaton's name and version, and nothing from the surroundings."""
    with serving(page()) as served:
        _read(Api(served.url, token=TOKEN))
        (head,) = served.heads
    assert f"Authorization: Bearer {TOKEN}" in head
    assert "User-Agent: pgbaton/" in head


def test_the_surroundings_have_no_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a proxy nor a netrc of whoever started us comes between."""
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine 127.0.0.1 login someone password {secrets.token_hex(8)}\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{ports.free()[0]}")
    monkeypatch.setenv("NO_PROXY", "")
    with serving(page()) as served:
        _read(Api(served.url, token=TOKEN))
        assert f"Authorization: Bearer {TOKEN}" in served.heads[0]


@pytest.mark.parametrize("break_", ["\n", "\r\n", " ", "\t", "\x00", "\u2013"])
@pytest.mark.parametrize("question", ["balancer", "set a mode"])
def test_a_token_that_is_none_is_never_sent(break_: str, question: str) -> None:
    """A line break in it would be a header of its own; the message shows neither half."""
    halves = TOKEN[:32], TOKEN[32:]
    with serving(page()) as served:
        told = refused(Api(served.url, token=break_.join(halves)), question)
        assert "linode-token" in told.remedy
        assert not any(half in str(told) for half in halves)
        assert served.asked == []


def test_line_breaks_around_a_token_do_no_harm() -> None:
    """Files end with one."""
    with serving(page()) as served:
        assert _read(Api(served.url, token=f"{TOKEN}\r\n")) is None


def test_no_token_gets_into_what_is_said() -> None:
    """Not even where the other side says it first, or where the API itself is shown."""
    with serving(errors(400, f"what is {TOKEN}?")) as served:
        api = Api(served.url, token=TOKEN)
        assert "what is …?" in refused(api).reason
    assert TOKEN not in repr(api) + repr(api.refusals)


def test_a_certificate_must_be_signed_by_whom_we_trust(tmp_path: Path) -> None:
    """The right authority is enough; another, none, a file that is none, and plain text are not."""
    ours, others = Authority(tmp_path), Authority(tmp_path, name="another authority")
    pair = ours.issue("linode")
    (tmp_path / "empty.pem").touch()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.cert, pair.key)
    with serving(page(), context=context) as served:
        assert _read(Api(served.url, token=TOKEN, ca=str(ours.ca))) is None
        for ca, why in (
            (str(others.ca), "shows a certificate that is refused: unable to get local issuer"),
            (None, "shows a certificate that is refused: "),
            (str(tmp_path / "empty.pem"), "cannot be asked over TLS: no certificate or crl found"),
            (str(tmp_path / "gone.pem"), "cannot be asked: Could not find a suitable TLS CA"),
        ):
            told = refused(Api(served.url, token=TOKEN, ca=ca))
            assert told.reason.startswith(f"{served.place} {why}")
            assert "linode.ca" in told.remedy
        assert len(served.asked) == 1


def test_tls_to_a_port_without_it_is_said() -> None:
    """A URL with one letter too many ends in words, and in time."""
    with serving(closing(errors(400, "what?"))) as served:
        told = refused(Api(served.url.replace("http", "https"), token=TOKEN), timeout=1)
        assert told.reason.startswith(served.place)


def test_the_toolbox_builds_it_from_inventory_and_secret() -> None:
    """With the secret linode-token there is an API at linode.url; without it there is none."""
    with serving(page()) as served:
        inventory = load_inventory(f'{INVENTORY}\n[linode]\nurl = "{served.url}"\n')
        assert isinstance(inventory, Inventory), str(inventory)
        assert linode_of(inventory, Secrets({})) is None
        api = linode_of(inventory, Secrets({"PGBATON_LINODE_TOKEN": f"{TOKEN}\n"}))
        assert api is not None
        assert _read(api) is None
