# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""Fixtures. Everything that a test starts is ended with it."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as PlaywrightBrowser
from playwright.sync_api import sync_playwright

from harness import chromium, network
from harness.browser import Browser
from harness.chromium import Chromium
from harness.firefox import Firefox, compiled_interposer
from harness.galene_peer import PeerLoop
from harness.library import LibraryPage
from harness.server import Server, binary

ALL_ADDRESSES = (network.IPV4, network.IPV4_SECOND, network.IPV6)

OpenBrowser = Callable[[str], Browser]


def pytest_configure(config: pytest.Config) -> None:
    try:
        network.require_namespace()
        binary()
    except (network.NetworkMissing, FileNotFoundError) as error:
        pytest.exit(str(error), returncode=2)
    network.set_addresses(*ALL_ADDRESSES)


@pytest.fixture(scope="session")
def chromium_process() -> Iterator[PlaywrightBrowser]:
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright.chromium)
        yield browser
        browser.close()


@pytest.fixture
def open_browser(request: pytest.FixtureRequest) -> Iterator[OpenBrowser]:
    """Starts a browser by name: `chromium`, `firefox`, or `firefox-cm`, which knows only the older SRTP profile."""
    with contextlib.ExitStack() as stack:

        def open_(name: str) -> Browser:
            if name == "chromium":
                browser: Browser = Chromium(request.getfixturevalue("chromium_process"))
            elif name == "firefox":
                browser = Firefox()
            else:
                browser = Firefox(interposer=request.getfixturevalue("interposer"))
            stack.callback(browser.close)
            return browser

        yield open_


@pytest.fixture(scope="session")
def interposer() -> Path:
    return compiled_interposer()


@pytest.fixture(scope="session")
def shared_server() -> Iterator[Server]:
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def server(shared_server: Server) -> Server:
    """The server of most tests, with all addresses. That it still runs afterwards is part of every test."""
    yield shared_server
    assert shared_server.is_running, f"The server has ended:\n{shared_server.read_log()}"


@pytest.fixture(scope="session")
def library_pages(chromium_process: PlaywrightBrowser, shared_server: Server) -> Iterator[dict[str, LibraryPage]]:
    """A page with `/protocol.js` in each browser, by name, opened when it is first asked for. A test leaves in it what
    the next one overwrites, and no connection."""
    with contextlib.ExitStack() as stack:

        class Pages(dict[str, LibraryPage]):
            def __missing__(self, name: str) -> LibraryPage:
                browser = Chromium(chromium_process) if name == "chromium" else Firefox()
                stack.callback(browser.close)
                self[name] = LibraryPage(browser, shared_server)
                return self[name]

        yield Pages()


@pytest.fixture(params=["chromium", "firefox"])
def library(request: pytest.FixtureRequest, library_pages: dict[str, LibraryPage], server: Server) -> LibraryPage:
    """For tests that need no more than one page: one in each browser."""
    return library_pages[request.param]


@pytest.fixture
def start_server() -> Iterator[Callable[..., Server]]:
    """Starts a server of the test's own, with further options."""
    servers: list[Server] = []

    def start(*options: str, **settings: str) -> Server:
        servers.append(Server(*options, **settings))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def addresses() -> Iterator[Callable[..., None]]:
    """Gives the machine other addresses for the time of a test."""
    yield network.set_addresses
    network.set_addresses(*ALL_ADDRESSES)


@pytest.fixture
def peers() -> Iterator[PeerLoop]:
    loop = PeerLoop()
    yield loop
    loop.stop()
