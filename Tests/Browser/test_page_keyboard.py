# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""The page without a mouse: everything is reached, the focus is seen, and it does not get lost."""

import pytest

from harness.acting import act_on
from harness.browser import WITH_PANEL, Browser
from harness.server import ALICE_MODERATES
from harness.waiting import until


@pytest.mark.row("U-11", "U-14", "U-63")
def test_the_keyboard_reaches_everything_and_escape_goes_back(url, alice, open_browser):
    bob = open_browser("chromium", **WITH_PANEL)
    bob.join(url, "Bob", devices="Nothing")
    alice.click("button", "People")
    alice.wait_for("button", "Actions for Bob")
    alice.press("button", "Actions for Bob", "Enter")
    assert alice.focused() == "Private message"
    for key, name in (("ArrowUp", "Remove from the group…"), ("ArrowDown", "Private message"), ("End", "Remove from the group…")):
        alice.press_key(key)
        assert alice.focused() == name
    alice.press_key("Escape")
    assert alice.focused() == "Actions for Bob"
    alice.press("button", "Actions for Bob", "Enter")
    alice.press_key("End")
    alice.press_key("Enter")
    alice.wait_for("dialog", "Remove Bob?")
    alice.press_key("Escape")
    alice.wait_gone("dialog", "Remove Bob?")
    assert alice.focused() == "Actions for Bob"
    assert bob.is_visible("button", "Leave the meeting")
    alice.press_key("Escape")
    assert alice.focused() == "People"

    # On a telephone the panel covers the videos, and gives them back.
    alice.page.set_viewport_size({"width": 390, "height": 844})
    alice.click("button", "Chat")
    assert alice.is_visible("textbox", "Message")
    alice.click("button", "Close panel")
    assert not alice.is_visible("textbox", "Message")
    assert alice.focused() == "Chat"

    # Once round the page, everything is met.
    met = set()
    for _ in range(20):
        alice.press_key("Tab")
        met.add(alice.focused())
    assert met >= {
        "Group actions", "Settings", "Unmute microphone", "Turn on camera", "Share your screen", "Raise hand", "Chat", "People",
        "Leave the meeting",
    }


REACHABLE = """
    const controls = [...document.querySelectorAll('button, input, select, textarea, a[href], [tabindex="0"]')];
    const seen = (each) => each.getClientRects().length > 0 && getComputedStyle(each).visibility === 'visible'
        && !each.disabled && each.tabIndex >= 0 && !each.closest('[inert]');
    const dialog = document.querySelector('dialog[open]');
    window.controls = controls.filter((each) => seen(each) && (!dialog || dialog.contains(each)));
    return window.controls.length;"""

# The focus: which control has it, how thick the line round it is, and what covers its middle.
FOCUS = """
    const focused = document.activeElement;
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    await Promise.allSettled(document.getAnimations().map((each) => each.finished));
    const style = getComputedStyle(focused);
    const box = focused.getBoundingClientRect();
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    let opacity = 1;
    for (let each = focused; each; each = each.parentElement) {
        opacity *= Number(getComputedStyle(each).opacity);
    }
    return {
        index: window.controls.indexOf(focused),
        what: `${focused.tagName} “${(focused.ariaLabel ?? focused.textContent).trim().slice(0, 40)}”`,
        line: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
        uncovered: top !== null && (focused.contains(top) || top.contains(focused) && !top.matches('dialog')),
        opacity,
    };"""


def walk(page: Browser) -> None:
    """Once round the view by Tab: every control is met, and one sees where one is."""
    count = page.evaluate(REACHABLE)
    # By keys to the first, and then not beyond the last: there the browser's own controls begin.
    page.evaluate("window.controls[1].focus()")
    page.press_key("Shift+Tab")
    for index in range(count):
        if index > 0:
            page.press_key("Tab")
        focus = page.evaluate(FOCUS)
        if focus["index"] < 0 and focus["what"].startswith("UL "):
            # A list that is scrolled by keys, where the browser wants that.
            page.press_key("Tab")
            focus = page.evaluate(FOCUS)
        assert focus["index"] == index, (focus, page.evaluate("return window.controls[argument].outerHTML", index))
        assert focus["line"] >= 2 and focus["opacity"] == 1 and focus["uncovered"], focus


@pytest.mark.row("U-01", "U-05", "U-11", "U-14")
@pytest.mark.parametrize(("browser", "width", "height"), [
    ("chromium", 1280, 800), ("chromium", 1024, 768), ("chromium", 390, 844), ("firefox", 1280, 800), ("firefox", 500, 844)])
