"""Who is let in, and what everybody else learns: nothing."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from tests.unit.webhook.pages.desk import Visit
from webhook.pages.credentials import (
    BadCredentials,
    Credentials,
    new_token,
    password_hash,
    read_credentials,
)
from webhook.pages.door import local_path

HTML = {"Accept": "text/html"}
PASSWORD = "a rather long password"
HASH = password_hash(PASSWORD)
PATHS = (
    "/",
    "/clusters/shop",
    "/clusters/none",
    "/incidents/shop-2",
    "/incidents/shop-2/report",
    "/x",
)
BARE = ("/fragment", "/live", "/incidents/shop-2/fragment", "/incidents/shop-2/report.md")


@pytest.fixture
def visit() -> Visit:
    made = Visit(passwords=(HASH,))
    made.fail_over()
    return made


def sign_in(visit: Visit, secret: str, **more: str) -> TestResponse:
    return visit.stranger.post("/login", data={"secret": secret, **more}, headers=HTML)


@pytest.mark.parametrize("path", PATHS)
def test_a_strangers_browser_gets_the_form_and_a_script_a_401(visit: Visit, path: str) -> None:
    """Known and unknown addresses alike; neither says what there is."""
    away = visit.stranger.get(path, headers=HTML)
    assert away.status_code == 303
    assert away.location.startswith("/login")
    bare = visit.stranger.get(path)
    assert bare.status_code == 401
    form = visit.stranger.get(away.location, headers=HTML).text
    for text in (bare.text, form):
        for word in ("pg1", "pg2", "web1", "pgbaton", "0.1.0"):
            assert word not in text


@pytest.mark.parametrize("path", BARE)
def test_what_no_person_opens_is_a_bare_401(visit: Visit, path: str) -> None:
    """Without a word about what is there."""
    answer = visit.stranger.get(path)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.text == "Sign in, or send a token.\n"


@pytest.mark.parametrize("path", ["/fragment", "/live", "/incidents/shop-2/fragment"])
def test_what_a_live_page_fetches_is_no_form_whatever_it_accepts(visit: Visit, path: str) -> None:
    """Its script asks for HTML; it would take the form for the page's parts."""
    answer = visit.stranger.get(path, headers=HTML)
    assert (answer.status_code, answer.text) == (401, "Sign in, or send a token.\n")


def test_strangers_may_ask_whether_it_lives(visit: Visit) -> None:
    """And fetch the form's stylesheet, but not the script."""
    assert visit.stranger.get("/healthz").text == "ok\n"
    page = visit.page("/")
    style = page.partition('stylesheet" href="')[2].partition('"')[0]
    script = page.partition('script src="')[2].partition('"')[0]
    assert visit.stranger.get(style).status_code == 200
    assert visit.stranger.get(script).status_code == 401


@pytest.mark.parametrize(
    "token",
    ["", "x", new_token(), "ü", "a b", "x" * 100_000],
    ids=["none", "short", "another", "umlaut", "blank", "long"],  # a random one differs by worker
)
def test_another_token_is_refused(visit: Visit, token: str) -> None:
    """As a bearer, whatever it looks like."""
    headers = {"Authorization": f"Bearer {token}", **HTML}
    assert visit.stranger.get("/", headers=headers).status_code == 401


