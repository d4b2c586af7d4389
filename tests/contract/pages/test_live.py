from __future__ import annotations

import http.client
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.contract.pages.browser import signed_in
from tests.contract.pages.stage import PagesServer, Teller
from tests.contract.webhook.stage import RedisServer, end
from tests.waiting import until


@pytest.fixture
def page(browser: Browser, pages: PagesServer) -> Page:
    return signed_in(browser, pages.address, pages.password)


def live(page: Page) -> None:
    expect(page.locator("#watch")).to_contain_text("Live.")


def test_an_open_page_follows_an_incident_without_a_reload(
    page: Page, pages: PagesServer, teller: Teller
) -> None:
    """From nobody leading to concluded, in one and the same window; what was unfolded stays so, and so
    does the focus."""
    teller.opens()
    page.goto(f"{pages.address}/incidents/{teller.incident}")
    live(page)
    page.evaluate("window.mark = 'the same window'")
    expect(page.locator("h1")).to_contain_text("Nobody is proven to lead shop")
    page.locator(f"#e{teller.first + 1} summary").click()
    page.locator(f"#e{teller.first + 1} summary").focus()
    teller.verified(["web1", "web2"])
    expect(page.locator("h1")).to_contain_text("pg2 leads shop")
    expect(page.locator("h1")).to_contain_text("0 of 2 follow so far")
    teller.follows("web1")
    expect(page.locator("h1")).to_contain_text("1 of 2 follow so far")
    teller.follows("web2")
    teller.concludes()
    expect(page.locator(".standing")).to_contain_text("concluded")
    expect(page.locator("#watch")).to_contain_text("Everything follows it now.")
    assert page.evaluate("window.mark") == "the same window"
    assert page.locator(f"#d{teller.first + 1}").get_attribute("open") is not None
    assert page.evaluate("document.activeElement.closest('li').id") == f"e{teller.first + 1}"
    assert page.locator("svg.pbp:visible").count() == 1


def test_the_front_page_shows_a_new_incident_by_itself(
    page: Page, pages: PagesServer, teller: Teller
) -> None:
    """It appears in the list of an open page."""
    live(page)
    expect(page.get_by_role("link", name=teller.incident)).to_have_count(0)
    page.evaluate("window.mark = 1")
    teller.opens()
    expect(page.get_by_role("link", name=teller.incident)).to_have_count(2)
    assert page.evaluate("window.mark") == 1


def test_what_is_being_read_does_not_move(page: Page, pages: PagesServer, teller: Teller) -> None:
    """Parts that grow above what is looked at do not push it away."""
    teller.opens()
    teller.verified([f"web{n}" for n in range(12)])
    page.set_viewport_size({"width": 900, "height": 500})
    page.goto(f"{pages.address}/incidents/{teller.incident}")
    live(page)
    page.locator("#chain").scroll_into_view_if_needed()
    place = "document.getElementById('chain').getBoundingClientRect().top"
    down = page.evaluate("scrollY + 400")
    page.mouse.wheel(0, 400)
    lowest = "document.documentElement.scrollHeight - innerHeight"
    page.wait_for_function(f"down => scrollY >= Math.min(down, {lowest}) - 1", arg=down)
    before = page.evaluate(place)
    teller.follows("web1", outcome="check-failed", reason="the check said 502", remedy="look")
    expect(page.locator("#targets + .scroll")).to_contain_text("the check said 502")
    assert abs(page.evaluate(place) - before) < 60


def test_while_redis_is_down_the_page_keeps_what_it_has_and_says_so(
    page: Page, pages: PagesServer, redis: RedisServer, teller: Teller
) -> None:
    """And goes on by itself once Redis is back."""
    teller.opens()
    page.goto(f"{pages.address}/incidents/{teller.incident}")
    live(page)
    end(redis.process, signal.SIGKILL)
    expect(page.locator("#watch")).to_contain_text("Redis cannot be read")
    expect(page.locator("h1")).to_contain_text("Nobody is proven")
    redis.start()
    live(page)
    teller.verified(["web1"])
    expect(page.locator("h1")).to_contain_text("pg2 leads")


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        pytest.param(lambda _: None, "The connection is lost", id="hangs"),
        pytest.param(lambda route: route.abort(), "The connection is lost", id="breaks"),
        pytest.param(lambda route: route.fulfill(status=503), "Redis cannot be read", id="503"),
        pytest.param(lambda route: route.fulfill(status=500), "cannot be read anew", id="500"),
    ],
)
def test_news_that_could_not_be_fetched_is_asked_for_again(
    page: Page, pages: PagesServer, teller: Teller, trouble: Callable[[Route], None], told: str
) -> None:
    """One request that hangs, breaks or fails is told, and repeated by itself although nothing newer
    comes: an incident's last entry may be the one that was missed."""
    teller.opens()
    page.goto(f"{pages.address}/incidents/{teller.incident}")
    live(page)
    page.wait_for_timeout(1500)
    said = sayings(page)
    page.route("**/fragment", trouble, times=1)
    teller.verified(["web1"])
    expect(page.locator("h1")).to_contain_text("pg2 leads")
    expect(page.locator("#watch")).to_contain_text("Live.")
    assert told in "\n".join(said())


