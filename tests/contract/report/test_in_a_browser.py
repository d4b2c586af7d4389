from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from deploy.report import FileTrail, write_reports
from tests import tale
from tests.contract.pages.browser import Theme, opened, visitor
from tests.tale import START, Tale

SIZES = {"desk": (1100, 900), "phone": (360, 740)}
OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALLEST = """() => Math.min(...[...document.querySelectorAll('svg.pbp')]
    .filter(svg => svg.getBoundingClientRect().width > 0)
    .flatMap(svg => [...svg.querySelectorAll('text')]
        .map(t => parseFloat(getComputedStyle(t).fontSize)
            * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width)))"""
"""The size of the smallest words in the picture that is shown, in pixels of the screen."""


@pytest.fixture(scope="module")
def browser(require: Callable[[str], Path]) -> Iterator[Browser]:
    """The machine's Chromium."""
    require("chromium")
    with sync_playwright() as player, opened(player) as found:
        yield found


def file_of(told: Tale, folder: Path) -> str:
    """The address of a post-mortem on disk."""
    paths = write_reports(
        FileTrail(told.entries), told.incident, folder, now=START + 60, formats=["html"]
    )
    return paths[0].as_uri()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_file_is_for_everybody(
    browser: Browser, tmp_path: Path, theme: Theme, size: str
) -> None:
    """Axe finds nothing serious, nothing runs over sideways, the policy refuses nothing, the file asks
    for nothing else, and the picture's words can be read, in either light, on a desk and a phone."""
    page = visitor(browser, theme=theme, size=SIZES[size])
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    address = file_of(tale.failover(), tmp_path)
    page.goto(address)
    assert (said, asked) == ([], [address])
    assert findings(page) == []
    assert page.evaluate(OVER) == 0
    assert page.locator("svg.pbp:visible").count() == 1
    assert page.evaluate(SMALLEST) >= 9
    page.context.close()


def test_it_fits_a_sheet_of_paper(browser: Browser, tmp_path: Path) -> None:
    """Fifty hosts print on A4, in the light colours, with the wide picture, also from a dark screen."""
    page = visitor(browser, theme="dark")
    page.goto(file_of(tale.fifty(), tmp_path))
    page.emulate_media(media="print")
    assert page.locator("svg.pbp-wide").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    sheet = page.pdf(format="A4")
    assert sheet.startswith(b"%PDF")
    assert sheet.count(b"/Type /Page\n") <= 14
    page.context.close()


def findings(page: Page) -> list[str]:
    """What axe calls serious or critical."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['html'][:120]}"
        for one in found
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]
