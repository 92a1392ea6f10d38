# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""A page that has loaded `/protocol.js` by a script tag, as pages of other makes do, and nothing else."""

import json
from pathlib import Path
from typing import Any

from .browser import Browser
from .server import Server

SCRIPT = (Path(__file__).parent / "library.js").read_text()

LOAD = """
await new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = '/protocol.js';
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
});
"""


class LibraryPage:
    """Runs JavaScript as the page's own scripts run; values travel as JSON."""

    def __init__(self, browser: Browser, server: Server) -> None:
        self.browser = browser
        self.name = browser.name
        # Some page of the server: it has scripts of its own, but none of the protocol.
        self._url = f"{server.url}/404.html"
        self.load()

    def load(self) -> None:
        """Also anew, where a test has sent the page away."""
        self.browser.open(self._url)
        self.globals_before = self._own_globals()
        self.browser.evaluate(LOAD)
        self.globals_after = self._own_globals()
        self.browser.evaluate("window.eval(argument);", SCRIPT)

    def _own_globals(self) -> set[str]:
        return set(self.browser.evaluate("return Object.getOwnPropertyNames(window)"))

    def run(self, body: str, argument: Any = None, timeout: float = 60) -> Any:
        """Runs the body of an async function of `argument`; `lib` is what `library.js` offers."""
        # By window.eval: what a driver evaluates itself runs in Firefox in a realm beside the page's.
        source = f"""(async (text) => {{
            const argument = JSON.parse(text);
            const lib = window.library;
            try {{
                const value = await (async () => {{ {body} \n }})();
                return JSON.stringify(value === undefined ? null : value);
            }} finally {{
                lib.cleanUp();
            }}
        }})"""
        text = self.browser.evaluate(
            "return await window.eval(argument.source)(argument.text);",
            {"source": source, "text": json.dumps(argument)}, timeout)
        return json.loads(text)
