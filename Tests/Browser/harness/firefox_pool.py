# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""Firefoxes that tests use one after the other, which spares their start: three seconds, and more of CPU."""

from marionette_driver.errors import MarionetteException

from .firefox import Firefox


class FirefoxPool:
    def __init__(self) -> None:
        self._idle: list[Firefox] = []

    def take(self) -> Firefox:
        return self._idle.pop() if self._idle else Firefox()

    def give_back(self, browser: Firefox) -> None:
        try:
            browser.renew()
        except (MarionetteException, OSError):
            # A test may leave it in any state.
            browser.close()
        else:
            self._idle.append(browser)

    def close(self) -> None:
        """Ends those that nobody uses. The next ones are new."""
        while self._idle:
            self._idle.pop().close()
