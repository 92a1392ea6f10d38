# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""Browsers that hide their addresses behind names under `.local`, as they do where nobody has let the page use the
camera, and the Swift library, which does not look such names up: the browser finds it."""

import json
import re

import pytest

from harness.chromium import Chromium
from harness.file_end import End
from harness.firefox import Firefox
from harness.library import LibraryPage
from harness.swift_file_end import SwiftEnd
from harness.waiting import until

SIZE = 1_048_577

# Keeps what the page says to the server.
LISTEN = """
    window.said = [];
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function (text) {
        window.said.push(text);
        send.call(this, text);
    };"""


@pytest.fixture
def page(server, chromium_process, name):
    """A page that is not told this host's addresses."""
    browser = Firefox(hides_addresses=True) if name == "firefox" else Chromium(chromium_process, devices=False)
    yield LibraryPage(browser, server)
    browser.close()


def told_hosts(page):
    """What stands for the host in each candidate of its own that the page has told."""
    said = "\n".join(json.dumps(json.loads(text)) for text in page.run("return window.said"))
    # RFC 8839 section 5.1: foundation, component, transport, priority, then the address.
    return set(re.findall(r"candidate:\S+ \d+ udp \d+ (\S+) \d+ typ host", said, re.IGNORECASE))


@pytest.mark.row("F-02")
@pytest.mark.parametrize("name", ["chromium", "firefox"])
def test_a_browser_that_hides_its_addresses_and_swift_exchange_files(server, page, tmp_path, name):
    group = server.new_group()
    page.run(LISTEN)
    browser = End.join(page, server, group, "browser")
    swift = SwiftEnd(server, group, "swift", tmp_path / "swift")
    until("they see each other", lambda: browser.sees(swift) and swift.sees(browser))
    for sender, receiver in ((browser, swift), (swift, browser)):
        sha256 = sender.send(receiver, SIZE)
        assert receiver.wait_closed()["events"][-2:] == [["done", None], ["closed", None]]
        until("the SHA-256", lambda receiver=receiver, sha256=sha256: receiver.last()["sha256"] == sha256)
    hosts = told_hosts(page)
    assert hosts and all(host.endswith(".local") for host in hosts), hosts
    swift.close()
    browser.close()
