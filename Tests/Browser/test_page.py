# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""The page, as a person acts in it."""

import pytest

from harness.browser import WITH_PANEL
from harness.server import ALICE_MODERATES
from harness.waiting import until

BROWSERS = pytest.mark.parametrize("browser", ["chromium", "firefox"])

WITH_PASSWORD = {
    "users": {"alice": {"password": "correct horse", "permissions": "op"}},
    "wildcard-user": {"password": "staple", "permissions": "observe"},
}


@pytest.mark.row("U-01", "U-02")
@BROWSERS
def test_the_landing_page_leads_to_a_group(server, open_browser, browser):
    group = server.write_group("open-house", {
        "public": True, "displayName": "Open house", "wildcard-user": {"password": {"type": "wildcard"}, "permissions": "present"},
    })
    page = open_browser(browser)
    # The list of public groups may be five seconds old.
    page.open(server.url + "/")
    until("the public group is listed", lambda: group in page.evaluate("return await (await fetch('/public-groups.json')).text()"), 10)
    page.open(server.url + "/")
    page.wait_for_text("Open house")
    page.fill("textbox", "Group", "no-such-group")
    page.click("button", "Join")
    page.wait_for_text("There is no group named “no-such-group”.")
    page.fill("textbox", "Group", group)
    page.press("textbox", "Group", "Enter")
    page.wait_for("textbox", "Your name")
    page.wait_for("heading", "Open house")


@pytest.mark.row("U-03", "U-04")
def test_the_page_has_the_groups_name_and_forgets_the_query(server, open_browser):
    page = open_browser("chromium")
    page.open(server.page(server.new_group({**WITH_PASSWORD, "displayName": "Physics practical"})) + "?secret=1")
    page.wait_for("heading", "Physics practical")
    assert page.evaluate("return [document.title, location.search]") == ["Physics practical · Galène", ""]


@pytest.mark.row("U-77")
def test_an_unknown_address_says_so(server, open_browser):
    page = open_browser("chromium")
    page.open(server.page("no-such-group"))
    page.wait_for_text("Nothing here")
    page.wait_for("link", "Go to the start page")


@pytest.mark.row("P-09", "U-09")
@BROWSERS
def test_a_wrong_password_is_told_and_may_be_corrected(server, open_browser, browser):
    page = open_browser(browser)
    page.open(server.page(server.new_group(WITH_PASSWORD)))
    page.wait_for("textbox", "Your name")
    page.submit_join("alice", "wrong", devices="Nothing")
    page.wait_for_text("The name or the password is wrong.")
    page.submit_join("alice", "correct horse", devices="Nothing")
    page.wait_for("button", "Leave the meeting")


@pytest.mark.row("U-09")
def test_why_one_cannot_enter_is_told(server, open_browser, peers):
    anybody = {"wildcard-user": {"password": {"type": "wildcard"}, "permissions": "present"}}
    page = open_browser("chromium")
    full = server.new_group({**anybody, "max-clients": 1})
    peers.joined(server.websocket_url, full, "Somebody")
    for group, words in {
        full: "This group is full.",
        server.new_group({**anybody, "not-before": "2100-01-01T00:00:00Z"}): "This group is not open yet.",
        server.new_group({**anybody, "expires": "2000-01-01T00:00:00Z"}): "This group is closed.",
    }.items():
        page.open(server.page(group))
        page.wait_for("textbox", "Your name")
        page.submit_join("Alice", devices="Nothing")
        page.wait_for_text(words)
        assert page.is_visible("button", "Join")


@pytest.mark.row("U-09")
@BROWSERS
def test_who_joins_a_group_that_has_moved_is_taken_there(server, open_browser, browser):
    there = server.new_group({"displayName": "Over there", "wildcard-user": {"password": {"type": "wildcard"}, "permissions": "present"}})
    here = server.new_group()
    page = open_browser(browser)
    page.open(server.page(here))
    page.wait_for("textbox", "Your name")
    # Meanwhile it moves.
    server.write_group(here, {"redirect": server.page(there)})
    page.submit_join("Alice", devices="Nothing")
    page.wait_for("heading", "Over there")
    page.wait_for("textbox", "Your name")
    assert page.evaluate("return location.href") == server.page(there)


@pytest.mark.row("U-09")
@pytest.mark.parametrize("message", ['{"type":"handshake","version":["99"]}', '{"type":"ping"}', "Good day"])
def test_a_server_of_another_protocol_is_told_in_words(server, open_browser, message):
    page = open_browser("chromium")
    page.open(server.page(server.new_group()))
    page.wait_for("textbox", "Your name")
    page.evaluate("""
        window.WebSocket = class {
            static OPEN = 1;
            readyState = 1;
            constructor() {
                setTimeout(() => { this.onopen(); this.onmessage({ data: argument }); });
            }
            send() {}
            close() { this.readyState = 3; }
        };""", message)
    page.submit_join("Alice", devices="Nothing")
    page.wait_for_text("This page and the server do not understand each other. Load the page again.")
    assert page.is_visible("button", "Join")