def test_tab_goes_round_every_view_and_shows_where_it_is(server, url, open_browser, browser, width, height):
    page = open_browser(browser, width=width, height=height)
    if browser == "firefox":
        # No window of it is narrower than 500.
        page.show_as(width, height)
    page.open(server.url + "/")
    page.wait_for("heading", "Public groups")
    walk(page)
    page.open(url)
    page.wait_for("textbox", "Your name")
    walk(page)
    other = open_browser("chromium", **WITH_PANEL)
    other.join(url, "Bob")
    page.install_hook()
    page.submit_join("Alice", "correct horse")
    page.wait_for_tile("down", "Bob")
    page.wait_for_tile("up", "Alice (you)")
    other.write("hello")
    if page.is_visible("button", "Close panel"):
        page.click("button", "Close panel")
    walk(page)
    page.click("button", "Chat")
    page.wait_for_text("hello")
    walk(page)
    page.click("button", "People")
    page.wait_for("button", "Actions for Bob")
    walk(page)
    page.click("button", "Settings")
    page.wait_for("dialog", "Settings")
    walk(page)
    page.press("combobox", "Camera", "Escape")
    page.wait_gone("dialog", "Settings")
    act_on(page, "Bob", "Remove from the group…")
    page.wait_for("dialog", "Remove Bob?")
    walk(page)


@pytest.mark.row("U-61", "U-63")
@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_what_others_do_takes_nobodys_focus(url, open_browser, browser):
    alice, bob = open_browser(browser, **WITH_PANEL), open_browser("chromium", **WITH_PANEL)
    alice.join(url, "Alice", "correct horse", devices="Nothing")
    bob.join(url, "Bob", devices="Nothing")
    alice.click("button", "People")
    alice.press("button", "Actions for Bob", "Enter")
    assert alice.focused() == "Private message"
    # Bob's row is drawn anew below the menu.
    bob.click("button", "Raise hand")
    alice.wait_for_text("hand raised")
    assert alice.focused() == "Private message"
    alice.press("menuitem", "Private message", "Escape")
    assert alice.focused() == "Actions for Bob"
    alice.press("button", "Actions for Bob", "Enter")
    aaron = open_browser("chromium", **WITH_PANEL)
    aaron.join(url, "Aaron", devices="Nothing")
    alice.wait_for("button", "Actions for Aaron")
    assert alice.focused() == "Private message"
    # Who the menu belongs to leaves.
    bob.click("button", "Leave the meeting")
    alice.wait_gone("menuitem", "Private message")
    until("the focus is near", lambda: alice.focused() == "Actions for Aaron")
    # What has the focus goes with a permission.
    act_on(alice, "Aaron", "Make operator")
    aaron.wait_for_text("You are an operator now.")
    alice.evaluate("document.querySelector('[aria-label=\"Group actions\"]').focus()")
    alice.press("button", "Group actions", "Enter")
    act_on(aaron, "Alice", "No longer operator")
    alice.wait_gone("button", "Group actions")
    assert alice.focused() == "Settings"
    alice.click("button", "Chat")
    alice.fill("textbox", "Message", "I was about to say")
    act_on(aaron, "Alice", "Forbid writing")
    alice.wait_for_text("You may not write in this group.")
    assert alice.focused() == "Messages"


@pytest.mark.row("U-79")
def test_behind_a_veil_nothing_can_be_used(start_server, open_browser):
    server = start_server()
    url = server.page(server.new_group(ALICE_MODERATES))
    alice = open_browser("chromium", **WITH_PANEL)
    alice.join(url, "Alice", "correct horse")
    alice.wait_for_tile("up", "Alice (you)")
    alice.fill("textbox", "Message", "half a")

    def met() -> set[str]:
        """What one comes to by keyboard."""
        names = set()
        for _ in range(25):
            alice.press_key("Tab")
            names.add(alice.focused())
        return names

    alice.click("button", "Settings")
    alice.wait_for("dialog", "Settings")
    assert not met() & {"Leave the meeting", "Message", "Send", "Group actions", "Full screen: Alice (you)"}
    alice.press("combobox", "Camera", "Escape")
    alice.page.locator("textarea").focus()
    server.stop()
    alice.wait_for("alertdialog", "Connection lost")
    assert alice.focused() == "Try now"
    behind = met()
    assert not behind & {"Message", "Messages", "Send", "Close panel", "Full screen: Alice (you)"}
    assert behind >= {"Leave the meeting", "Settings", "Leave"}
    alice.page.get_by_role("button", name="Leave", exact=True).focus()
    server.start()
    alice.wait_for_text("Connected again.", timeout=30)
    # One goes on where one was.
    assert alice.evaluate("return [document.activeElement.tagName, document.activeElement.value]") == ["TEXTAREA", "half a"]
