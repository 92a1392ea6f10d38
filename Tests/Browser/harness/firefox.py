# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""Firefox, driven by Marionette, the protocol that is built into it."""

import base64
import contextlib
import gc
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from marionette_driver.by import By
from marionette_driver.errors import MarionetteException
from marionette_driver.keys import Keys
from marionette_driver.marionette import WebElement, Marionette

from .browser import Browser
from .server import free_port
from .waiting import until

EXECUTABLE = "/usr/bin/firefox-esr"

HIDES_ADDRESSES = "media.peerconnection.ice.obfuscate_host_addresses"

PREFERENCES = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    # Nothing that looks for the outside.
    "app.normandy.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}

# Where elements of a role are to be looked for; the browser then tells the computed role and name.
SELECTORS = {
    "button": "button, [role=button]",
    "textbox": "input, textarea",
    "combobox": "select",
    "link": "a",
    "heading": "h1, h2, h3",
    "listitem": "li",
    "list": "ul, ol",
    "alert": "[role=alert]",
    "status": "[role=status]",
    "log": "[role=log]",
    "complementary": "aside",
    "menuitem": "[role=menuitem]",
    "dialog": "dialog",
    "region": "section, [role=region]",
    "progressbar": "progress",
    "checkbox": "[type=checkbox]",
    "slider": "[type=range]",
}

KEYS = {
    "Enter": Keys.ENTER, "Escape": Keys.ESCAPE, "Tab": Keys.TAB, "Home": Keys.HOME, "End": Keys.END,
    "ArrowDown": Keys.ARROW_DOWN, "ArrowUp": Keys.ARROW_UP, "ArrowRight": Keys.ARROW_RIGHT,
    "Shift": Keys.SHIFT, "Control": Keys.CONTROL, "Meta": Keys.META, "Alt": Keys.ALT,
}

# Without a screen there is no window to choose a file in: what asks for one is taken into the page instead. Once a page.
TAKE_FILE_INPUT = """
    if (!window.takesFileInput) {
        window.takesFileInput = true;
        const { click } = HTMLInputElement.prototype;
        HTMLInputElement.prototype.click = function () {
            if (this.type === 'file') {
                this.dataset.asked = '';
                document.body.append(this);
            } else {
                click.call(this);
            }
        };
    }"""

HERE = Path(__file__).parent


def compiled_interposer() -> Path:
    """The library that narrows what Firefox offers in `use_srtp`; see its source for how."""
    library = Path(tempfile.mkdtemp(prefix="galene-test-")) / "srtp_cm_only.so"
    source = HERE / "srtp_cm_only.c"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library, source, "-ldl"], check=True)
    return library


@contextlib.contextmanager
def preloaded(library: Path | None):
    if library is None:
        yield
        return
    os.environ["LD_PRELOAD"] = str(library)
    try:
        yield
    finally:
        del os.environ["LD_PRELOAD"]


# Seconds that a start may take, and how often it is tried.
START_TIMEOUT, START_ATTEMPTS = 60, 3
EVALUATIONS = 3


