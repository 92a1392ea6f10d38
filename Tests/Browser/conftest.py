# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""Fixtures. Everything that a test starts is ended with it, but for browsers, of which nothing is left but the process."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as PlaywrightBrowser
from playwright.sync_api import Playwright, sync_playwright

from harness import chromium, network
from harness.browser import WITH_PANEL, Browser
from harness.chromium import Chromium
from harness.far_side import FarSide, far_namespace
from harness.firefox import Firefox, compiled_interposer
from harness.firefox_pool import FirefoxPool
from harness.galene_peer import PeerLoop
from harness.library import LibraryPage
from harness.server import ALICE_MODERATES, Server, binary
from harness.sharing import SharedRun

ALL_ADDRESSES = (network.IPV4, network.IPV4_SECOND, network.IPV6)

OpenBrowser = Callable[..., Browser]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--shared", type=Path, metavar="DIRECTORY", help="share the tests with other runs (harness/sharing.py)")


def pytest_configure(config: pytest.Config) -> None:
    if config.option.shared:
        config.pluginmanager.register(SharedRun(config.option.shared))
    try:
        network.require_namespace()
        far_namespace()
        binary()
    except (network.NetworkMissing, FileNotFoundError) as error:
        pytest.exit(str(error), returncode=2)
    network.set_addresses(*ALL_ADDRESSES)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def chromium_process(playwright: Playwright) -> Iterator[PlaywrightBrowser]:
    """One for the pages of a module: on a busy machine its camera may come to give no pictures, to no page."""
    browser = chromium.launch(playwright.chromium)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def firefox_pool() -> Iterator[FirefoxPool]:
    pool = FirefoxPool()
    yield pool
    pool.close()


@pytest.fixture
def firefox(open_browser: OpenBrowser) -> Browser:
    return open_browser("firefox")


@pytest.fixture
def open_browser(request: pytest.FixtureRequest) -> Iterator[OpenBrowser]:
    """A browser as after its start, by name: `chromium`, `firefox`, or `firefox-cm`, which knows only the older SRTP profile.

    A Chromium's window may be given a `width` and a `height`: small ones cost less to draw.
    """
    with contextlib.ExitStack() as stack:

        def open_(name: str, **window: int) -> Browser:
            if name == "firefox":
                pool = request.getfixturevalue("firefox_pool")
                firefox = pool.take()
                stack.callback(pool.give_back, firefox)
                return firefox
            if name == "chromium":
                browser: Browser = Chromium(request.getfixturevalue("chromium_process"), **window)
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


@pytest.fixture
def url(server: Server) -> str:
    """The page of a group of the test's own, of which Alice is the operator."""
    return server.page(server.new_group(ALICE_MODERATES))


@pytest.fixture
def alice(open_browser: OpenBrowser, url: str) -> Browser:
    """The operator, in the meeting, with neither camera nor microphone."""
    browser = open_browser("chromium", **WITH_PANEL)
    browser.join(url, "Alice", "correct horse", devices="Nothing")
    return browser


@pytest.fixture(scope="module")
def library_pages(
    chromium_process: PlaywrightBrowser, firefox_pool: FirefoxPool, shared_server: Server,
) -> Iterator[dict[str, LibraryPage]]:
    """A page with `/protocol.js` in each browser, by name, opened when it is first asked for. A test leaves in it what
    the next one overwrites, and no connection."""
    with contextlib.ExitStack() as stack:

        class Pages(dict[str, LibraryPage]):
            def __missing__(self, name: str) -> LibraryPage:
                if name == "chromium":
                    browser: Browser = Chromium(chromium_process)
                    stack.callback(browser.close)
                else:
                    browser = firefox = firefox_pool.take()
                    stack.callback(firefox_pool.give_back, firefox)
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
def addresses(firefox_pool: FirefoxPool) -> Iterator[Callable[..., None]]:
    """Gives the machine other addresses for the time of a test. A browser that learns of it drops what it is loading."""

    def set_addresses(*addresses: str) -> None:
        network.set_addresses(*addresses)
        firefox_pool.close()

    yield set_addresses
    set_addresses(*ALL_ADDRESSES)


@pytest.fixture
def peers() -> Iterator[PeerLoop]:
    loop = PeerLoop()
    yield loop
    loop.stop()


@pytest.fixture
def far_side(peers: PeerLoop) -> Iterator[FarSide]:
    """The far side of an emulated network, always with the same seed."""
    side = FarSide(peers, seed=1)
    try:
        side.start()
        yield side
    finally:
        side.stop()


@pytest.fixture
def far_server(start_server, far_side: FarSide) -> Server:
    """A server that is reached from both sides."""
    server = start_server()
    far_side.forward(server)
    return server


@pytest.fixture
def open_far_browser(far_side: FarSide, playwright: Playwright) -> Iterator[OpenBrowser]:
    """Starts a browser on the far side. Its pages are those of a server that `far_side.forward` was told of."""
    with contextlib.ExitStack() as stack:
        processes: list[PlaywrightBrowser] = []

        def open_(name: str) -> Browser:
            if name == "chromium":
                # One process for all of its pages: started after the network, whose changes would end its connections.
                if not processes:
                    processes.append(chromium.launch(playwright.chromium, far_side.namespace))
                    stack.callback(processes[0].close)
                browser: Browser = Chromium(processes[0])
            else:
                browser = far_side.open(Firefox)
            stack.callback(browser.close)
            return browser

        yield open_
