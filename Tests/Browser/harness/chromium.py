# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""Chromium, driven by Playwright."""

import json
import os
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser as PlaywrightBrowser
from playwright.sync_api import BrowserType, Error, Locator

from .browser import Browser
from .waiting import until

EXECUTABLE = "/usr/bin/chromium"

FLAGS = [
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
    # Two pages share the screen: neither is to be slowed down as a background.
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
]


IN_NAMESPACE = Path(__file__).parent / "chromium-in-namespace"


def launch(chromium: BrowserType, namespace: str | None = None) -> PlaywrightBrowser:
    """`namespace`: the network namespace that the whole process lives in, if not in ours."""
    if not Path(EXECUTABLE).exists():
        raise FileNotFoundError(f"There is no {EXECUTABLE} (Debian package chromium).")
    if namespace is None:
        return chromium.launch(executable_path=EXECUTABLE, args=FLAGS)
    environment = {**os.environ, "GALENE_TEST_CHROMIUM": EXECUTABLE, "GALENE_TEST_CHROMIUM_NAMESPACE": namespace}
    return chromium.launch(executable_path=IN_NAMESPACE, args=FLAGS, env=environment)


class Chromium(Browser):
    name = "Chromium"

    def __init__(
        self, browser: PlaywrightBrowser, width: int = 1280, height: int = 800, scheme: str = "light",
        devices: bool = True,
    ) -> None:
        """`devices`: whether pages may use camera and microphone; to those that may not, this host's addresses are names."""
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme,
            permissions=["camera", "microphone"] if devices else [],
        )
        self.page = self.context.new_page()
        self.console: list[str] = []
        self.page.on("console", lambda message: self.console.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.console.append(f"uncaught: {error}"))

    def open(self, url: str) -> None:
        def is_open() -> bool:
            try:
                self.page.goto(url)
            except Error as error:
                # A page that has sent itself elsewhere may do so only now; and so may the next attempt be by this one.
                if "interrupted by another navigation" in str(error):
                    return False
                raise
            return True

        until(f"{url} in {self.name}", is_open)

    def evaluate(self, body: str, argument: Any = None, timeout: float = 30) -> Any:
        return self.page.evaluate(f"async (argument) => {{ {body}\n }}", argument)

    def _find(self, role: str, name: str) -> Locator:
        if role == "textbox" and name == "Password":
            # A password field has no role, by the ARIA specification; its label names it.
            return self.page.get_by_label(name, exact=True)
        return self.page.get_by_role(role, name=name, exact=True)

    def is_visible(self, role: str, name: str) -> bool:
        return self._find(role, name).first.is_visible()

    def click(self, role: str, name: str) -> None:
        self._find(role, name).click(timeout=10_000)

    def fill(self, role: str, name: str, text: str) -> None:
        self._find(role, name).fill(text, timeout=10_000)

    def choose(self, name: str, option: str) -> None:
        self.page.get_by_role("combobox", name=name, exact=True).select_option(label=option, timeout=10_000)

    def press(self, role: str, name: str, key: str) -> None:
        self._find(role, name).press(key, timeout=10_000)

    def press_key(self, key: str) -> None:
        self.page.keyboard.press(key)

    def point_at(self, text: str) -> None:
        self.page.get_by_text(text, exact=True).hover(timeout=10_000)

    def screenshot(self, path: Path) -> None:
        self.page.screenshot(path=path)

    def show_as(self, width: int, height: int, scheme: str = "light") -> None:
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.emulate_media(color_scheme=scheme)

    def choose_file(self, name: str, content: bytes, role: str, opener: str) -> None:
        with self.page.expect_file_chooser() as chooser:
            self.click(role, opener)
        chooser.value.set_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})

    def close(self) -> None:
        self.context.close()

    def errors(self) -> list[str]:
        """What the page complained of."""
        return [line for line in self.console if line.startswith(("error", "uncaught"))]

    def __repr__(self) -> str:
        return f"Chromium, console: {json.dumps(self.console)}"