def sayings(page: Page) -> Callable[[], list[str]]:
    """Give the function that tells all that the page says from now on, however soon it says something else."""
    page.evaluate("""() => {
        const watch = document.getElementById("watch");
        window.said = [];
        new MutationObserver(() => window.said.push(watch.textContent))
            .observe(watch, { childList: true, characterData: true, subtree: true });
    }""")
    return lambda: list(page.evaluate("window.said"))


def test_a_session_that_ends_while_a_page_is_open_leads_to_the_form_and_back(
    page: Page, pages: PagesServer, teller: Teller
) -> None:
    """With the next news the form appears by itself, and whoever signs in sees the page that was open."""
    teller.opens()
    address = f"{pages.address}/incidents/{teller.incident}"
    page.goto(address)
    live(page)
    page.context.clear_cookies()
    teller.verified(["web1"])
    page.get_by_label("Password or token").fill(pages.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("h1")).to_contain_text("pg2 leads")
    assert page.url == address
    live(page)


def test_a_proxy_that_sends_the_fetch_elsewhere_never_empties_the_page(
    page: Page, pages: PagesServer, teller: Teller
) -> None:
    """What stands there is no part of the page: it is opened anew, as a person would be led there."""
    teller.opens()
    page.goto(f"{pages.address}/incidents/{teller.incident}")
    live(page)
    elsewhere = {"Location": f"{pages.address}/healthz"}
    page.route("**/fragment", lambda route: route.fulfill(status=303, headers=elsewhere), times=1)
    teller.verified(["web1"])
    expect(page.locator("h1")).to_contain_text("pg2 leads")
    live(page)


def test_without_scripts_everything_is_there(
    browser: Browser, pages: PagesServer, teller: Teller
) -> None:
    """A hint to reload, entries that unfold, times in UTC, and signing out."""
    teller.opens()
    page = signed_in(browser, pages.address, pages.token, scripts=False)
    page.goto(f"{pages.address}/incidents/{teller.incident}")
    assert page.locator("noscript .watch").is_visible()
    page.locator(f"#e{teller.first + 1} summary").click()
    expect(page.locator(f"#e{teller.first + 1} pre")).to_contain_text('"before": "pg1"')
    expect(page.locator(f"#e{teller.first + 1} time")).to_contain_text("UTC")
    teller.verified(["web1"])
    page.reload()
    expect(page.locator("h1")).to_contain_text("pg2 leads shop")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password or token")).to_be_visible()
    page.goto(f"{pages.address}/incidents/{teller.incident}")
    expect(page.locator("body")).not_to_contain_text("pg2")


def test_one_viewer_too_many_looks_again_and_again(
    browser: Browser, redis: RedisServer, teller: Teller, tmp_path: Path
) -> None:
    """With one live place, the second page falls back to asking anew every 10 s; the place is free again
    soon after its holder left; ordinary requests never wait."""
    folder = tmp_path / "narrow"
    folder.mkdir()
    server = PagesServer(folder, redis.port, viewers=1)
    server.start()
    try:
        first = signed_in(browser, server.address, server.token)
        live(first)
        second = signed_in(browser, server.address, server.token)
        expect(second.locator("#watch")).to_contain_text("looking again every 10 s")
        second.evaluate("window.mark = 1")
        teller.opens()
        expect(first.get_by_role("link", name=teller.incident)).to_have_count(2)
        expect(second.get_by_role("link", name=teller.incident)).to_have_count(2)
        assert second.evaluate("window.mark") == 1
        first.context.close()
        until(lambda: status(server, "/live") == 200)
    finally:
        end(server.process)


def status(server: PagesServer, path: str) -> int:
    """The status of a stream, which is left at once."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {server.token}"})
        return connection.getresponse().status
    finally:
        connection.close()


def test_streams_never_starve_ordinary_requests_nor_hold_up_the_end(
    redis: RedisServer, tmp_path: Path
) -> None:
    """Twenty streams on 32 threads: the twenty-first is refused with 503 at once, and a page is still
    answered within a second; SIGTERM ends it all within ten seconds, with 0."""
    server = PagesServer(tmp_path, redis.port)
    server.start()
    streams = [stream(server) for _ in range(20)]
    try:
        assert {answer.status for _, answer in streams} == {200}
        assert {answer.headers["X-Accel-Buffering"] for _, answer in streams} == {"no"}
        assert min(seconds_of_both(server) for _ in range(3)) < 1
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=10) == 0
    finally:
        end(server.process)
        for connection, _ in streams:
            connection.close()


def seconds_of_both(server: PagesServer) -> float:
    """How long a stream's refusal and a page take together."""
    begun = time.monotonic()
    refused = server.get("/live")
    assert (refused.status, refused.headers["Retry-After"]) == (503, "10")
    assert server.get("/").status == 200
    return time.monotonic() - begun


def stream(pages: PagesServer) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    connection = http.client.HTTPConnection("127.0.0.1", pages.port, timeout=20)
    connection.request("GET", "/live", headers={"Authorization": f"Bearer {pages.token}"})
    return connection, connection.getresponse()
