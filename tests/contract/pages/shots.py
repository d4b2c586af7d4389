"""`python -m tests.contract.pages.shots`: takes docs/pages' screenshots anew, of a recorded day."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from tests.contract.pages.browser import opened, signed_in
from tests.contract.pages.gallery import a_day, trouble
from tests.parts import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOLDER = ROOT / "docs" / "pages"
SIZES = {"": (1000, 1000), "-phone": (360, 780)}
"""What one sees before scrolling: a picture of a whole page would weigh half a megabyte."""
PAGES = {"front": "/", "incident": "/incidents/shop-2"}


def take(folder: Path) -> None:
    """Every page in both themes, for a desk and for a phone."""
    gallery = a_day()
    trouble(gallery)
    with gallery.open() as address, sync_playwright() as player, opened(player) as browser:
        for suffix, size in SIZES.items():
            for theme in ("light", "dark"):
                page = signed_in(browser, address, gallery.token, theme=theme, size=size)
                for name, path in PAGES.items():
                    _shoot(page, address + path, folder / f"{name}-{theme}{suffix}.png")
                page.context.close()


def _shoot(page: Page, url: str, file: Path) -> None:
    page.goto(url)
    page.get_by_role("status").filter(has_text="Live").wait_for()
    page.screenshot(path=file)
    sys.stdout.write(f"{file.name}: {file.stat().st_size // 1024} KB\n")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    take(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
