from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.contract.pages.browser import Theme, signed_in, visitor
from tests.contract.pages.gallery import Gallery, a_day, trouble

SIZES = {"desk": (1100, 900), "phone": (360, 740)}
PATHS = {
    "front": "/",
    "cluster": "/clusters/reports",
    "incident": "/incidents/orders-7",
    "concluded": "/incidents/shop-2",
    "report": "/incidents/shop-2/report",
    "unknown": "/incidents/shop-99",
}


@pytest.fixture(scope="module")
def gallery() -> Gallery:
    made = a_day()
    trouble(made)
    return made


@pytest.fixture(scope="module")
def address(gallery: Gallery) -> Iterator[str]:
    with gallery.open() as served:
        yield served


def findings(page: Page) -> list[str]:
    """What axe calls serious or critical."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['html'][:120]}"
        for one in found
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


def too_wide(page: Page) -> int:
    """By how many pixels the page scrolls sideways."""
    width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return int(page.evaluate(width))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_serious_and_nothing_runs_over(
    browser: Browser, gallery: Gallery, address: str, theme: Theme, size: str
) -> None:
    """On every page, in either light, on a desk and at 360 pixels; with entries unfolded."""
    stranger = visitor(browser, theme=theme, size=SIZES[size])
    stranger.goto(address)
    assert (findings(stranger), too_wide(stranger)) == ([], 0)
    stranger.context.close()
    page = signed_in(browser, address, gallery.token, theme=theme, size=SIZES[size])
    for name, path in PATHS.items():
        page.goto(address + path)
        if name == "incident":
            page.locator("#e4 summary").click()
        assert (findings(page), too_wide(page)) == ([], 0), name
    page.context.close()


def test_a_keyboard_reaches_everything(browser: Browser, gallery: Gallery, address: str) -> None:
    """The skip link comes first and leads to the content; entries unfold with Enter, and what has the
    focus shows it."""
    page = visitor(browser)
    page.goto(address)
    expect(page.get_by_label("Password or token")).to_be_focused()
    page.keyboard.type(gallery.token)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign out").wait_for()
    page.goto(f"{address}/incidents/orders-7")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    reached = set()
    for _ in range(60):
        here = page.evaluate("document.activeElement.closest('[id]').id")
        reached.add(here)
        if here == "d4":
            break
        page.keyboard.press("Tab")
    assert "d4" in reached, reached
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid"
    page.keyboard.press("Enter")
    assert page.locator("#d4").get_attribute("open") is not None
    page.context.close()


def test_nothing_is_refused_by_the_pages_own_policy(
    browser: Browser, gallery: Gallery, address: str
) -> None:
    """No page asks for anything that its Content-Security-Policy forbids, and none comes from elsewhere."""
    page = signed_in(browser, address, gallery.token)
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/", "/clusters/shop", "/incidents/orders-7", "/incidents/shop-2/report"):
        page.goto(address + path)
        page.wait_for_timeout(300)
    assert said == []
    assert all(url.startswith(address) for url in asked)
    page.context.close()


def test_times_are_this_machines_own_with_utc_beside(
    browser: Browser, gallery: Gallery, address: str
) -> None:
    """In Berlin, 21:00:01 UTC is 22:00:01; the exact instant stays as the title."""
    page = signed_in(browser, address, gallery.token)
    state = page.context.storage_state()
    page.context.close()
    context = browser.new_context(timezone_id="Europe/Berlin", storage_state=state)
    there = context.new_page()
    there.goto(f"{address}/incidents/orders-7")
    time = there.locator(".kicker time")
    assert time.inner_text() == "25 Nov 2026, 22:00:01"
    assert time.get_attribute("title") == "2026-11-25T21:00:01.900Z"
    assert "Europe/Berlin" in there.locator("footer").inner_text()
    context.close()
