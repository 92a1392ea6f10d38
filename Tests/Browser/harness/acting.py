# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""What people do in a meeting that takes several steps."""

from .browser import Browser


def act_on(browser: Browser, whom: str, action: str) -> None:
    """By the menu of a person."""
    if not browser.is_visible("button", f"Actions for {whom}"):
        browser.click("button", "People")
    browser.click("button", f"Actions for {whom}")
    browser.click("menuitem", action)


def act_on_group(browser: Browser, action: str) -> None:
    """By the menu of the group, which operators have."""
    browser.click("button", "Group actions")
    browser.click("menuitem", action)