class Firefox(Browser):
    name = "Firefox"

    def __init__(self, interposer: Path | None = None, hides_addresses: bool = False) -> None:
        """`interposer`: a library that is loaded into Firefox ahead of its own. `hides_addresses`: pages tell names in
        place of this host's addresses."""
        if not Path(EXECUTABLE).exists():
            raise FileNotFoundError(f"There is no {EXECUTABLE} (Debian package firefox-esr).")
        self._files = tempfile.TemporaryDirectory(prefix="galene-test-")
        with preloaded(interposer):
            # Of some hundred starts one does not listen; the next does.
            for attempt in range(START_ATTEMPTS):
                try:
                    self.marionette = Marionette(
                        bin=EXECUTABLE, headless=True, prefs={**PREFERENCES, HIDES_ADDRESSES: hides_addresses},
                        port=free_port(), gecko_log=os.devnull, startup_timeout=START_TIMEOUT,
                    )
                    break
                except OSError:
                    if attempt == START_ATTEMPTS - 1:
                        raise
        self.marionette.start_session({"pageLoadStrategy": "normal"})
        self._window = self.marionette.window_rect
        self._changed_preferences: set[str] = set()

    def open(self, url: str) -> None:
        self.marionette.navigate(url)

    def evaluate(self, body: str, argument: Any = None, timeout: float = 30) -> Any:
        script = f"""
            const done = arguments[arguments.length - 1];
            (async (argument) => {{ {body}\n }})(arguments[0])
                .then((value) => done({{ value }}), (error) => done({{ error: String(error) }}));"""
        outcome = None
        # There is none where the page was just being replaced by another.
        for _ in range(EVALUATIONS):
            outcome = outcome or self.marionette.execute_async_script(
                script, script_args=[argument], sandbox=None, script_timeout=int(timeout * 1000))
        assert outcome, "The page does not come to rest."
        if "error" in outcome:
            raise AssertionError(f"In the page: {outcome['error']}")
        return outcome.get("value")

    def _find(self, role: str, name: str) -> WebElement | None:
        for element in self.marionette.find_elements(By.CSS_SELECTOR, SELECTORS[role]):
            # An element may go while it is looked at.
            with contextlib.suppress(MarionetteException):
                is_password = role == "textbox" and element.get_attribute("type") == "password"
                role_fits = is_password or element.computed_role == role
                if role_fits and element.computed_label == name and element.is_displayed():
                    return element
        return None

    def _element(self, role: str, name: str) -> WebElement:
        return until(f"{role} “{name}” in Firefox", lambda: self._find(role, name), timeout=10)

    def is_visible(self, role: str, name: str) -> bool:
        return self._find(role, name) is not None

    def click(self, role: str, name: str) -> None:
        self._element(role, name).click()

    def fill(self, role: str, name: str, text: str) -> None:
        element = self._element(role, name)
        element.clear()
        if text:
            element.send_keys(text)

    def choose(self, name: str, option: str) -> None:
        options = self._element("combobox", name).find_elements(By.CSS_SELECTOR, "option")
        wanted = [element for element in options if element.text == option]
        if not wanted:
            raise AssertionError(f"No option “{option}” in “{name}”")
        wanted[0].click()

    def press(self, role: str, name: str, key: str) -> None:
        self._element(role, name).send_keys(*(KEYS[each] for each in key.split("+")))

    def press_key(self, key: str) -> None:
        keys = [KEYS[each] for each in key.split("+")]
        sequence = self.marionette.actions.sequence("key", "keyboard")
        for each in keys:
            sequence.key_down(each)
        for each in reversed(keys):
            sequence.key_up(each)
        sequence.perform()

    def choose_file(self, name: str, content: bytes, role: str, opener: str) -> None:
        # It is read when it is sent, so it stays as long as the browser.
        path = Path(tempfile.mkdtemp(dir=self._files.name), name)
        path.write_bytes(content)
        self.evaluate(TAKE_FILE_INPUT)
        self.click(role, opener)
        asked = until("a question for a file", lambda: self.marionette.find_elements(By.CSS_SELECTOR, "[data-asked]"))
        asked[0].send_keys(str(path))
        self.evaluate("document.querySelector('[data-asked]').remove()")

    def point_at(self, text: str) -> None:
        # Only what a name in the page can be: none of our texts has both kinds of quotes.
        quoted = f"'{text}'" if '"' in text else f'"{text}"'
        element = self.marionette.find_element(By.XPATH, f"//*[normalize-space(text())={quoted}]")
        self.marionette.actions.sequence("pointer", "mouse").pointer_move(0, 0, origin=element).perform()

    def set_preference(self, name: str, value: Any) -> None:
        self._changed_preferences.add(name)
        self.marionette.set_pref(name, value)

    def show_as(self, width: int, height: int, scheme: str = "light") -> None:
        # 0 is dark, 1 is light.
        self.set_preference("layout.css.prefers-color-scheme.content-override", 0 if scheme == "dark" else 1)
        outer = self.evaluate("return [outerWidth - innerWidth, outerHeight - innerHeight]")
        self.marionette.set_window_rect(width=width + outer[0], height=height + outer[1])

    def screenshot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.marionette.screenshot(full=False)))

    def renew(self) -> None:
        """Makes it what it was after its start: one empty tab, nothing stored, the preferences and the window as they were."""
        fresh = self.marionette.open(type="tab", focus=True)["handle"]
        for handle in self.marionette.window_handles:
            if handle != fresh:
                self.marionette.switch_to_window(handle)
                self.marionette.close()
        self.marionette.switch_to_window(fresh)
        with self.marionette.using_context("chrome"):
            left = self.marionette.execute_async_script("""
                const [onDataDeleted] = arguments;
                Services.clearData.deleteData(Ci.nsIClearDataService.CLEAR_ALL, { onDataDeleted });""")
        if left:
            raise MarionetteException(f"Firefox cannot forget what it has stored: {left:#x}")
        while self._changed_preferences:
            self.marionette.clear_pref(self._changed_preferences.pop())
        if self.marionette.window_rect != self._window:
            self.marionette.set_window_rect(**self._window)

    def close(self) -> None:
        # Killed: a meeting that it has to close in good order takes it seconds, and nobody looks at its end. Tests of
        # leaving close the page.
        self.marionette.quit(in_app=False)
        self._files.cleanup()
        # It looks at its profile again when it is forgotten, which must not be when the interpreter ends.
        del self.marionette
        gc.collect()
