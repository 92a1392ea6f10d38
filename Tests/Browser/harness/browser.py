# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""One way to act in a browser, whichever it is: by the role and the name that a person perceives."""

import json
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from .waiting import until

HERE = Path(__file__).parent
HOOK = (HERE / "hook.js").read_text()
MEASURE = (HERE / "measure.js").read_text()

# Wide enough for the panel beside the videos.
WITH_PANEL = {"width": 1100, "height": 600}


class Browser(ABC):
    """A page in a browser with a fake camera and a fake microphone."""

    name: str

    @abstractmethod
    def open(self, url: str) -> None:
        """Goes to `url` and waits until it is loaded."""

    @abstractmethod
    def evaluate(self, body: str, argument: Any = None, timeout: float = 30) -> Any:
        """Runs the body of an async function of `argument` in the page, and returns what it returns."""

    @abstractmethod
    def is_visible(self, role: str, name: str) -> bool:
        """Whether there is an element of this role with exactly this accessible name, in sight."""

    @abstractmethod
    def click(self, role: str, name: str) -> None: ...

    @abstractmethod
    def fill(self, role: str, name: str, text: str) -> None: ...

    @abstractmethod
    def choose(self, name: str, option: str) -> None:
        """Takes the option with this text in the list with this name."""

    @abstractmethod
    def press(self, role: str, name: str, key: str) -> None:
        """Presses one key, such as `Enter`, in an element; `Shift+Enter` holds the other one meanwhile."""

    @abstractmethod
    def press_key(self, key: str) -> None:
        """The same where the focus is."""

    @abstractmethod
    def choose_file(self, name: str, content: bytes, role: str, opener: str) -> None:
        """Clicks what asks for a file, and gives it one."""

    @abstractmethod
    def point_at(self, text: str) -> None:
        """Moves the pointer over this text."""

    @abstractmethod
    def show_as(self, width: int, height: int, scheme: str = "light") -> None:
        """Another size of what is shown of the page, and light or dark, as the system has it."""

    @abstractmethod
    def screenshot(self, path: Path) -> None: ...

    @abstractmethod
    def close(self) -> None: ...

    # What follows is the same in every browser.

    def wait_for(self, role: str, name: str, timeout: float = 20) -> None:
        until(f"{role} “{name}” in {self.name}", lambda: self.is_visible(role, name), timeout)

    def wait_gone(self, role: str, name: str, timeout: float = 20) -> None:
        until(f"{role} “{name}” gone in {self.name}", lambda: not self.is_visible(role, name), timeout)

    def focused(self) -> str | None:
        """What the element with the focus is called; None: nothing has it."""
        return self.evaluate("""
            const { activeElement } = document;
            return activeElement === document.body ? null : (
                activeElement.ariaLabel ?? activeElement.labels?.[0]?.textContent ?? activeElement.textContent).trim();""")

    def text(self) -> str:
        """All text in sight."""
        return self.evaluate("return document.body.innerText")

    def wait_for_text(self, text: str, timeout: float = 20) -> None:
        until(f"“{text}” in {self.name}", lambda: text in self.text(), timeout)

    def install_hook(self, **wishes: Any) -> None:
        """Makes the page's peer connections measurable.

        Wishes: `allowed`, the only server addresses to be used; `encodings`, the `sendEncodings` of the camera's picture.
        """
        self.evaluate(HOOK + "\nObject.assign(window.galeneTest, argument);", wishes)

    def measure(self, function: str, argument: Any = None, timeout: float = 30) -> Any:
        return self.evaluate(f"{MEASURE}\nreturn await measure.{function}(argument);", argument, timeout)

    def join(
        self, url: str, username: str, password: str = "", devices: str = "Camera and microphone",
        **wishes: Any,
    ) -> None:
        """Opens a group's page and joins, as far as seeing the meeting. Wishes: those of `install_hook`."""
        self.open(url)
        self.wait_for("textbox", "Your name")
        self.install_hook(**wishes)
        self.submit_join(username, password, devices)
        self.wait_for("button", "Leave the meeting")

    def submit_join(self, username: str, password: str = "", devices: str = "Camera and microphone") -> None:
        self.fill("textbox", "Your name", username)
        self.fill("textbox", "Password", password)
        self.choose("When joining, turn on", devices)
        self.click("button", "Join")

    def write(self, text: str) -> None:
        """Says something in the chat, or gives a command."""
        self.fill("textbox", "Message", text)
        self.press("textbox", "Message", "Enter")

    def tiles(self, direction: str) -> list[dict[str, Any]]:
        return [tile for tile in self.measure("tiles") if tile["direction"] == direction]

    def wait_for_tile(self, direction: str, name: str, timeout: float = 30) -> dict[str, Any]:
        """The tile of this name once it plays."""

        def playing() -> dict[str, Any] | None:
            tiles = self.tiles(direction)
            found = [tile for tile in tiles if tile["name"] == name and tile["time"] > 0 and tile["width"] > 0]
            return found[0] if found else None

        try:
            return until(f"video of {name} in {self.name}", playing, timeout)
        except AssertionError as error:
            raise AssertionError(f"{error}; tiles: {json.dumps(self.measure('tiles'))}; text: {self.text()!r}") from None