@pytest.mark.row("U-78")
@BROWSERS
def test_a_browser_without_webrtc_is_told_before_it_joins(server, open_browser, browser):
    page = open_browser(browser)
    if browser == "firefox":
        page.set_preference("media.peerconnection.enabled", False)
    else:
        page.page.add_init_script("delete window.RTCPeerConnection;")
    page.open(server.page(server.new_group()))
    page.wait_for_text("This browser cannot take part in video meetings: it has no WebRTC.")


@pytest.mark.row("U-78")
@BROWSERS
def test_a_locked_group_is_told_before_and_after_one_joins(server, open_browser, browser):
    url = server.page(server.new_group({**ALICE_MODERATES, "public": True}))
    first, page = open_browser("chromium", **WITH_PANEL), open_browser(browser, **WITH_PANEL)
    first.join(url, "Alice", "correct horse", devices="Nothing")
    first.write("/lock")
    first.wait_for_text("The group has been locked.")
    page.open(url)
    page.wait_for_text("This group is locked: only operators can enter now.")
    page.submit_join("Bob", devices="Nothing")
    page.wait_for_text("This group is locked. Ask somebody in it to unlock it, then try again.")
    page.submit_join("Alice", "correct horse", devices="Nothing")
    page.wait_for_text("This group is locked: nobody else can enter.")


@pytest.mark.row("U-40")
@BROWSERS
def test_enter_sends_and_with_another_key_begins_a_line(server, open_browser, browser):
    page = open_browser(browser, **WITH_PANEL)
    page.join(server.page(server.new_group()), "Alice", devices="Nothing")
    page.fill("textbox", "Message", "one")
    typed = "one"
    for key in ("Shift", "Control", "Meta", "Alt"):
        page.press("textbox", "Message", f"{key}+Enter")
        typed += "\n"
        assert page.evaluate("return document.querySelector('textarea').value") == typed
    page.fill("textbox", "Message", "one")
    page.press("textbox", "Message", "Shift+Enter")
    page.evaluate("document.querySelector('textarea').setRangeText('two', 4, 4, 'end')")
    page.press("textbox", "Message", "Enter")
    page.wait_for_text("one\ntwo")
    assert page.evaluate("return document.querySelector('textarea').value") == ""


@pytest.mark.row("U-20")
def test_who_may_not_present_or_write_is_not_offered_to(server, open_browser):
    group = server.page(server.new_group(WITH_PASSWORD))
    observer, operator = open_browser("chromium"), open_browser("chromium")
    observer.join(group, "someone", "staple")
    operator.join(group, "alice", "correct horse", devices="Nothing")
    assert operator.is_visible("button", "Turn on camera")
    assert operator.is_visible("textbox", "Message")
    assert not observer.is_visible("button", "Turn on camera")
    assert not observer.is_visible("textbox", "Message")
    assert observer.is_visible("button", "Leave the meeting")


@pytest.mark.row("P-21", "P-26", "U-37", "U-40")
@BROWSERS
def test_chat_reaches_the_other_and_a_newcomer_finds_it(server, open_browser, browser):
    page = server.page(server.new_group())
    alice, bob = open_browser("chromium"), open_browser("firefox")
    alice.join(page, "Alice", devices="Nothing")
    bob.join(page, "Bob", devices="Nothing")
    alice.write("Hello <b>Bob</b> & all")
    bob.wait_for_text("Hello <b>Bob</b> & all")
    alice.wait_for_text("Hello <b>Bob</b> & all")
    bob.fill("textbox", "Message", "/me waves")
    bob.click("button", "Send")
    alice.wait_for_text("Bob waves")
    late = open_browser(browser)
    late.join(page, "Late", devices="Nothing")
    late.wait_for_text("Hello <b>Bob</b> & all")
    late.wait_for_text("Bob waves")
    assert late.text().count("Bob waves") == 1


@pytest.mark.row("P-12", "U-61")
def test_people_are_listed_with_what_they_send(server, open_browser):
    page = server.page(server.new_group())
    zoe, adam = open_browser("chromium"), open_browser("chromium")
    zoe.join(page, "Zoe", devices="Nothing")
    adam.join(page, "adam", devices="Microphone only")
    zoe.click("button", "People")

    def people() -> list[str]:
        return zoe.evaluate("return [...document.querySelectorAll('ul[aria-label=\"People in this group\"] li')].map((li) => li.textContent.replace(/\\s+/g, ' ').trim())")

    until("adam's sound", lambda: any("adam sends sound" in line for line in people()))
    assert [line.split()[1] for line in people()] == ["Zoe", "adam"]


@pytest.mark.row("U-79")
def test_who_does_not_wait_for_the_server_returns_to_the_form(start_server, open_browser):
    server = start_server()
    page = open_browser("chromium")
    page.join(server.page(server.new_group()), "Alice")
    server.stop()
    page.wait_for_text("Connection lost")
    page.click("button", "Leave")
    page.wait_for("textbox", "Your name")
    assert not page.tiles("up")


def test_the_page_works_under_the_servers_content_security_policy(server, open_browser):
    page = open_browser("chromium")
    page.join(server.page(server.new_group()), "Alice")
    page.wait_for_tile("up", "Alice (you)")
    assert page.errors() == []
