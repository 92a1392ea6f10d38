# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""Media finds its way over IPv4, over IPv6, and over any address of the host."""

import ipaddress

import pytest

from harness.network import IPV4, IPV4_SECOND, IPV6
from harness.waiting import until
from harness.watching import assert_sees_and_hears, own_size


def offered(browser) -> set[str]:
    """The server's addresses that are not loopback, as it has offered them."""
    candidates = browser.evaluate("return window.galeneTest.candidates")
    addresses = {candidate.split()[4] for candidate in candidates}
    return {address for address in addresses if not ipaddress.ip_address(address).is_loopback}


def path(browser) -> dict:
    """The path that the media of the page's one stream takes."""
    paths = until(f"path of {browser.name}", lambda: browser.measure("received")["paths"])
    assert len(paths) == 1, paths
    return paths[0]


@pytest.mark.row("N-11")
@pytest.mark.parametrize("address", [IPV4, IPV6], ids=["IPv4", "IPv6"])
@pytest.mark.parametrize(("publisher", "viewer"), [("chromium", "firefox"), ("firefox", "chromium")])
def test_a_host_with_one_family_of_addresses(start_server, addresses, open_browser, address, publisher, viewer):
    addresses(address)
    # Firefox takes the address that leads towards the page, so the page is of the same family.
    server = start_server(host="127.0.0.1" if address == IPV4 else "[::1]")
    page = server.page(server.new_group())
    alice, bob = open_browser(publisher), open_browser(viewer)
    bob.join(page, "Bob", devices="Nothing", allowed=[address])
    alice.join(page, "Alice", allowed=[address])
    assert_sees_and_hears(bob, "Alice", own_size(alice, "Alice"))
    for browser in (alice, bob):
        assert offered(browser) == {address}
        assert path(browser)["remote"] == address


@pytest.mark.row("N-11")
@pytest.mark.parametrize("address", [IPV4, IPV4_SECOND, IPV6], ids=["first", "second", "IPv6"])
@pytest.mark.parametrize("browser_name", ["chromium", "firefox"])
def test_every_address_of_a_host_with_several_answers_from_itself(server, open_browser, address, browser_name):
    page = server.page(server.new_group())
    alice, bob = open_browser("chromium"), open_browser(browser_name)
    bob.join(page, "Bob", devices="Nothing", allowed=[address])
    alice.join(page, "Alice", allowed=[address])
    bob.wait_for_tile("down", "Alice")
    for browser in (alice, bob):
        assert offered(browser) == {IPV4, IPV4_SECOND, IPV6}
        assert path(browser)["remote"] == address
