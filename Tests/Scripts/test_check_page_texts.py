# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class CheckPageTextsTests(unittest.TestCase):
    def check_with(self, file, before, after):
        """What the script says when `before` stands as `after` in a file of the pages."""
        with tempfile.TemporaryDirectory() as directory:
            pages = pathlib.Path(directory, "public")
            shutil.copytree(ROOT / "Web/public", pages)
            text = (pages / file).read_text()
            self.assertIn(before, text)
            (pages / file).write_text(text.replace(before, after, 1))
            ended = subprocess.run([ROOT / "Scripts/check-page-texts", pages], capture_output=True, text=True)
        return ended.returncode, ended.stderr

    def test_the_pages_as_they_are(self):
        self.assertEqual(self.check_with("app/texts.js", "Galène", "Galène"), (0, ""))

    def test_a_title_that_is_not_in_the_catalogue(self):
        status, said = self.check_with("404.html", "<title>Nothing here", "<title>Nobody here")
        self.assertEqual(status, 1)
        self.assertIn("404.html: “Nobody here · Galène” is not in app/texts.js", said)

    def test_words_for_who_has_no_scripts_that_differ_from_the_catalogue(self):
        status, said = self.check_with("app/texts.js", "This page needs JavaScript.", "Turn on JavaScript.")
        self.assertEqual(status, 1)
        self.assertIn("galene.html: “This page needs JavaScript.”", said)

    def test_words_and_names_in_a_template(self):
        before = 'data-action="leave">${t.giveUp}'
        for after in ('data-action="leave">Go ${t.giveUp}', 'data-action="leave" aria-label="Go">${t.giveUp}'):
            with self.subTest(after):
                status, said = self.check_with("app/meeting/reconnection.js", before, after)
                self.assertEqual(status, 1)
                self.assertRegex(said, r"reconnection\.js:\d+: “Go” is in a template")

    def test_words_that_are_set_into_a_template(self):
        before = 'data-action="leave">${t.giveUp}'
        for after in (
            "data-action=\"leave\">${busy ? 'Go' : t.giveUp}", "data-action=\"leave\" title=\"${busy || 'Go'}\">${t.giveUp}",
        ):
            with self.subTest(after):
                status, said = self.check_with("app/meeting/reconnection.js", before, after)
                self.assertEqual(status, 1)
                self.assertRegex(said, r"reconnection\.js:\d+: “Go” is in a template")

    def test_words_in_a_template_that_nobody_reads(self):
        before = 'data-action="leave">${t.giveUp}'
        after = "data-action=\"${busy ? 'leave' : 'stay'}\">${kind === 'leave' ? t.giveUp : t.tryNow}"
        self.assertEqual(self.check_with("app/meeting/reconnection.js", before, after), (0, ""))

    def test_words_that_a_script_writes_into_the_page(self):
        before = "this.#button.textContent = busy ? t.joining : t.join;"
        for after in (
            "this.#button.textContent = busy ? 'Wait' : t.join;", "this.#button.textContent = `Wait ${t.join}`;",
            "this.#button.setAttribute('aria-label', 'Wait');", "this.#button.append('Wait');",
            "notices.show('warning', 'Wait');", "alert(busy ? 'Wait' : t.join);",
        ):
            with self.subTest(after):
                status, said = self.check_with("app/join/join-form.js", before, after)
                self.assertEqual(status, 1)
                self.assertRegex(said, r"join-form\.js:\d+: “Wait ?” is written into the page")

    def test_a_reason_of_the_library_without_words(self):
        status, said = self.check_with(
            "protocol.js", "'The other browser cannot be reached'", "'The other browser is away'")
        self.assertEqual(status, 1)
        self.assertIn("“The other browser is away” has no words", said)
        self.assertIn("/protocol.js does not say “The other browser cannot be reached”", said)

    def test_a_failure_of_the_library_without_words(self):
        for before, after, sentence in (
            ("'Timeout: the server does not answer'", "'The server is away'", "The server is away"),
            ("'The server did not begin with a handshake'", "'The server is rude'", "The server is rude"),
            ("`The server speaks another version of the protocol: ${", "`Version ${", "Version …"),
        ):
            with self.subTest(before):
                status, said = self.check_with("protocol.js", before, after)
                self.assertEqual(status, 1)
                self.assertIn(f"“{sentence}” has no words in app/meeting/failures.js", said)
                self.assertIn("app/meeting/failures.js: /protocol.js does not say “", said)


if __name__ == "__main__":
    unittest.main()
