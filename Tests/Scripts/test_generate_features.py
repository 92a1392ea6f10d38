# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT
"""Scripts/generate-features on a small tree."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "Scripts/generate-features"
TABLE = "## M - Media\n\n| M-01 | One | 7.1 | 1 |\n| M-02 | Two | 7.2 | 2 |\n\n## P - Protocol\n\n| P-01 | Chat | 6 | 1 |\n"
SWIFT = '@Suite("S", .row(\n    "M-01", "P-01"))\nstruct MediaTests {\n  @Test(.row("M-02")) func `two | three`() {}\n}\n'
PYTHON = '@pytest.mark.row("P-01")\n@pytest.mark.slow\ndef test_chat(): pass\n'


class GenerateFeatures(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("docs/features/table.md", TABLE)
        self.write("docs/features/status.txt", "# comment\nM-01\nP-01 partial - history\n")
        self.write("Tests/MediaTests/MediaTests.swift", SWIFT)
        self.write("Tests/Browser/test_chat.py", PYTHON)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run_script(self, *arguments):
        return subprocess.run(
            [sys.executable, str(SCRIPT), "--root", str(self.root), *arguments], capture_output=True, text=True, check=False)

    def test_rows_carry_their_status_and_tests(self):
        self.assertEqual(self.run_script().returncode, 0)
        text = (self.root / "docs/features.md").read_text()
        self.assertIn("| M-01 | One | 1 | done | MediaTests.swift: MediaTests |", text)
        self.assertIn("| M-02 | Two | 2 | open | MediaTests.swift: two \\| three |", text)
        self.assertIn("| P-01 | Chat | 1 | partial: history | test_chat.py: test_chat<br>MediaTests.swift: MediaTests |", text)
        self.assertIn("| M - Media | 2 | 1 | 0 | 1 |", text)
        self.assertEqual(self.run_script("--check").returncode, 0)

    def test_a_stale_file_fails(self):
        self.assertNotEqual(self.run_script("--check").returncode, 0)
        self.run_script()
        self.write("docs/features/status.txt", "M-01\n")
        self.assertIn("not current", self.run_script("--check").stderr)

    def test_a_row_called_done_without_a_test_fails(self):
        self.write("Tests/MediaTests/MediaTests.swift", "")
        result = self.run_script()
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("no test carries them: M-01", result.stderr)

    def test_unknown_rows_and_broken_lines_fail(self):
        for status in ["M-99\n", "M-01\nM-01\n", "M-01 nearly\n", "M-01 partial\n", "done M-01\n"]:
            self.write("docs/features/status.txt", status)
            self.assertNotEqual(self.run_script().returncode, 0, status)
        self.write("docs/features/status.txt", "")
        self.write("Tests/Browser/test_chat.py", PYTHON.replace("P-01", "P-77"))
        self.assertIn("P-77", self.run_script().stderr)


if __name__ == "__main__":
    unittest.main()