def test_a_password_opens_until_twelve_hours_are_over(visit: Visit) -> None:
    """The cookie is not for scripts, nor for other sites, and goes over https alone; here the request
    came over plain http from this very machine."""
    answer = sign_in(visit, PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    assert "pg2" in visit.stranger.get("/").text
    visit.world.clock.pass_by(12 * 3600 - 1)
    assert visit.stranger.get("/").status_code == 200
    visit.world.clock.pass_by(2)
    assert visit.stranger.get("/").status_code == 401


@pytest.mark.parametrize(
    ("base", "address"),
    [
        ("https://127.0.0.1", "127.0.0.1"),
        ("http://pages.example.com", "127.0.0.1"),
        ("http://127.0.0.1", "10.0.0.7"),
        ("http://127.0.0.1.example.com", "127.0.0.1"),
    ],
)
def test_everywhere_else_the_cookie_is_for_https_alone(
    visit: Visit, base: str, address: str
) -> None:
    """Behind a proxy, from another machine, under another name."""
    answer = visit.app.test_client().post(
        "/login", data={"secret": visit.token}, base_url=base, environ_base={"REMOTE_ADDR": address}
    )
    assert "Secure" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize("secret", ["", "wrong", PASSWORD + " ", HASH, "\x00", "ü" * 900])
def test_a_wrong_secret_is_refused_without_a_cookie(visit: Visit, secret: str) -> None:
    """The hash itself is none."""
    answer = sign_in(visit, secret)
    assert answer.status_code == 401
    assert "Set-Cookie" not in answer.headers
    assert "no password or token" in answer.text


def test_another_password_ends_all_sessions(visit: Visit) -> None:
    """Sessions are signed with what follows from the hashes."""
    cookie = sign_in(visit, PASSWORD).headers["Set-Cookie"].partition(";")[0]
    assert (
        visit.app.test_client(use_cookies=False).get("/", headers={"Cookie": cookie}).status_code
        == 200
    )
    changed = Visit(world=visit.world, passwords=(HASH, password_hash("another long password")))
    assert (
        changed.app.test_client(use_cookies=False).get("/", headers={"Cookie": cookie}).status_code
        == 401
    )


def test_signing_out_needs_the_form_of_this_session(visit: Visit) -> None:
    """Another site's form changes nothing."""
    sign_in(visit, PASSWORD)
    page = visit.stranger.get("/").text
    word = page.partition('name="word" value="')[2].partition('"')[0]
    for forged in ("", "x", word + "x"):
        assert visit.stranger.post("/logout", data={"word": forged}).status_code == 403
    assert visit.stranger.get("/logout").status_code == 405
    assert visit.stranger.get("/").status_code == 200
    assert visit.stranger.post("/logout", data={"word": word}).status_code == 303
    assert visit.stranger.get("/").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_site_cannot_sign_anybody_in(visit: Visit, headers: dict[str, str]) -> None:
    """Not even with the right password."""
    answer = visit.stranger.post("/login", data={"secret": PASSWORD}, headers=headers)
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


def test_guessing_is_slowed_for_an_address_but_not_for_a_token(visit: Visit) -> None:
    """Six tries a minute; then even the right password waits, while a token, which nobody guesses, does
    not; another address is not concerned, and a minute later all is well."""
    answers = [sign_in(visit, f"guess {n}").status_code for n in range(7)]
    assert answers == [401] * 6 + [429]
    slowed = sign_in(visit, PASSWORD)
    assert (slowed.status_code, slowed.headers["Retry-After"]) == (429, "10")
    other = visit.app.test_client().post(
        "/login", data={"secret": PASSWORD}, environ_base={"REMOTE_ADDR": "10.1.1.1"}
    )
    assert other.status_code == 303
    assert sign_in(visit, visit.token).status_code == 303
    visit.world.clock.pass_by(60)
    assert sign_in(visit, PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("asked", "goes"),
    [
        ("/incidents/shop-2?before=3", "/incidents/shop-2?before=3"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/x\\..\\y", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("", "/"),
        ("x", "/"),
    ],
)
def test_signing_in_leads_to_a_local_path_or_to_the_front(
    visit: Visit, asked: str, goes: str
) -> None:
    """Whatever `next` says."""
    assert local_path(asked) == goes
    assert sign_in(visit, visit.token, next=asked).location == goes


def test_after_signing_in_one_is_where_one_wanted_to_be(visit: Visit) -> None:
    """The form carries the address that was asked for."""
    away = visit.stranger.get("/incidents/shop-2?before=9", headers=HTML)
    form = visit.stranger.get(away.location).text
    assert 'name="next" value="/incidents/shop-2?before=9"' in form


@pytest.mark.parametrize(
    ("passwords", "tokens", "says"),
    [
        ([], [], "pgbaton keys viewer"),
        (["plain"], [], "secret viewer-password: word 1 is no hash"),
        ([HASH, HASH[:-1]], [], "secret viewer-password: word 2 is no hash"),
        ([], ["X" * 64], "secret viewer-tokens: word 1 is no hash"),
        ([HASH.replace("scrypt", "md5")], ["a" * 63], "secret viewer-tokens: word 1"),
    ],
)
def test_secrets_that_let_nobody_in_are_named_and_not_shown(
    passwords: list[str], tokens: list[str], says: str
) -> None:
    """All at once, with what to do."""
    found = read_credentials(passwords, tokens)
    assert isinstance(found, BadCredentials)
    assert says in str(found)
    assert not any(word in str(found) for word in (*passwords, *tokens))


def test_several_passwords_hold_while_they_rotate() -> None:
    """Each of them opens, and nothing else does; without any, every try fails."""
    both = Credentials(passwords=(HASH, password_hash("the next password")))
    assert both.has_password(PASSWORD)
    assert both.has_password("the next password")
    assert not both.has_password("")
    assert not Credentials().has_password("")
