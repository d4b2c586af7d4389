"""Without this file nobody would know whether a page that is open during a disaster tells it as it happens."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import Page, sync_playwright

from tests.contract.pages.browser import opened, signed_in

OPENS, ENDS, FOLLOWS = 240_000, 120_000, 60_000
"""Milliseconds until the drill's own incident opens, until it is over, and for anything else."""

MARK = "window.untouched = true"
NOTE_STATES = """
    const live = document.getElementById("live");
    window.states = [];
    const look = () => {
        for (const chip of live.querySelectorAll("tr:has(a[href='/incidents/shop-2']) .chip")) {
            const state = chip.lastChild.textContent.trim();
            if (window.states.at(-1) !== state) window.states.push(state);
        }
    };
    new MutationObserver(look).observe(live, { childList: true, subtree: true });
"""


@dataclass(slots=True)
class Onlooker:
    """Somebody with a browser: the front page and the drill's incident stay open while it happens, and
    neither is ever reloaded. `states` is what the front page said of the incident, in order;
    `headlines` what the incident's page was headed when it was opened, and at the end."""

    states: list[str] = field(default_factory=list)
    headlines: list[str] = field(default_factory=list)
    reloaded: bool = False

    def __call__(self, address: str, password: str) -> None:
        with sync_playwright() as player, opened(player) as browser:
            front = signed_in(browser, address, password)
            page = front.context.new_page()  # a browser at rest: the incident is short
            for one in (front, page):
                one.set_default_timeout(FOLLOWS)
            front.evaluate(MARK)
            front.evaluate(f"() => {{ {NOTE_STATES} }}")
            front.get_by_role("link", name="shop-2").first.wait_for(timeout=OPENS)
            page.goto(f"{address}/incidents/shop-2")
            page.evaluate(MARK)
            self._watch(page)
            front.get_by_role("row", name="shop-2").get_by_text("concluded").wait_for()
            self.states = front.evaluate("window.states")
            self.reloaded = not all(one.evaluate("window.untouched") for one in (front, page))

    def _watch(self, page: Page) -> None:
        self.headlines.append(page.locator("#headline").inner_text())
        page.locator(".standing .chip", has_text="concluded").wait_for(timeout=ENDS)
        self.headlines.append(page.locator("#headline").inner_text())
