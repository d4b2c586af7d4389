"""A real Chromium: without it, only our own idea of a browser would be tested."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from playwright.sync_api import Browser, Page, Playwright

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-lcd-text")
Theme = Literal["light", "dark"]


@contextmanager
def opened(player: Playwright) -> Iterator[Browser]:
    """The machine's own Chromium, without a window."""
    browser = player.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
    yield browser
    browser.close()


def visitor(
    browser: Browser,
    *,
    theme: Theme = "light",
    size: tuple[int, int] = (1100, 900),
    scripts: bool = True,
) -> Page:
    """A page of a fresh profile, in UTC."""
    context = browser.new_context(
        color_scheme=theme,
        viewport={"width": size[0], "height": size[1]},
        timezone_id="UTC",
        java_script_enabled=scripts,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    return page


def signed_in(
    browser: Browser,
    address: str,
    secret: str,
    *,
    theme: Theme = "light",
    size: tuple[int, int] = (1100, 900),
    scripts: bool = True,
) -> Page:
    """The same, having typed the password or the token."""
    page = visitor(browser, theme=theme, size=size, scripts=scripts)
    page.goto(address)
    page.get_by_label("Password or token").fill(secret)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()
    return page
