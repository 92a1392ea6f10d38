# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""A hostile participant, or a hostile description of a group, harms nobody's page."""

import pytest

from harness.browser import WITH_PANEL
from harness.sources import PatternTrack
from harness.waiting import until

MARKUP = "<img src=x onerror=\"window.harmed=1\"><script>window.harmed=2</script>\"'`><svg onload=window.harmed=3>"
# Would read «gpj.exe» backwards.
REVERSED = "photo\u202egpj.exe"

# What a page must not have from others: anything that is not text.
HARM = """
    const ours = new Set(['/images/icon.svg']);
    return {
        harmed: window.harmed ?? null,
        images: [...document.images].filter((image) => !ours.has(image.getAttribute('src'))).length,
        scripts: [...document.scripts].filter((script) => !script.src.startsWith(location.origin)).length,
        frames: document.querySelectorAll('iframe, object, embed').length,
        handlers: [...document.querySelectorAll('*')].flatMap((each) => [...each.attributes])
            .filter((attribute) => attribute.name.startsWith('on') || attribute.name === 'style' && attribute.value.includes('harm')).length,
        links: [...document.querySelectorAll('a')].filter((link) => !['http:', 'https:', 'blob:'].includes(link.protocol)).length,
        openers: [...document.querySelectorAll('a[target]')].filter((link) => link.rel !== 'noopener noreferrer').length,
    };"""
UNHARMED = {"harmed": None, "images": 0, "scripts": 0, "frames": 0, "handlers": 0, "links": 0, "openers": 0}


@pytest.mark.attack(28)
@pytest.mark.row("U-38")
@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_names_words_files_and_data_of_others_are_text(server, open_browser, peers, request, browser):
    group = server.new_group()
    page = request.getfixturevalue("firefox") if browser == "firefox" else open_browser("chromium", **WITH_PANEL)
    page.join(server.page(group), "Alice", devices="Nothing")
    hostile = peers.joined(server.websocket_url, group, MARKUP)
    own = {"source": hostile.id, "username": MARKUP}
    alice = peers.run(hostile.expect("user", username="Alice"))["id"]
    words = [
        MARKUP, "javascript:window.harmed=4", "https://example.org/\"onmouseover=\"window.harmed=5",
        "https://example.org/<script>window.harmed=6</script>", "data:text/html,<script>window.harmed=7</script>", "{{constructor}} ${1}",
        "\ue0000\ue001 <!--\ue0000\ue001-->",
    ]
    for value in [*words, {"toString": "no"}, 7, None, [MARKUP]]:
        peers.run(hostile.send({"type": "chat", **own, "value": value}))
    for kind in (MARKUP, "local", "me", "__proto__", "caption"):
        peers.run(hostile.send({"type": "chat", **own, "kind": kind, "value": f"{MARKUP} of a kind"}))
    # Without being an operator.
    for kind in ("kicked", "error", "warning", "mute", "clearchat", "userinfo", MARKUP):
        peers.run(hostile.send({"type": "usermessage", "kind": kind, **own, "value": MARKUP}))
    peers.run(hostile.send({"type": "useraction", "kind": "setdata", **own, "dest": hostile.id, "value": {
        "raisehand": MARKUP, "muted": MARKUP, "__proto__": {"harmed": 8}, "constructor": MARKUP}}))
    for identifier, name in (("1", MARKUP), ("__proto__", REVERSED), ("3", "../../etc/passwd\n\u0000")):
        peers.run(hostile.send({"type": "usermessage", "kind": "filetransfer", **own, "dest": alice, "value": {
            "type": "invite", "version": ["1"], "id": identifier, "name": name, "size": 7, "mimetype": "text/html"}}))
    peers.run(hostile.publish(PatternTrack(160, 120, rate=3), None, label=MARKUP))

    page.wait_for_text("of a kind")
    until("the file", lambda: "photo\ufffdgpj.exe" in page.text())
    until("the video", lambda: [tile["name"] for tile in page.tiles("down")] == [MARKUP])
    assert page.text().count("<script>window.harmed=2</script>") >= 3
    page.click("button", "People")
    page.wait_for_text("hand raised")
    assert page.evaluate(HARM) == UNHARMED
    # The address ends where the quote begins; what is no web address is no link.
    links = page.evaluate("return [...document.querySelectorAll('.message a')].map((link) => link.href)")
    assert links == ["https://example.org/", "https://example.org/"]
    assert "\u202e" not in page.text()

    # And the meeting goes on.
    page.click("button", "Chat")
    page.write("still here")
    page.wait_for_text("still here")
    if browser == "chromium":
        assert not [line for line in page.errors() if "Content Security Policy" in line or "uncaught" in line]


@pytest.mark.attack(28)
def test_names_and_descriptions_of_groups_are_text(server, open_browser):
    group = server.write_group("hostile", {
        "public": True, "displayName": MARKUP, "description": MARKUP,
        "wildcard-user": {"password": {"type": "wildcard"}, "permissions": "present"},
    })
    page = open_browser("chromium")
    page.open(server.page(group))
    page.wait_for("heading", MARKUP)
    assert page.evaluate(HARM) == UNHARMED
    page.open(server.url + "/")
    page.wait_for_text("<script>window.harmed=2</script>")
    assert page.evaluate(HARM) == UNHARMED
    assert page.errors() == []


def invitation(hostile, name: str, whom: str, number: int) -> dict:
    return {
        "type": "usermessage", "kind": "filetransfer", "source": hostile.id, "username": name, "dest": whom,
        "value": {"type": "invite", "version": ["1"], "id": f"file {number}", "name": f"{number}.txt", "size": 1, "mimetype": ""}}


def refused(hostile) -> set[str]:
    """The ids of the files that the page did not take."""
    return {message["value"]["id"] for message in hostile.messages
            if message["type"] == "usermessage" and message.get("value", {}).get("type") == "cancel"}


@pytest.mark.attack(29)
@pytest.mark.row("U-74")
def test_offers_of_files_do_not_bury_the_page(server, open_browser, peers):
    group = server.new_group()
    page = open_browser("chromium", **WITH_PANEL)
    page.join(server.page(group), "Alice", devices="Nothing")
    # One person may come under many names. Each offers more than it may.
    for number in range(5):
        name = f"Mallory {number}"
        hostile = peers.joined(server.websocket_url, group, name)
        alice = peers.run(hostile.expect("user", username="Alice"))["id"]
        for file in range(10):
            peers.run(hostile.send(invitation(hostile, name, alice, file)))
        # Eight of each are shown, and 24 of all.
        taken = 8 if number < 3 else 0
        until(f"what {name} may not offer is refused", lambda: refused(hostile) == {
            f"file {file}" for file in range(taken, 10)})
        assert page.evaluate("return document.querySelectorAll('.transfer').length") == min(24, 8 * (number + 1))
    page.wait_for_text("26 more files were offered and refused: answer these first.")
    assert page.is_visible("textbox", "Message")
    # Whoever answers makes room.
    page.evaluate("document.querySelectorAll('[aria-label=\"Decline 0.txt\"]').forEach((button) => button.click())")
    peers.run(hostile.send(invitation(hostile, name, alice, 100)))
    page.wait_for("button", "Accept 100.txt")
    page.evaluate("""document.querySelectorAll('[aria-label^="Decline "]').forEach((button) => button.click())""")
    until("nothing is told of those who were refused", lambda: "were offered and refused" not in page.text())
